package tools.choco.onboarding.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.axonframework.messaging.MetaData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.User;

@ExtendWith(SharedService.class)
class RoutesTest {

    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
    private static final String ORIGIN = "https://app.example.org";
    private static final Pattern ASSET = Pattern.compile("(?:src|href)=\"(docs/[^\"]+)\"");

    private final RunningService service;

    RoutesTest(RunningService service) {
        this.service = service;
    }

    @Test
    void areExactlyThoseOfTheContract() throws IOException {
        assertThat(served()).containsExactlyInAnyOrderElementsOf(documented());
    }

    @Test
    void areNotJoinedByThoseOfAFramework() {
        String hidden = "/.well-known/oauth-protected-resource";

        assertThat(service.client().unrouted("GET", hidden).status()).isEqualTo(401);
        assertThat(User.of(service).client().unrouted("GET", hidden).status()).isEqualTo(404);
    }

    @Test
    void keepNoSessionOfTheCaller() {
        assertThat(service.client().get("/onboarding/session").header("Set-Cookie")).isNull();
        assertThat(User.of(service).start("quick").header("Set-Cookie")).isNull();
    }

    @Test
    void serveTheContractAsItIsCheckedIn() throws IOException {
        byte[] file = Files.readAllBytes(Path.of("../docs/openapi.yaml"));

        Answer served = service.client().get("/openapi.yaml");

        assertThat(served.text().getBytes(StandardCharsets.UTF_8)).isEqualTo(file);
        assertThat(
                        service.client()
                                .with("If-None-Match", String.valueOf(served.header("ETag")))
                                .get("/openapi.yaml")
                                .status())
                .isEqualTo(304);
    }

    @Test
    void showTheContractToBrowse() {
        Answer page = service.client().get("/docs");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).doesNotContain("http://", "https://");
        List<String> assets =
                ASSET.matcher(page.text()).results().map(found -> "/" + found.group(1)).toList();
        assertThat(assets).isNotEmpty();
        assertThat(assets)
                .allSatisfy(
                        asset ->
                                assertThat(service.client().unchecked("GET", asset, null).status())
                                        .as(asset)
                                        .isEqualTo(200));
    }

    @Test
    void tellWhetherTheServiceLivesAndIsReady() {
        Answer live = service.client().get("/health");
        Answer ready = service.client().get("/health/ready");

        assertThat(live.at("/status")).isEqualTo("UP");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.at("/components/database/status")).isEqualTo("UP");
        assertThat(ready.at("/components/processors/status")).isEqualTo("UP");
    }

    @Test
    void measureCommandsRequestsAndProcessors() {
        User.of(service).started("quick");

        String metrics = service.operator().get("/metrics").text();

        assertThat(metrics)
                .contains(
                        "onboarding_commands_seconds_count{command=\"StartOnboarding\"",
                        "onboarding_processor_healthy{processor=\"sessionview_g1\"} 1.0",
                        "onboarding_processor_healthy{processor=\"funnel_g1\"} 1.0",
                        "onboarding_processor_position",
                        "http_server_requests_seconds_count",
                        "jvm_memory_used_bytes",
                        "hikaricp_connections_active");
    }

    @Test
    void measureTheLog() {
        double before = measured("onboarding_log_events_total");
        User.of(service).finishedQuick();

        assertThat(measured("onboarding_log_events_total")).isGreaterThanOrEqualTo(before + 4);
        assertThat(measured("onboarding_log_position")).isGreaterThanOrEqualTo(before + 4);
        assertThat(measured("onboarding_log_pending_appends")).isNotNegative();
        assertThat(measured("onboarding_log_batch_appends_count")).isPositive();
        assertThat(measured("onboarding_log_batch_appends_bucket{le=\"1024.0\"}"))
                .isEqualTo(measured("onboarding_log_batch_appends_count"));
        assertThat(measured("onboarding_log_batch_appends_sum"))
                .isGreaterThanOrEqualTo(measured("onboarding_log_batch_appends_count"));
        assertThat(measured("onboarding_log_commit_seconds_count")).isPositive();
        assertThat(measured("onboarding_log_commit_seconds_sum")).isPositive();
        assertThat(measured("onboarding_log_commit_seconds_bucket{le=\"5.0\"}")).isPositive();
        assertThat(measured("onboarding_log_conflicts_total")).isNotNegative();
        for (String reason : List.of("lost", "unable", "busy", "data")) {
            assertThat(measured("onboarding_log_failures_total{reason=\"" + reason + "\"}"))
                    .isNotNegative();
        }
    }

    private double measured(String meter) {
        return service.operator()
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(meter + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(meter.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + meter));
    }

    @Test
    void carryTheTraceIdAsTheCorrelationId() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        User user =
                User.of(service)
                        .with("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                        .with("X-Request-Id", "mine");

        Answer started = user.start("quick");

        assertThat(started.header("X-Request-Id")).isEqualTo(trace);
        assertThat(metadataOf(started.required("/sessionId")))
                .containsOnly(
                        entry(EventMetadata.CORRELATION_ID, trace),
                        entry(EventMetadata.ACTOR, user.subject()));
    }

    @Test
    void carryTheRequestIdOfTheClient() {
        Answer started = User.of(service).with("X-Request-Id", "mine-17").start("quick");

        assertThat(started.header("X-Request-Id")).isEqualTo("mine-17");
        assertThat(metadataOf(started.required("/sessionId")))
                .containsEntry(EventMetadata.CORRELATION_ID, "mine-17");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "traceparent 00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "traceparent rubbish",
                "X-Request-Id with space",
                "X-Request-Id <script>",
                "X-None none"
            })
    void makeARequestIdWhereThereIsNone(String header) {
        String[] parts = header.split(" ", 2);
        User user = User.of(service).with(parts[0], parts[1]);
        String first = String.valueOf(user.start("quick").header("X-Request-Id"));
        String second = String.valueOf(user.start("quick").header("X-Request-Id"));

        assertThat(first).matches("[0-9a-f-]{36}").isNotEqualTo(second);
    }

    @Test
    void letNoOtherOriginInByDefault() throws Exception {
        assertThat(preflight(service, ORIGIN).headers().firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
        Answer simple = User.of(service).with("Origin", ORIGIN).start("quick");
        assertThat(simple.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void letTheConfiguredOriginIn() throws Exception {
        try (RunningService open = RunningService.start("onboarding.edge.cors-origins=" + ORIGIN)) {
            HttpResponse<String> allowed = preflight(open, ORIGIN);
            assertThat(allowed.statusCode()).isEqualTo(200);
            assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin"))
                    .contains(ORIGIN);
            assertThat(allowed.headers().firstValue("Access-Control-Allow-Headers").orElse(""))
                    .containsIgnoringCase("Idempotency-Key");
            assertThat(allowed.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
            assertThat(preflight(open, "https://evil.example").statusCode()).isEqualTo(403);

            User user = User.of(open);
            Answer started = user.with("Origin", ORIGIN).start("quick");
            assertThat(started.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
            assertThat(started.header("Access-Control-Expose-Headers")).contains("ETag");
            // A browser can read a refusal too, one without a token included.
            assertThat(
                            open.client()
                                    .with("Origin", ORIGIN)
                                    .get("/onboarding/session")
                                    .header("Access-Control-Allow-Origin"))
                    .isEqualTo(ORIGIN);
        }
    }

    private Set<String> served() {
        Set<String> routes = new LinkedHashSet<>();
        for (RequestMappingInfoHandlerMapping mapping :
                service.parts(RequestMappingInfoHandlerMapping.class)) {
            for (RequestMappingInfo info : mapping.getHandlerMethods().keySet()) {
                for (String path : info.getPatternValues()) {
                    assertThat(info.getMethodsCondition().getMethods()).as(path).isNotEmpty();
                    info.getMethodsCondition()
                            .getMethods()
                            .forEach(method -> routes.add(method.name() + " " + path));
                }
            }
        }
        return routes;
    }

    @SuppressWarnings("unchecked") // what OpenAPI says of paths
    private static Set<String> documented() throws IOException {
        var contract =
                (Map<String, Map<String, Map<String, Object>>>)
                        new Load(LoadSettings.builder().build())
                                .loadFromString(Files.readString(Path.of("../docs/openapi.yaml")));
        Set<String> operations = new LinkedHashSet<>();
        contract.getOrDefault("paths", Map.of())
                .forEach(
                        (path, members) ->
                                members.keySet().stream()
                                        .filter(METHODS::contains)
                                        .forEach(
                                                method ->
                                                        operations.add(
                                                                method.toUpperCase(Locale.ROOT)
                                                                        + " "
                                                                        + path)));
        return operations;
    }

    private MetaData metadataOf(String sessionId) {
        return service.part(EventLog.class)
                .storageEngine()
                .readEvents(sessionId)
                .next()
                .getMetaData();
    }

    private static HttpResponse<String> preflight(RunningService service, String origin)
            throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(service.address() + "/onboarding/step"))
                        .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                        .header("Origin", origin)
                        .header("Access-Control-Request-Method", "POST")
                        .header(
                                "Access-Control-Request-Headers",
                                "authorization, content-type, idempotency-key")
                        .build();
        try (HttpClient browser = HttpClient.newHttpClient()) {
            return browser.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
