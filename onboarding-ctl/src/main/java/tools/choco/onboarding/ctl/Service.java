package tools.choco.onboarding.ctl;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The service at an address. One call here is one request on the wire; nothing is repeated. */
final class Service implements AutoCloseable {

    static final JsonMapper JSON = new JsonMapper();

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration BATCH_TIMEOUT = Duration.ofSeconds(60);

    /** The service reads two generations from end to end: a minute for 10 million events. */
    private static final Duration COMPARISON_TIMEOUT = Duration.ofHours(1);

    private final URI address;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .build();

    /** {@code address} with or without a slash at its end. */
    Service(URI address) {
        this.address = URI.create(address.toString().replaceAll("/+$", ""));
    }

    URI address() {
        return address;
    }

    /**
     * Sends the call and reads the whole answer.
     *
     * @throws IOException if there is no answer, or only a part of one: the request may have had
     *     its effect
     */
    Reply send(Call call) throws IOException, InterruptedException {
        return send(call, ANSWER_TIMEOUT);
    }

    private Reply send(Call call, Duration timeout) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + call.route()))
                        .timeout(timeout)
                        .header("Accept", "application/json, application/problem+json");
        if (call.token() != null) {
            request.header("Authorization", "Bearer " + call.token());
        }
        if (call.key() != null) {
            request.header("Idempotency-Key", call.key());
        }
        if (call.body() == null) {
            request.method(call.method(), BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(
                            call.method(),
                            BodyPublishers.ofString(JSON.writeValueAsString(call.body())));
        }
        return reply(request.build());
    }

    /**
     * Sends a signed body, without a bearer, and reads the whole answer.
     *
     * @throws IOException as {@link #send}
     */
    Reply sendSigned(String route, String id, long timestamp, String signature, byte[] body)
            throws IOException, InterruptedException {
        return reply(
                HttpRequest.newBuilder(URI.create(address + route))
                        .timeout(BATCH_TIMEOUT)
                        .header("Accept", "application/json, application/problem+json")
                        .header("Content-Type", "application/json")
                        .header("webhook-id", id)
                        .header("webhook-timestamp", Long.toString(timestamp))
                        .header("webhook-signature", signature)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build());
    }

    private Reply reply(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        Map<String, String> headers = new HashMap<>();
        answer.headers()
                .map()
                .forEach(
                        (name, values) ->
                                headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        return new Reply(answer.statusCode(), Map.copyOf(headers), answer.body());
    }

    /**
     * Sends the call and insists on its success.
     *
     * @throws CommandFailure if the service refuses or does not answer
     */
    Reply require(Call call) {
        return require(call, ANSWER_TIMEOUT);
    }

    /** As {@link #require}, for an answer that takes the service long. */
    Reply requireComparison(Call call) {
        return require(call, COMPARISON_TIMEOUT);
    }

    private Reply require(Call call, Duration timeout) {
        try {
            Reply reply = send(call, timeout);
            if (!reply.accepted()) {
                throw CommandFailure.refused(reply);
            }
            return reply;
        } catch (IOException silence) {
            throw CommandFailure.unreachable(address, silence);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    /** The question for a bearer token of the {@code local} profile. */
    static Call localToken(String subject, List<String> scopes) {
        ObjectNode body = JSON.createObjectNode().put("sub", subject);
        scopes.forEach(body.putArray("scopes")::add);
        return Call.ask("/local/token", body);
    }

    /**
     * The bearer token in the answer to {@link #localToken}.
     *
     * @throws CommandFailure if there is none
     */
    static String tokenIn(Reply reply) {
        JsonNode token = reply.json().path("accessToken");
        if (!token.isString()) {
            throw CommandFailure.failed("answer_unreadable: the answer holds no accessToken");
        }
        return token.stringValue();
    }

    /** A time as the service writes it; empty for anything else. */
    static Optional<Instant> time(JsonNode text) {
        try {
            return text.isString()
                    ? Optional.of(Instant.parse(text.stringValue()))
                    : Optional.empty();
        } catch (DateTimeParseException notATime) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
