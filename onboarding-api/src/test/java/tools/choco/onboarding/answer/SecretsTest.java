package tools.choco.onboarding.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.boot.logging.LoggingSystem;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.Outage;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;

/** Plants what is nobody's business, and looks for it everywhere but with its owner. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecretsTest {

    private static final String MARKER = "Quxmarker";
    private static final String MAIL = "planted.quxmail@secret.example";
    private static final String BEARER = "quxbearer.planted.token";
    private static final String GIT_TOKEN = "quxgithub_planted_4711";

    private static final Duration WAIT = Duration.ofSeconds(30);

    private static final PrintStream CONSOLE = System.out;
    private static final PrintStream ERRORS = System.err;
    private static final ByteArrayOutputStream OUTPUT = new ByteArrayOutputStream();

    private static RunningService service;
    private static User user;
    private static String token;
    private static String session;
    private static final List<String> STRANGERS = new ArrayList<>();

    @BeforeAll
    static void plant() {
        PrintStream captured = new PrintStream(OUTPUT, true, StandardCharsets.UTF_8);
        System.setOut(captured);
        System.setErr(captured);
        // The log goes below the home of this service, whichever was started before.
        LoggingSystem.get(SecretsTest.class.getClassLoader()).cleanUp();
        service = RunningService.start("onboarding.database.connect-timeout=PT1S");
        String subject = User.of(service).subject();
        token = service.client().localToken(subject, List.of("onboarding:write"), null);
        user = new User(subject, service.client().withToken(token));
        session = user.started("default");

        acceptAnswers();
        List<Answer> refusals = refuseAnswers();
        assertThat(refusals).allMatch(answer -> answer.status() >= 400);
        assertThat(refusals)
                .filteredOn(answer -> !answer.required("/code").equals("answers_invalid"))
                .extracting(Answer::text)
                .noneMatch(text -> text.contains(MARKER));

        User finished = User.of(service);
        String completed = finished.finishedQuick();
        finished.complete(completed, "profile", name("AfterTheEnd"), null);
        failInside();
        provisionWithAToken();
        askAsStrangers();
        try (Outage _ = Outage.of(service)) {
            assertThat(user.complete(session, "profile", name("Outage"), null).status())
                    .isEqualTo(503);
            assertThat(user.read(session).status()).isEqualTo(503);
        }
        service.client().withToken(BEARER).get("/onboarding/session");
    }

    @AfterAll
    static void end() {
        System.setOut(CONSOLE);
        System.setErr(ERRORS);
        service.close();
    }

    @Test
    @Order(1)
    void areShownToTheirOwner() {
        assertThat(user.read(session).text()).contains(MARKER + "Amended").contains(MAIL);
    }

    @Test
    @Order(1)
    void areNowhereInTheDatabase() {
        Tables tables = Tables.of(service);
        List<String> names =
                tables.texts(
                        """
                        SELECT format('%I.%I', table_schema, table_name)
                        FROM information_schema.tables
                        WHERE table_schema NOT IN ('pg_catalog', 'information_schema')""");
        assertThat(names).contains("public.events", "sessionview_g1.session_view");
        for (String table : names) {
            for (String secret : secrets()) {
                assertThat(
                                tables.count(
                                        "SELECT count(*) FROM %s AS t WHERE t::text ILIKE ANY (?)"
                                                .formatted(table),
                                        (Object) forms(secret)))
                        .as(table)
                        .isZero();
            }
        }
        // What is looked for in this way would be found.
        assertThat(
                        tables.count(
                                "SELECT count(*) FROM events AS t WHERE t::text ILIKE ANY (?)",
                                (Object) forms(user.subject())))
                .isPositive();
    }

    @Test
    @Order(1)
    void areNowhereInTheLog() throws IOException {
        String log = Files.readString(service.home().resolve("logs/onboarding.log"));

        assertThat(log)
                .contains("The log could not be written")
                .contains("The database did not answer")
                .contains("failed on our side");
        assertThat(secrets()).noneMatch(log::contains);
        String console = OUTPUT.toString(StandardCharsets.UTF_8);
        assertThat(console).contains("The database did not answer");
        assertThat(secrets()).noneMatch(console::contains);
    }

    @Test
    @Order(1)
    void areNowhereInTheHome() throws IOException {
        try (Stream<Path> files = Files.walk(service.home())) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(
                            file ->
                                    assertThat(
                                                    new String(
                                                            Files.readAllBytes(file),
                                                            StandardCharsets.ISO_8859_1))
                                            .as(file.toString())
                                            .doesNotContain(GIT_TOKEN, MARKER));
        }
    }

    @Test
    @Order(1)
    void areNowhereInTheMetrics() {
        String metrics = service.operator().get("/metrics").text();

        assertThat(metrics).contains("onboarding_commands");
        assertThat(metrics).doesNotContain(user.subject()).doesNotContain(session);
        assertThat(secrets()).noneMatch(metrics::contains);
    }

    @Test
    @Order(1)
    void areNotForOthers() {
        assertThat(STRANGERS).isNotEmpty();
        assertThat(secrets())
                .allSatisfy(
                        secret ->
                                assertThat(STRANGERS).noneMatch(answer -> answer.contains(secret)));
    }

    @Test
    @Order(2)
    void areGoneWithTheUsersKey() {
        assertThat(service.part(PostgresAnswerVault.class).destroy(user.subject())).isPositive();

        assertErased(user);
        Answer amended = user.complete(session, "preferences");
        assertThat(amended.status()).isEqualTo(200);
        assertThat(user.skip(session, "tools").status()).isEqualTo(200);
        Answer conflict = user.complete(session, "profile", name("Late"), 1L);
        assertThat(conflict.at("/code")).isEqualTo("revision_conflict");
        assertThat(conflict.text()).doesNotContain(MARKER);
        service.restart();
        User again = new User(user.subject(), service.client().withToken(token));
        assertErased(again);
        assertThat(again.read(session).at("/steps/4/answers/theme")).isEqualTo("dark");
        assertThat(again.complete(session, "profile").status()).isEqualTo(200);
        assertThat(again.reset(session).status()).isEqualTo(201);
    }

    private static void assertErased(User owner) {
        for (Answer answer : List.of(owner.read(session), owner.mine("default"))) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).doesNotContain(MARKER).doesNotContain(MAIL);
            assertThat(answer.at("/steps/0/status")).isEqualTo("completed");
            assertThat(answer.json().at("/steps/0/answers").isNull()).isTrue();
            assertThat(answer.json().at("/steps/3/answers").isNull()).isTrue();
        }
    }

    private static void acceptAnswers() {
        assertThat(user.complete(session, "profile", name("First"), null).status()).isEqualTo(200);
        assertThat(user.complete(session, "profile", name("Amended"), null).status())
                .isEqualTo(200);
        assertThat(
                        user.withKey("planted")
                                .complete(
                                        session,
                                        "invite",
                                        "{\"emails\":[\"%s\"]}".formatted(MAIL),
                                        null)
                                .status())
                .isEqualTo(200);
    }

    private static List<Answer> refuseAnswers() {
        User keyed = user.withKey("planted");
        String both = "{\"sessionId\":\"%s\",\"stepId\":\"profile\"".formatted(session);
        Client client = user.client();
        return List.of(
                user.complete(session, "profile", name("Conflict"), 1L),
                user.complete(session, "profile", name("Ahead"), 99L),
                user.complete(session, "profile", name("x".repeat(200)), null),
                user.complete(session, "profile", "{\"firstName\":[\"" + MARKER + "\"]}", null),
                user.complete(session, "profile", "\"" + MARKER + "\"", null),
                user.complete(
                        session,
                        "preferences",
                        "{\"theme\":\"%s\",\"language\":\"%s\"}".formatted(MARKER, MARKER),
                        null),
                user.complete(
                        session,
                        "invite",
                        "{\"emails\":[\"%s\",\"%s\",\"no %s\"]}".formatted(MAIL, MAIL, MARKER),
                        null),
                user.complete(session, "nothing", name("NoStep"), null),
                user.complete(session, "path", name("NoForm"), null),
                keyed.complete(session, "profile", name("Reused"), null),
                user.with("If-Match", "\"1\"").complete(session, "profile", name("Stale"), null),
                client.post("/onboarding/step", both + ",\"answers\":{\"firstName\":" + MARKER),
                client.post(
                        "/onboarding/step",
                        both + ",\"answers\":{}, \"revision\":\"" + MARKER + "\"}"),
                client.post(
                        "/onboarding/step", both + ",\"answers\":" + name("Twice") + "}" + MARKER),
                client.post(
                        "/onboarding/step",
                        both + ",\"answers\":{\"firstName\":\"" + MARKER.repeat(9_000) + "\"}}"));
    }

    /** A token is linked, refused, used, and at hand where things fail. */
    private static void provisionWithAToken() {
        Tables tables = Tables.of(service);
        User other = User.of(service);
        other.linkGithub("quxtaken", GIT_TOKEN + "_of_another");
        Client client = user.client();
        String link = "/users/me/github-link";
        String start = "{\"login\":\"quxlogin\",\"token\":\"" + GIT_TOKEN;
        List<Answer> refused =
                List.of(
                        user.linkGithub("quxtaken", GIT_TOKEN),
                        user.linkGithub("-no-login-", GIT_TOKEN),
                        user.linkGithub("quxlogin", GIT_TOKEN.repeat(20)),
                        user.linkGithub("quxlogin", GIT_TOKEN + " with a space"),
                        client.put(link, start),
                        client.put(link, start + "\",\"more\":\"" + GIT_TOKEN + "\"}"),
                        client.put(link, "{\"login\":\"quxlogin\",\"token\":[\"" + GIT_TOKEN));
        assertThat(refused).allMatch(answer -> answer.status() >= 400 && answer.status() < 500);
        STRANGERS.addAll(refused.stream().map(Answer::text).toList());
        tables.update("ALTER TABLE github_links RENAME TO github_links_away");
        Answer failed = user.linkGithub("quxlogin", GIT_TOKEN);
        tables.update("ALTER TABLE github_links_away RENAME TO github_links");
        assertThat(failed.status()).isEqualTo(500);
        STRANGERS.add(failed.text());

        STRANGERS.add(user.linkGithub("quxlogin", GIT_TOKEN).text());
        STRANGERS.add(client.get(link).text());
        String site = user.requestSite(session, "quxsite", "user_git").required("/siteId");
        await().atMost(WAIT).until(() -> "live".equals(user.site(site).at("/provisioning/state")));
        STRANGERS.add(user.site(site).text());
        // The saga cannot work: its event becomes a dead letter.
        tables.update("ALTER TABLE saga_associations RENAME TO saga_associations_away");
        user.requestSite(session, "quxparked", "user_git");
        await().atMost(WAIT).until(() -> tables.count("SELECT count(*) FROM dead_letters") > 0);
        tables.update("ALTER TABLE saga_associations_away RENAME TO saga_associations");
    }

    /** A table that is not there: the failure goes through the last of the handlers. */
    private static void failInside() {
        Tables tables = Tables.of(service);
        User other = User.of(service);
        String started = other.started("quick");
        tables.update("ALTER TABLE user_keys RENAME TO user_keys_away");
        try {
            assertThat(other.complete(started, "profile", name("Inside"), null).status())
                    .isEqualTo(500);
        } finally {
            tables.update("ALTER TABLE user_keys_away RENAME TO user_keys");
        }
    }

    private static void askAsStrangers() {
        service.awaitReadModels();
        Client analyst = service.analyst();
        User stranger = User.of(service);
        STRANGERS.add(analyst.get("/sessions").text());
        STRANGERS.add(analyst.get("/funnels").text());
        STRANGERS.add(analyst.get("/funnels/onboarding").text());
        STRANGERS.add(stranger.read(session).text());
        STRANGERS.add(stranger.complete(session, "profile").text());
        STRANGERS.add(stranger.start("default").text());
        String own = user.started("quick");
        user.complete(own, "profile", name("Operated"), null);
        STRANGERS.add(
                service.operator()
                        .post("/ops/sessions/" + own + "/reset", "{\"reason\":\"ticket\"}")
                        .text());
    }

    private static String name(String suffix) {
        return "{\"firstName\":\"%s%s\",\"lastName\":\"%s\"}".formatted(MARKER, suffix, MARKER);
    }

    private static List<String> secrets() {
        return List.of(
                MARKER,
                MAIL,
                BEARER,
                GIT_TOKEN,
                token,
                token.substring(token.lastIndexOf('.') + 1));
    }

    /** As text, and as bytes are printed: in hex, and in Base64 whatever stands before. */
    private static String[] forms(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        List<String> forms = new ArrayList<>();
        forms.add("%" + secret + "%");
        forms.add("%" + HexFormat.of().formatHex(bytes) + "%");
        String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);
        forms.add("%" + base64.substring(0, base64.length() - 2) + "%");
        return forms.toArray(String[]::new);
    }
}
