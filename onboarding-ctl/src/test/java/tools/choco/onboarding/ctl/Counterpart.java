package tools.choco.onboarding.ctl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server on loopback that answers as it is told and remembers what it was asked. */
final class Counterpart implements AutoCloseable {

    /** How a request is answered. */
    @FunctionalInterface
    interface Script {
        Answer answer(Seen request);
    }

    /** What came in; {@code key} is empty for none. */
    record Seen(String method, String route, String token, String key, String body) {}

    /** What goes out; a status of 0 closes the connection without a word. */
    record Answer(int status, String body, Map<String, String> headers) {

        static final Answer SILENCE = new Answer(0, "", Map.of());

        static Answer of(int status, String body) {
            return new Answer(status, body, Map.of());
        }

        static Answer problem(int status, String code, String detail) {
            return of(
                    status,
                    Service.JSON
                            .createObjectNode()
                            .put("status", status)
                            .put("code", code)
                            .put("detail", detail)
                            .toString());
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();

    Counterpart(Script script) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> handle(exchange, script));
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    List<Seen> seen() {
        return List.copyOf(seen);
    }

    private void handle(HttpExchange exchange, Script script) throws IOException {
        try (exchange) {
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Seen request =
                    new Seen(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().toString(),
                            header(exchange, "Authorization").replace("Bearer ", ""),
                            header(exchange, "Idempotency-Key"),
                            body);
            seen.add(request);
            Answer answer = script.answer(request);
            if (answer.status() == 0) {
                return;
            }
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
