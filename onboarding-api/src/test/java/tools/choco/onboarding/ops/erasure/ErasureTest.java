package tools.choco.onboarding.ops.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.audit.v1.OperatorActed;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.projection.Generation;
import tools.choco.onboarding.projection.GenerationStatus;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.ReadModelKeeper;
import tools.choco.onboarding.site.RecordDeploy;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.testing.Acts;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.NatsServer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;

/** Plants what is personal, erases its owner, replays everything, and finds it nowhere. */
class ErasureTest {

    private static final Duration WAIT = Duration.ofSeconds(60);

    private static final String STREAM = "choco:events:onboarding";

    private static final String NAME = "Zyxmarker";
    private static final String MAIL = "planted.zyxmail@secret.example";
    private static final String LOGIN = "zyxlogin-planted";
    private static final String REPOSITORY = "zyxrepo-planted";
    private static final String TOKEN = "zyxtoken_planted_4711";
    private static final String SKIPPED = "zyxskip, because I said so";
    private static final String RESET = "zyxreset, because I said so";
    private static final String OPERATED = "zyxoperated: Ada rang up";
    private static final String BUILD = "zyxbuild-planted";
    private static final String QUOTED = "zyxquoted-by-a-failure";
    private static final List<String> MARKERS =
            List.of(
                    NAME,
                    MAIL,
                    LOGIN,
                    REPOSITORY,
                    TOKEN,
                    SKIPPED,
                    RESET,
                    OPERATED,
                    BUILD,
                    QUOTED,
                    "zyx-marked",
                    "Zyx/Marked");

    /** A marker in every answer that is text of one's own; the workspace is an organisation's. */
    private static final Map<String, String> ANSWERS =
            Map.of(
                    "profile",
                    """
                    {"firstName":"%1$s","lastName":"%1$s","role":"%1$s",\
                    "avatarUrl":"https://secret.example/%1$s"}"""
                            .formatted(NAME),
                    "work-profile",
                    "{\"teamName\":\"%1$s\",\"jobTitle\":\"%1$s\",\"timezone\":\"Zyx/Marked\"}"
                            .formatted(NAME),
                    "tools",
                    "{\"tools\":[\"%s\"]}".formatted(NAME),
                    "invite",
                    "{\"emails\":[\"%s\"]}".formatted(MAIL),
                    "preferences",
                    "{\"language\":\"zyx-marked\"}",
                    "workspace-hub",
                    "{\"workspaceId\":\"ws-1\"}");

    private static final List<String> delivered = new CopyOnWriteArrayList<>();

    private static @Nullable NatsServer nats;
    private static HttpServer receiver;
    private static RunningService service;
    private static Tables tables;

    @BeforeAll
    static void start() throws IOException {
        List<String> settings =
                new ArrayList<>(List.of("onboarding.webhooks.loopback-allowed=true"));
        if (NatsServer.isInstalled()) {
            nats = NatsServer.started();
            settings.add("onboarding.nats.url=" + nats.url());
        }
        service = RunningService.start(settings.toArray(String[]::new));
        tables = Tables.of(service);
        receiver = receiver();
        Answer subscribed =
                service.operator()
                        .post(
                                "/webhooks",
                                """
                                {"url":"http://127.0.0.1:%d/","eventTypes":["*"],"reason":"test"}"""
                                        .formatted(receiver.getAddress().getPort()));
        assertThat(subscribed.status()).as(subscribed.text()).isEqualTo(201);
    }

    @AfterAll
    static void end() {
        service.close();
        receiver.stop(0);
        if (nats != null) {
            nats.close();
        }
    }

    @Test
    void leavesNothingAnywhere() throws Exception {
        User user = User.of(service);
        Planted planted = planted(user);
        assertThat(places(MARKERS)).isNotEmpty();
        // The search finds what is in the log.
        assertThat(places(List.of(user.subject()))).anyMatch(it -> it.startsWith("public.events "));

        Answer erased = erase(user.subject());

        assertThat(erased.status()).isEqualTo(200);
        assertThat(erased.at("/keysDestroyed")).isEqualTo("1");
        assertThat(erased.at("/githubLinkRemoved")).isEqualTo("true");
        replayEverything();
        assertThat(places(MARKERS)).isEmpty();
        assertThat(streamed(user, planted.session())).isNotEmpty().noneMatch(ErasureTest::isMarked);
        assertThat(published()).noneMatch(ErasureTest::isMarked);
        assertThat(delivered).isNotEmpty().noneMatch(ErasureTest::isMarked);
        service.restart();
        User again = new User(user.subject(), service.user(user.subject()));
        Answer read = again.read(planted.session());
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.at("/steps/0/status")).isEqualTo("completed");
        assertThat(read.json().at("/steps/0/answers").isNull()).isTrue();
        assertThat(isMarked(read.text())).isFalse();
        assertThat(again.client().get("/users/me/github-link").status()).isEqualTo(404);
        for (String site : List.of(planted.own(), planted.adopted())) {
            Answer its = again.site(site);
            assertThat(its.at("/provisioning/state")).isEqualTo("live");
            assertThat(its.json().at("/githubRepo").isNull()).isTrue();
        }
        for (String route :
                List.of(
                        "/sites",
                        "/onboarding/sessions/" + planted.session(),
                        "/onboarding/session?flowId=quick")) {
            assertThat(again.client().get(route).text()).doesNotContain(MARKERS);
        }
        for (String route : List.of("/ops/dead-letters", "/ops/provisioning", "/ops/replays")) {
            assertThat(service.operator().get(route).text()).doesNotContain(MARKERS);
        }
        assertThat(service.analyst().get("/sessions/" + planted.session() + "/timeline").text())
                .doesNotContain(MARKERS);
    }

    @Test
    void letsTheUserSeeWhatIsTheirsUntilThen() throws Exception {
        User user = User.of(service);
        user.linkGithub();
        String session = user.started("default");
        String slug = "seen-" + user.subject();
        String site = live(user, session, slug);
        String repository = user.subject() + "/" + slug;

        assertThat(user.site(site).at("/githubRepo")).isEqualTo(repository);
        service.awaitReadModels();
        assertThat(user.client().get("/sites").at("/items/0/githubRepo")).isEqualTo(repository);
        assertThat(streamed(user, session)).anyMatch(it -> it.contains(repository));

        erase(user.subject());

        assertThat(user.site(site).at("/githubRepo")).isNull();
        assertThat(user.client().get("/sites").at("/items/0/githubRepo")).isNull();
        assertThat(streamed(user, session)).isNotEmpty().noneMatch(it -> it.contains(repository));
    }

    @Test
    void namesNoRepositoryOfASiteThatGoesLiveAfterwards() throws Exception {
        User user = User.of(service);
        user.linkGithub();
        String slug = "late-" + user.subject();
        String site =
                user.requestSite(user.started("default"), slug, "user_git").required("/siteId");

        erase(user.subject());

        await().atMost(WAIT)
                .until(
                        () ->
                                List.of("live", "awaiting_github")
                                        .contains(user.site(site).required("/provisioning/state")));
        assertThat(places(List.of(user.subject() + "/" + slug))).isEmpty();
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

    /** Where it was planted. */
    private record Planted(String session, String own, String adopted) {}

    /**
     * Everything personal that a user can set, what operators write about them, and failures that
     * quote some of it.
     */
    private static Planted planted(User user) throws Exception {
        String session = user.started("default");
        user.client()
                .post(
                        "/onboarding/step/skip",
                        "{\"sessionId\":\"%s\",\"stepId\":\"tools\",\"reason\":\"%s\"}"
                                .formatted(session, SKIPPED));
        for (Map.Entry<String, String> step : ANSWERS.entrySet()) {
            Answer answer =
                    user.withKey("planted-" + step.getKey())
                            .complete(session, step.getKey(), step.getValue(), null);
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        }
        // A refused member that is named after somebody.
        user.complete(session, "profile", "{\"%s\":\"%s\"}".formatted(NAME, NAME), null);
        assertThat(user.linkGithub(LOGIN, TOKEN).status()).isEqualTo(200);
        String own = live(user, session, "own-" + user.subject());
        assertThat(user.site(own).at("/githubRepo")).startsWith(LOGIN + "/");
        String adopted = adopted(user, session, "adopted-" + user.subject());
        awaitState(user, adopted, "live");
        assertThat(user.site(adopted).at("/githubRepo")).isEqualTo(LOGIN + "/" + REPOSITORY);
        String failed = adopted(user, session, "failed-" + user.subject());
        awaitState(user, failed, "failed");
        service.part(CommandGateway.class)
                .sendAndWait(
                        new RecordDeploy(
                                new SiteId(own),
                                DeployStatus.DEPLOY_STATUS_FAILED,
                                "",
                                BUILD + ".md: not closed",
                                Request.of(Caller.service("test"), UUID.randomUUID().toString())));
        operated(user, session, failed);
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
                VALUES (?::uuid, 1, 'requested', 99, now(), ?)""",
                own,
                QUOTED);
        service.awaitReadModels();
        return new Planted(session, own, adopted);
    }

    /** What an operator does to a session and a site of a user, for reasons that name them. */
    private static void operated(User user, String session, String failedSite) {
        Client operator = service.operator();
        operator.post(
                "/ops/provisioning/retry",
                "{\"siteIds\":[\"%s\"],\"reason\":\"%s\"}".formatted(failedSite, OPERATED));
        awaitState(user, failedSite, "failed");
        service.awaitReadModels();
        Answer replayed =
                operator.post(
                        "/ops/replays",
                        "{\"projection\":\"siteview\",\"sessionId\":\"%s\",\"reason\":\"%s\"}"
                                .formatted(session, OPERATED));
        assertThat(replayed.status()).as(replayed.text()).isEqualTo(202);
        String other = user.started("quick");
        Answer reset =
                user.client()
                        .post(
                                "/onboarding/reset",
                                "{\"sessionId\":\"%s\",\"reason\":\"%s\"}".formatted(other, RESET));
        Answer again =
                operator.post(
                        "/ops/sessions/" + reset.required("/sessionId") + "/reset",
                        "{\"reason\":\"%s\"}".formatted(OPERATED));
        assertThat(again.status()).as(again.text()).isEqualTo(201);
        assertThat(Acts.of(service).because(OPERATED))
                .extracting(OperatorActed::getAction)
                .containsExactly("provisioning.retry", "replay.session");
    }

    private static String live(User user, String session, String slug) {
        String site = user.requestSite(session, slug, "user_git").required("/siteId");
        awaitState(user, site, "live");
        return site;
    }

    /** A welcome site that is adopted into a repository which only one can have. */
    private static String adopted(User user, String session, String slug) {
        String site = user.requestSite(session, slug, "platform_template").required("/siteId");
        Answer answer =
                user.client()
                        .post(
                                "/sites/" + site + "/adopt",
                                "{\"githubRepo\":\"%s/%s\"}".formatted(LOGIN, REPOSITORY));
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        return site;
    }

    private static void awaitState(User user, String site, String state) {
        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(user.site(site).at("/provisioning/state"))
                                        .isEqualTo(state));
    }

    /** What is in the stream after it was filled anew; nothing where there is no server. */
    private static List<String> published() throws Exception {
        if (nats == null) {
            return List.of();
        }
        Client operator = service.operator();
        operator.post("/ops/stream/rebuild", "{\"reason\":\"after an erasure\"}");
        await().atMost(WAIT)
                .untilAsserted(
                        () -> {
                            Answer stream = operator.get("/ops/stream");
                            assertThat(stream.at("/state")).isEqualTo("in_step");
                            assertThat(stream.at("/position")).isEqualTo(stream.at("/head"));
                        });
        List<String> messages = new ArrayList<>();
        try (Connection connection = Nats.connect(nats.url())) {
            JetStreamManagement streams = connection.jetStreamManagement();
            StreamState state = streams.getStreamInfo(STREAM).getStreamState();
            for (long at = state.getFirstSequence(); at <= state.getLastSequence(); at++) {
                MessageInfo message = streams.getMessage(STREAM, at);
                messages.add(
                        message.getSubject()
                                + message.getHeaders()
                                + new String(message.getData(), StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(messages).hasSizeGreaterThan(20);
        return messages;
    }

    private static HttpServer receiver() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        delivered.add(
                                new String(
                                        exchange.getRequestBody().readAllBytes(),
                                        StandardCharsets.UTF_8));
                        exchange.sendResponseHeaders(204, -1);
                    }
                });
        server.start();
        return server;
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

    /** Tables of any schema with one of some texts in any form. */
    private static List<String> places(List<String> markers) {
        List<String> found = new ArrayList<>();
        for (String table :
                tables.texts(
                        """
                        SELECT format('%I.%I', table_schema, table_name)
                        FROM information_schema.tables
                        WHERE table_schema NOT IN ('pg_catalog', 'information_schema')""")) {
            for (String marker : markers) {
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
