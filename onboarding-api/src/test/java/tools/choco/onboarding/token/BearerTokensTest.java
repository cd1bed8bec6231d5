package tools.choco.onboarding.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.Tokens;
import tools.choco.onboarding.testing.User;

@ExtendWith(SharedService.class)
class BearerTokensTest {

    private static final String ROUTE = "/onboarding/manifest";

    private final RunningService service;
    private final Tokens tokens;

    BearerTokensTest(RunningService service) {
        this.service = service;
        this.tokens = Tokens.of(service);
    }

    interface Forged {
        String by(Tokens tokens);
    }

    static Stream<Arguments> forgeries() {
        return Stream.of(
                forged("alg none", it -> Tokens.unsigned()),
                forged("another key", Tokens::signedByAnother),
                forged("the public key as a secret", Tokens::signedByThePublicKey),
                forged("another algorithm", it -> it.signedBy(JWSAlgorithm.PS512)),
                forged("another audience", it -> it.signed(claims -> claims.audience("other"))),
                forged("no audience", it -> it.signed(claims -> claims.audience((String) null))),
                forged("another issuer", it -> it.signed(claims -> claims.issuer("https://other"))),
                forged("expired", it -> it.signed(claims -> claims.expirationTime(in(-120)))),
                forged("no end", it -> it.signed(claims -> claims.expirationTime(null))),
                forged("not yet", it -> it.signed(claims -> claims.notBeforeTime(in(300)))),
                forged("no subject", it -> it.signed(claims -> claims.subject(null))),
                forged("blank subject", it -> it.signed(claims -> claims.subject("  "))),
                forged("long subject", it -> it.signed(claims -> claims.subject("x".repeat(256)))),
                forged("a control character", it -> it.signed(claims -> claims.subject("a\0b"))),
                forged("half a pair", it -> it.signedJson("\"sub\":\"a\\ud800\"")),
                forged("payload changed", it -> changed(it.signed(claims -> claims))),
                forged("rubbish", it -> "rubbish"),
                forged("rubbish of three parts", it -> "a.b.c"),
                forged("what no token has", it -> "a b,c"),
                forged("a long rubbish", it -> "x".repeat(6_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void areRefusedIf(String name, Forged forged) {
        Answer answer = service.client().withToken(forged.by(tokens)).get(ROUTE);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.at("/code")).isEqualTo("invalid_token");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
        assertThat(answer.json().properties()).hasSize(6);
    }

    @Test
    void areAcceptedIfTheIssuerSignedThem() {
        assertThat(bearing(tokens.signed(claims -> claims)).status()).isEqualTo(200);
        assertThat(
                        bearing(
                                        tokens.signed(
                                                claims ->
                                                        claims.audience(
                                                                List.of("a", "choco-onboarding"))))
                                .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/onboarding/session",
                "/onboarding/manifest",
                "/sessions",
                "/funnels",
                "/funnels/onboarding",
                "/metrics"
            })
    void areNeeded(String route) {
        Answer answer = service.client().get(route);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.at("/code")).isEqualTo("missing_token");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void areNeededOnRoutesThatDoNotExistEither() {
        assertThat(service.client().unrouted("GET", "/nothing/here").status()).isEqualTo(401);
        assertThat(service.analyst().unrouted("GET", "/nothing/here").status()).isEqualTo(404);
    }

    static Stream<Arguments> foreignScopes() {
        return Stream.of(
                Arguments.of("onboarding:write", List.of("/sessions", "/funnels", "/metrics")),
                Arguments.of("analytics:read", List.of("/onboarding/session", "/metrics")),
                Arguments.of("ops", List.of("/onboarding/session", "/sessions", "/funnels")));
    }

    @ParameterizedTest
    @MethodSource("foreignScopes")
    void openNothingBeyondTheirScope(String scope, List<String> routes) {
        Client client = service.client().as("scoped", scope);

        assertThat(routes)
                .allSatisfy(
                        route -> {
                            Answer answer = client.get(route);
                            assertThat(answer.status()).isEqualTo(403);
                            assertThat(answer.at("/code")).isEqualTo("insufficient_scope");
                        });
    }

    @Test
    void openOperatorsRoutesToOperatorsOnly() {
        User user = User.of(service);
        String session = user.started("quick");
        String target = "/ops/sessions/" + session + "/reset";

        assertThat(user.client().post(target, "{\"reason\":\"mine\"}").status()).isEqualTo(403);
        assertThat(service.analyst().post(target, "{\"reason\":\"x\"}").status()).isEqualTo(403);
    }

    @Test
    void mayHoldSeveralScopes() {
        Client all = service.client().as("all", "onboarding:write", "analytics:read", "ops");

        assertThat(all.get(ROUTE).status()).isEqualTo(200);
        assertThat(all.get("/sessions").status()).isEqualTo(200);
        assertThat(all.get("/metrics").status()).isEqualTo(200);
    }

    @Test
    void areOfASchemeInWhateverCase() {
        Client client = service.client();
        String token = tokens.signed(claims -> claims);

        assertThat(client.with("Authorization", "bEARER  " + token).get(ROUTE).status())
                .isEqualTo(200);
        assertThat(client.with("Authorization", "Basic " + token).get(ROUTE).at("/code"))
                .isEqualTo("missing_token");
        assertThat(client.with("Authorization", "Bearer").get(ROUTE).at("/code"))
                .isEqualTo("invalid_token");
    }

    @Test
    void areNotReadFromQueryOrBody() {
        String token = tokens.signed(claims -> claims);

        Answer answer = service.client().unchecked("GET", ROUTE + "?access_token=" + token, null);

        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    void comeFromTheLocalIssuerWithoutBeingStored() {
        Answer answer =
                service.client()
                        .post(
                                "/local/token",
                                """
                                {"sub":"ada","scopes":["onboarding:write","ops"],
                                 "workspaces":["ws-1"],"expiresInSeconds":60}""");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.required("/scope").split(" "))
                .containsExactlyInAnyOrder("onboarding:write", "ops");
        assertThat(answer.at("/expiresInSeconds")).isEqualTo("60");
        assertThat(bearing(answer.required("/accessToken")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sub\":\"ada\"}",
                "{\"scopes\":[\"ops\"]}",
                "{\"sub\":\"ada\",\"scopes\":[]}",
                "{\"sub\":\"ada\",\"scopes\":[\"root\"]}",
                "{\"sub\":\"a b\",\"scopes\":[\"ops\"]}",
                "{\"sub\":\"ada\",\"scopes\":[\"ops\"],\"expiresInSeconds\":0}",
                "{\"sub\":\"ada\",\"scopes\":[\"ops\"],\"expiresInSeconds\":86401}",
                "{\"sub\":\"ada\",\"scopes\":[null]}",
                "{\"sub\":\"ada\",\"scopes\":\"ops\"}"
            })
    void areNotGivenOutForRequestsOfAnotherForm(String body) {
        assertThat(service.client().post("/local/token", body).status()).isEqualTo(400);
    }

    private Answer bearing(String token) {
        return service.client().withToken(token).get(ROUTE);
    }

    private static Arguments forged(String name, Forged forged) {
        return Arguments.of(name, forged);
    }

    private static Date in(long seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }

    /** Another payload under the same signature. */
    private static String changed(String token) {
        String[] parts = token.split("\\.", -1);
        String[] others = Tokens.unsigned().split("\\.", -1);
        return parts[0] + "." + others[1].replace('A', 'B') + "." + parts[2];
    }
}
