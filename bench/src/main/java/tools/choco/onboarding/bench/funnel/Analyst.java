package tools.choco.onboarding.bench.funnel;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import tools.choco.onboarding.bench.http.ServiceProcess;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Stage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running service, one question after the other. */
final class Analyst {

    private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client;
    private final URI service;
    private final String bearer;

    private Analyst(HttpClient client, URI service, String bearer) {
        this.client = client;
        this.service = service;
        this.bearer = bearer;
    }

    /** Of a service on the history with so many events. */
    static Analyst of(Stage stage, long events, Resources resources) throws Exception {
        var database = FunnelLog.of(stage, events);
        var process =
                resources.closing(ServiceProcess.of(stage, "funnels-" + events, database).start());
        var client = resources.closing(HttpClient.newHttpClient());
        var request =
                HttpRequest.newBuilder(process.address().resolve("/local/token"))
                        .header("Content-Type", "application/json")
                        .POST(
                                BodyPublishers.ofString(
                                        """
                                        {"sub": "analyst", "scopes": ["analytics:read"],\
                                        "expiresInSeconds": 86400}"""))
                        .build();
        var token = JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
        return new Analyst(
                client, process.address(), "Bearer " + token.get("accessToken").stringValue());
    }

    JsonNode ask(String target) throws Exception {
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(service.resolve(target))
                                .header("Authorization", bearer)
                                .build(),
                        BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(
                    "The service answered %d to %s: %s"
                            .formatted(answer.statusCode(), target, answer.body()));
        }
        return JSON.readTree(answer.body());
    }

    /** 99th percentile of the time until the answer is there, milliseconds. */
    double p99(String target, Duration length) throws Exception {
        var nanos = new Histogram(LONGEST_NANOS, 3);
        var request =
                HttpRequest.newBuilder(service.resolve(target))
                        .header("Authorization", bearer)
                        .build();
        long end = System.nanoTime() + length.toNanos();
        do {
            long begin = System.nanoTime();
            var answer = client.send(request, BodyHandlers.ofByteArray());
            nanos.recordValue(Math.min(System.nanoTime() - begin, LONGEST_NANOS));
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("The service answered " + answer.statusCode());
            }
        } while (System.nanoTime() < end);
        return nanos.getValueAtPercentile(99) / 1e6;
    }
}
