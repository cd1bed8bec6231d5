package tools.choco.onboarding.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RawHttp;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.User;

/** What no client means: it is refused or taken, but never breaks anything nor shows the inside. */
@ExtendWith(SharedService.class)
class RubbishTest {

    private static final List<String> WRITES =
            List.of(
                    "/onboarding/start",
                    "/onboarding/step",
                    "/onboarding/step/skip",
                    "/onboarding/step/reopen",
                    "/onboarding/path",
                    "/onboarding/complete",
                    "/onboarding/reset",
                    "/local/token");

    private final RunningService service;
    private final User user;

    RubbishTest(RunningService service) {
        this.service = service;
        this.user = User.of(service);
    }

    static Stream<String> bodies() {
        return Stream.of(
                "null",
                "0",
                "\"\"",
                "[[[]]]",
                "{\"\":\"\"}",
                "\u0000",
                "[".repeat(5_000),
                "{\"a\":".repeat(5_000),
                "[".repeat(5_000) + "]".repeat(5_000),
                "{\"sessionId\":" + "9".repeat(5_000) + "}",
                "{\"revision\":1e999999999,\"sessionId\":\"a\",\"stepId\":\"b\"}",
                "{\"revision\":" + "9".repeat(900) + ",\"sessionId\":\"a\",\"stepId\":\"b\"}",
                "{\"sessionId\":\"\\u0000\",\"stepId\":\"\\u0000\",\"pathId\":\"\\u0000\"}",
                "{\"sessionId\":\"\\ud800\",\"stepId\":\"\\ud800\",\"pathId\":\"\\udfff\"}",
                "{\"sessionId\":\"a\",\"sessionId\":\"b\",\"stepId\":\"c\"}",
                "{\"sessionId\":\"" + "x".repeat(60_000) + "\"}",
                "{\"" + "x".repeat(60_000) + "\":1}",
                "{\"@class\":\"java.lang.Runtime\",\"@type\":\"x\"}",
                "{\"sub\":\"\\u0000\",\"scopes\":[\"ops\"]}",
                "{\"expiresInSeconds\":1e400,\"sub\":\"a\",\"scopes\":[\"ops\"]}");
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void isRefusedAsABody(String body) {
        for (String write : WRITES) {
            Answer answer = user.client().unchecked("POST", write, body);

            assertThat(answer.status()).as(write).isBetween(400, 499);
            assertProblem(answer);
        }
    }

    static Stream<String> answers() {
        return Stream.of(
                "{\"firstName\":\"\\u0000\",\"lastName\":\"\\ud800\"}",
                "{\"firstName\":\"\\udc00\\ud800\",\"lastName\":\"b\"}",
                "{\"firstName\":1e400,\"lastName\":1e-400}",
                "{\"firstName\":" + "7".repeat(900) + ",\"lastName\":\"b\"}",
                "{\"firstName\":" + "[".repeat(100) + "]".repeat(100) + ",\"lastName\":\"b\"}",
                "{\"firstName\":\"a\",\"firstName\":\"b\",\"lastName\":\"c\"}",
                "{\"firstName\":\"" + "x".repeat(40_000) + "\",\"lastName\":\"c\"}",
                "{\"\\u0000\":\"a\",\"~/%\":\"b\"}",
                "null",
                "7",
                "\"text\"",
                "[{}]");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void isRefusedOrKeptAsAnAnswer(String answers) {
        String session = user.started("quick");

        Answer answer =
                user.client()
                        .unchecked(
                                "POST",
                                "/onboarding/step",
                                "{\"sessionId\":\"%s\",\"stepId\":\"profile\",\"answers\":%s}"
                                        .formatted(session, answers));

        assertThat(answer.status()).isLessThan(500);
        if (answer.status() != 200) {
            assertProblem(answer);
        }
        // Whatever was kept is still readable.
        assertThat(user.read(session).at("/revision"))
                .isEqualTo(answer.status() == 200 ? "2" : "1");
        assertThat(user.complete(session, "profile").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\\u0000", "\\ud800", "\\udc00x", "a\\u0085b", "\\u202e", "'; --", "\\\\"})
    void isRefusedOrKeptAsAText(String text) {
        String source = "{\"flowId\":\"quick\",\"source\":\"%s\"}".formatted(text);
        String workspace = "{\"flowId\":\"default\",\"workspaceId\":\"%s\"}".formatted(text);

        for (String body : List.of(source, workspace)) {
            Answer answer = user.client().unchecked("POST", "/onboarding/start", body);
            assertThat(answer.status()).isLessThan(500);
            if (answer.status() >= 400) {
                assertProblem(answer);
            }
        }
        String session = user.start("quick").required("/sessionId");
        Answer skip =
                user.client()
                        .unchecked(
                                "POST",
                                "/onboarding/step/skip",
                                "{\"sessionId\":\"%s\",\"stepId\":\"tools\",\"reason\":\"%s\"}"
                                        .formatted(session, text));
        assertThat(skip.status()).isLessThan(500);
        assertThat(user.read(session).status()).isEqualTo(200);
        assertThat(service.client().get("/health/ready").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/onboarding/session?flowId=%00",
                "/onboarding/session?flowId=%FF%FE",
                "/onboarding/session?flowId=%ED%A0%80",
                "/onboarding/session?flowId=a&flowId=b",
                "/onboarding/session?%00=%00",
                "/onboarding/manifest?flowId=../../etc/passwd",
                "/onboarding/sessions/%00",
                "/onboarding/sessions/..%2f..%2fhealth",
                "/onboarding/sessions/%252e%252e",
                "/onboarding/sessions/;a=b",
                "/onboarding/sessions/a%0d%0aX-Evil:1",
                "/onboarding//session",
                "/onboarding/./session",
                "/onboarding/session/",
                "/onboarding/session.json",
                "/docs/../onboarding/session",
                "/error",
                "/actuator",
                "/actuator/env"
            })
    void isRefusedAsATarget(String target) {
        Answer answer = RawHttp.send(service.address(), request("GET " + target + " HTTP/1.1", ""));

        assertThat(answer.status()).isBetween(400, 499);
        assertThat(answer.header("X-Evil")).isNull();
        assertProblem(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sessions?userId=%00",
                "/sessions?userId=%ED%A0%80",
                "/sessions?userId=' OR 1=1 --",
                "/sessions?step=%00",
                "/sessions?flowId=%00",
                "/sessions?idleLongerThan=P999999999999D",
                "/sessions?idleLongerThan=PT-5S",
                "/sessions?idleLongerThan=10",
                "/sessions?cursor=%00",
                "/sessions?cursor=AAAA",
                "/sessions?limit=99999999999999999999",
                "/sessions?includeTest=maybe",
                "/funnels/onboarding?from=-999999999-01-01",
                "/funnels/onboarding?from=+999999999-12-31&to=+999999999-12-31",
                "/funnels/onboarding?from=2026-02-30",
                "/funnels/onboarding?filter.version=99999999999",
                "/funnels/onboarding?filter.source=%00",
                "/funnels/onboarding?filter.path=%ED%A0%80",
                "/funnels/%00",
                "/funnels/onboarding?to=9999-12-31"
            })
    void isRefusedOrFindsNothingAsAQuestion(String target) {
        Answer answer =
                service.analyst()
                        .unchecked("GET", target.replace(" ", "%20").replace("+", "%2B"), null);

        assertThat(answer.status()).isLessThan(500);
        assertThat(answer.text()).doesNotContainPattern(Leaks.PATTERN);
    }

    @Test
    void isRefusedAsRandomBytes() {
        Random random = new Random(42);
        for (int i = 0; i < 60; i++) {
            byte[] body = new byte[random.nextInt(2_000)];
            random.nextBytes(body);
            String write = WRITES.get(i % WRITES.size());
            Answer answer =
                    RawHttp.send(
                            service.address(),
                            with(
                                    body,
                                    request(
                                            "POST " + write + " HTTP/1.1",
                                            "Content-Type: application/json\r\nContent-Length: "
                                                    + body.length
                                                    + "\r\n")));
            assertThat(answer.status()).isBetween(400, 499);
            assertProblem(answer);
        }
    }

    @Test
    void isRefusedAsARandomRequest() {
        Random random = new Random(43);
        for (int i = 0; i < 20; i++) {
            byte[] request = new byte[1 + random.nextInt(500)];
            random.nextBytes(request);
            Answer answer = RawHttp.send(service.address(), request);
            assertThat(answer.status()).isLessThan(500);
            assertThat(answer.text()).doesNotContainPattern(Leaks.PATTERN);
        }
    }

    static Stream<String> headers() {
        return Stream.of(
                "Idempotency-Key: " + "k".repeat(10_000),
                "Idempotency-Key: \u00e9",
                "Idempotency-Key:",
                "If-Match: \"" + "9".repeat(40) + "\"",
                "If-Match: \"1\", \"2\"",
                "If-Match:",
                "Content-Type: application/json;charset=nonsense",
                "Content-Type: nonsense",
                "Content-Type: /",
                "Accept: nonsense",
                "Accept: " + "a/b,".repeat(2_000),
                "Accept-Language: " + "x".repeat(5_000),
                "Content-Encoding: gzip",
                "Expect: nonsense",
                "Range: bytes=0-1",
                "Origin: null",
                "Cookie: a=" + "b".repeat(5_000),
                "X-HTTP-Method-Override: DELETE",
                "X-Forwarded-For: 1.2.3.4");
    }

    @ParameterizedTest
    @MethodSource("headers")
    void isRefusedOrIgnoredAsAHeader(String header) {
        Answer answer =
                RawHttp.send(
                        service.address(),
                        request(
                                        "POST /onboarding/start HTTP/1.1",
                                        "Content-Length: 18\r\n"
                                                + (header.startsWith("Content-Type")
                                                        ? ""
                                                        : "Content-Type: application/json\r\n")
                                                + header
                                                + "\r\n")
                                + "{\"flowId\":\"quick\"}");

        assertThat(answer.status()).isBetween(200, 499);
        assertThat(answer.text()).doesNotContainPattern(Leaks.PATTERN);
        if (answer.status() >= 400) {
            assertProblem(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Long: %s",
                "Authorization: Bearer %s",
            })
    void isRefusedAsAHeaderBeyondEveryLimit(String header) {
        Answer answer =
                RawHttp.send(
                        service.address(),
                        "GET /onboarding/session HTTP/1.1\r\nHost: localhost\r\n"
                                + "Connection: close\r\n"
                                + header.formatted("x".repeat(100_000))
                                + "\r\n\r\n");

        assertThat(answer.status()).isBetween(400, 499);
        assertThat(answer.text()).doesNotContainPattern(Leaks.PATTERN);
    }

    private String request(String line, String headers) {
        String token =
                service.client()
                        .localToken(
                                user.subject(),
                                List.of("onboarding:write", "analytics:read"),
                                null);
        return line
                + "\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                + token
                + "\r\n"
                + headers
                + "\r\n";
    }

    private static byte[] with(byte[] body, String head) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private static void assertProblem(Answer answer) {
        assertThat(answer.text()).doesNotContainPattern(Leaks.PATTERN);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.at("/status")).isEqualTo(String.valueOf(answer.status()));
        assertThat(answer.at("/code")).isNotEmpty();
    }
}
