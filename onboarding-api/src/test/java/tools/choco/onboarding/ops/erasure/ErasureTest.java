package tools.choco.onboarding.ops.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.events.audit.v1.OperatorActed;
import tools.choco.onboarding.projection.Generation;
import tools.choco.onboarding.projection.GenerationStatus;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.ReadModelKeeper;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;

/** Plants what is personal, erases its owner, replays everything, and finds it nowhere. */
class ErasureTest {

    private static final Duration WAIT = Duration.ofSeconds(60);

    private static final String NAME = "Zyxmarker";
    private static final String MAIL = "planted.zyxmail@secret.example";
    private static final String LOGIN = "zyxlogin-planted";
    private static final String TOKEN = "zyxtoken_planted_4711";
    private static final String QUOTED = "zyxquoted-by-a-failure";
    private static final List<String> MARKERS = List.of(NAME, MAIL, LOGIN, TOKEN, QUOTED);

    private static RunningService service;
    private static Tables tables;

    @BeforeAll
    static void start() {
        service = RunningService.start();
        tables = Tables.of(service);
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void leavesNothingAnywhere() {
        User user = User.of(service);
        String session = planted(user);
        assertThat(places()).isNotEmpty();

        Answer erased = erase(user.subject());

        assertThat(erased.status()).isEqualTo(200);
        assertThat(erased.at("/keysDestroyed")).isEqualTo("1");
        assertThat(erased.at("/githubLinkRemoved")).isEqualTo("true");
        replayEverything();
        assertThat(places()).isEmpty();
        assertThat(streamed(user, session)).isNotEmpty().noneMatch(ErasureTest::isMarked);
        service.restart();
        User again = new User(user.subject(), service.user(user.subject()));
        Answer read = again.read(session);
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.at("/steps/0/status")).isEqualTo("completed");
        assertThat(read.json().at("/steps/0/answers").isNull()).isTrue();
        assertThat(isMarked(read.text())).isFalse();
        assertThat(again.client().get("/users/me/github-link").status()).isEqualTo(404);
        assertThat(isMarked(service.operator().get("/ops/dead-letters").text())).isFalse();
        assertThat(isMarked(service.operator().get("/ops/provisioning").text())).isFalse();
    }

    @Test
    void canBeRepeatedAndLetsTheUserBeginAnew() {
        User user = User.of(service);
        String session = user.started("quick");
        user.complete(session, "profile");
        erase(user.subject());

        Answer repeat = erase(user.subject());

        assertThat(repeat.at("/keysDestroyed")).isEqualTo("0");
        assertThat(repeat.at("/githubLinkRemoved")).isEqualTo("false");
        assertThat(user.complete(session, "profile").at("/steps/0/answers/firstName"))
                .isEqualTo("Ada");
        assertThat(user.linkGithub().status()).isEqualTo(200);
        assertThat(erase(user.subject()).at("/keysDestroyed")).isEqualTo("1");
    }

    @Test
    void touchesNobodyElse() {
        User user = User.of(service);
        User other = User.of(service);
        user.complete(user.started("quick"), "profile");
        String theirs = other.started("quick");
        other.complete(theirs, "profile");
        other.linkGithub();

        erase(user.subject());

        assertThat(other.read(theirs).at("/steps/0/answers/firstName")).isEqualTo("Ada");
        assertThat(other.client().get("/users/me/github-link").status()).isEqualTo(200);
    }

    @Test
    void isWrittenDown() throws Exception {
        User user = User.of(service);
        user.started("quick");
        String reason = "ticket " + UUID.randomUUID();

        service.operator()
                .post(
                        "/ops/users/" + user.subject() + "/erase",
                        "{\"reason\":\"%s\"}".formatted(reason));

        assertThat(
                        tables.count(
                                """
                                SELECT count(*) FROM events JOIN event_kinds USING (kind)
                                WHERE payload_type = ? AND position(?::bytea IN payload) > 0
                                    AND position(?::bytea IN payload) > 0""",
                                OperatorActed.getDescriptor().getFullName(),
                                reason.getBytes(StandardCharsets.UTF_8),
                                user.subject().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(1);
    }

    @Test
    void isRefusedWhereNobodyIs() {
        assertThat(erase("nobody-at-all").at("/code")).isEqualTo("user_unknown");
        assertThat(
                        service.operator()
                                .post("/ops/users/" + User.of(service).subject() + "/erase", "{}")
                                .at("/code"))
                .isEqualTo("missing_field");
        assertThat(
                        User.of(service)
                                .client()
                                .post("/ops/users/x/erase", "{\"reason\":\"x\"}")
                                .status())
                .isEqualTo(403);
    }

    /** Everything personal that a user can set, and a failure that quotes some of it. */
    private static String planted(User user) {
        String session = user.started("default");
        user.complete(
                session,
                "profile",
                "{\"firstName\":\"%s\",\"lastName\":\"%s\"}".formatted(NAME, NAME),
                null);
        user.withKey("planted")
                .complete(session, "invite", "{\"emails\":[\"%s\"]}".formatted(MAIL), null);
        user.complete(session, "preferences", "{\"theme\":\"" + NAME + "\"}", null);
        assertThat(user.linkGithub(LOGIN, TOKEN).status()).isEqualTo(200);
        String site =
                user.requestSite(session, "welcome-" + user.subject(), "platform_template")
                        .required("/siteId");
        tables.update(
                """
                INSERT INTO dead_letters (processor, sequence_key, session_id, position, event_id,
                    event_type, cause, message, parked_at)
                VALUES ('funnel_g1', ?, ?, 1, gen_random_uuid(), 'x', 'x.Y', ?, now())""",
                session,
                session,
                QUOTED);
        tables.update(
                """
                INSERT INTO hop_attempts (site_id, attempt, hop, try, started_at, error)
                VALUES (?::uuid, 1, 'requested', 1, now(), ?)""",
                site,
                QUOTED);
        service.awaitReadModels();
        return session;
    }

    private static Answer erase(String userId) {
        return service.operator()
                .post("/ops/users/" + userId + "/erase", "{\"reason\":\"asked for in writing\"}");
    }

    private static void replayEverything() {
        ReadModelKeeper keeper = service.part(ReadModelKeeper.class);
        for (Projection projection : keeper.projections()) {
            Generation next = keeper.generations().begin(projection);
            await().atMost(WAIT)
                    .until(
                            () ->
                                    keeper.generations().of(projection.name()).stream()
                                            .filter(it -> it.generation().equals(next))
                                            .noneMatch(GenerationStatus::building));
            keeper.generations().serve(next);
        }
    }

    private static List<String> streamed(User user, String session) {
        try (Watch watch =
                user.client()
                        .with("Last-Event-ID", "0")
                        .watch("/onboarding/sessions/" + session + "/events")) {
            return watch.await(4).stream().map(it -> it.data().toString()).toList();
        }
    }

    /** Tables of any schema with a marker in any form. */
    private static List<String> places() {
        List<String> found = new ArrayList<>();
        for (String table :
                tables.texts(
                        """
                        SELECT format('%I.%I', table_schema, table_name)
                        FROM information_schema.tables
                        WHERE table_schema NOT IN ('pg_catalog', 'information_schema')""")) {
            for (String marker : MARKERS) {
                if (tables.count(
                                "SELECT count(*) FROM %s AS t WHERE t::text ILIKE ANY (?)"
                                        .formatted(table),
                                (Object) forms(marker))
                        > 0) {
                    found.add(table + " has " + marker);
                }
            }
        }
        return found;
    }

    private static boolean isMarked(String text) {
        return MARKERS.stream().anyMatch(text::contains);
    }

    /** As text, and as bytes are printed: in hex, and in Base64 whatever stands before. */
    private static String[] forms(String marker) {
        byte[] bytes = marker.getBytes(StandardCharsets.UTF_8);
        List<String> forms = new ArrayList<>();
        forms.add("%" + marker + "%");
        forms.add("%" + HexFormat.of().formatHex(bytes) + "%");
        String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);
        forms.add("%" + base64.substring(0, base64.length() - 2) + "%");
        return forms.toArray(String[]::new);
    }
}
