package tools.choco.onboarding.bench.http;

import io.netty.util.AsciiString;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import tools.choco.onboarding.bench.measure.Repeating;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Users of the service over HTTP, each with a token and a session that has begun. */
final class HttpUsers {

    /**
     * Somebody who answers.
     *
     * @param sessionId the session
     * @param bearer value of the header that says who it is
     */
    record User(String sessionId, AsciiString bearer) {}

    private static final int THREADS = 8;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI service;
    private final List<User> users;
    private final AtomicLong answers = new AtomicLong();

    private HttpUsers(URI service, List<User> users) {
        this.service = service;
        this.users = users;
    }

    /** Makes so many; each has answered once, so that its session is warm. */
    static HttpUsers at(URI service, int count) throws Exception {
        return at(service, count, "bench-user-");
    }

    /** The same under names of their own. */
    static HttpUsers at(URI service, int count, String prefix) throws Exception {
        var made = new AtomicReferenceArray<User>(count);
        try (var client = HttpClient.newHttpClient()) {
            Repeating.together(
                    THREADS,
                    thread -> {
                        for (int i = thread; i < count; i += THREADS) {
                            made.set(i, make(client, service, prefix + i));
                        }
                    });
            var users =
                    new HttpUsers(service, IntStream.range(0, count).mapToObj(made::get).toList());
            Repeating.together(
                    THREADS,
                    thread -> {
                        for (int i = thread; i < count; i += THREADS) {
                            users.answer(client, made.get(i));
                        }
                    });
            return users;
        }
    }

    private static User make(HttpClient client, URI service, String subject) throws Exception {
        var token =
                post(
                        client,
                        HttpRequest.newBuilder(service.resolve("/local/token")),
                        """
                        {"sub": "%s", "scopes": ["onboarding:write"], "expiresInSeconds": 86400}"""
                                .formatted(subject));
        var bearer = "Bearer " + token.get("accessToken").stringValue();
        var session =
                post(
                        client,
                        HttpRequest.newBuilder(service.resolve("/onboarding/start"))
                                .header("Authorization", bearer),
                        "{}");
        return new User(session.get("sessionId").stringValue(), AsciiString.of(bearer));
    }

    /** Anybody: in turn, all of them would come back to the service's caches at the same time. */
    User next() {
        return users.get(ThreadLocalRandom.current().nextInt(users.size()));
    }

    /** Other answers each time, so that each is stored. */
    String answerOf(User user) {
        return """
               {"sessionId":"%s","stepId":"profile","answers":\
               {"firstName":"Ada %d","lastName":"Lovelace","role":"Engineer"}}"""
                .formatted(user.sessionId(), answers.getAndIncrement());
    }

    /** Somebody answers once, outside the load; the session as it is then. */
    JsonNode answer(HttpClient client) throws Exception {
        return answer(client, next());
    }

    private JsonNode answer(HttpClient client, User user) throws Exception {
        return post(
                client,
                HttpRequest.newBuilder(service.resolve("/onboarding/step"))
                        .header("Authorization", user.bearer().toString()),
                answerOf(user));
    }

    private static JsonNode post(HttpClient client, HttpRequest.Builder request, String body)
            throws Exception {
        HttpResponse<String> response =
                client.send(
                        request.header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException(
                    "The service answered %d".formatted(response.statusCode()));
        }
        return JSON.readTree(response.body());
    }
}
