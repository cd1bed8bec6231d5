package tools.choco.onboarding.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;

/** A receiver on loopback that notes all it gets and answers as it is told. */
public final class Receiver implements AutoCloseable {

    /**
     * What came.
     *
     * @param serverNames names that the client asked for when it greeted; none without TLS
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of these.
    public record Received(
            List<String> serverNames,
            String path,
            String host,
            String id,
            String timestamp,
            String signature,
            byte[] body) {}

    /** Answers a request, of which everything has been read. */
    interface Answers {
        void answer(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Answers answers = status(204);

    /** One that answers 204. */
    public Receiver() throws IOException {
        this(HttpServer.create());
    }

    /** One that answers 204 to whoever takes its certificate. */
    Receiver(SSLContext identity) throws IOException {
        this(secured(identity));
    }

    private Receiver(HttpServer server) throws IOException {
        this.server = server;
        server.bind(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    private static HttpServer secured(SSLContext identity) throws IOException {
        HttpsServer server = HttpsServer.create();
        server.setHttpsConfigurator(new HttpsConfigurator(identity));
        return server;
    }

    /** Says a status and nothing else. */
    static Answers status(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    void answer(Answers next) {
        answers = next;
    }

    int port() {
        return server.getAddress().getPort();
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** What came, in its order. */
    public List<Received> received() {
        return received;
    }

    /** What came to a path. */
    List<Received> received(String path) {
        return received.stream().filter(it -> it.path().equals(path)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            received.add(
                    new Received(
                            serverNames(exchange),
                            exchange.getRequestURI().getPath(),
                            header(exchange, "Host"),
                            header(exchange, "webhook-id"),
                            header(exchange, "webhook-timestamp"),
                            header(exchange, "webhook-signature"),
                            body));
            answers.answer(exchange);
        }
    }

    private static List<String> serverNames(HttpExchange exchange) {
        return exchange instanceof HttpsExchange secured
                ? ((ExtendedSSLSession) secured.getSSLSession())
                        .getRequestedServerNames().stream()
                                .map(name -> ((SNIHostName) name).getAsciiName())
                                .toList()
                : List.of();
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
