package tools.choco.onboarding.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A receiver on loopback that notes all it gets and answers as it is told. */
public final class Receiver implements AutoCloseable {

    /** What came. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of these.
    public record Received(
            String path, String host, String id, String timestamp, String signature, byte[] body) {}

    /** Answers a request, of which everything has been read. */
    interface Answers {
        void answer(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Answers answers = status(204);

    /** One that answers 204. */
    public Receiver() throws IOException {
        server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0),
                        0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
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
                            exchange.getRequestURI().getPath(),
                            header(exchange, "Host"),
                            header(exchange, "webhook-id"),
                            header(exchange, "webhook-timestamp"),
                            header(exchange, "webhook-signature"),
                            body));
            answers.answer(exchange);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
