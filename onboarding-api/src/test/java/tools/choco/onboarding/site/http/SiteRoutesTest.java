package tools.choco.onboarding.site.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.sweep.IdleSweep;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;

class SiteRoutesTest {

    private static final int SITES_MAX = 4;
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final String OWN = "user_git";
    private static final String WELCOME = "platform_template";
    private static final AtomicInteger SLUGS = new AtomicInteger();

    private static RecordingHost host;
    private static RunningService service;
    private static Tables tables;

    private User user;

    @BeforeAll
    static void start() {
        host = new RecordingHost();
        service =
                RunningService.startWith(
                        host::replaceHosting,
                        "onboarding.claims.sites-per-session-max=" + SITES_MAX);
        tables = Tables.of(service);
    }

    @BeforeEach
    void meet() {
        user = User.of(service);
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void provisionASiteOfTheUsersOwn() {
        String session = user.started("default");
        String slug = slug();
        user.linkGithub();

        Answer asked = user.requestSite(session, slug, OWN);

        assertThat(asked.status()).isEqualTo(202);
        String id = asked.required("/siteId");
        assertThat(id).isEqualTo(idOf(session, slug));
        assertThat(asked.header("Location")).isEqualTo("/sites/" + id);
        assertThat(asked.header("ETag")).isEqualTo("\"1\"");
        assertThat(asked.at("/sessionId")).isEqualTo(session);
        assertThat(asked.at("/slug")).isEqualTo(slug);
        assertThat(asked.at("/hostingMode")).isEqualTo(OWN);
        assertThat(asked.at("/lifecycleStage")).isEqualTo("live");
        assertThat(asked.at("/provisioning/state")).isEqualTo("requested");
        assertThat(asked.at("/provisioning/attempt")).isEqualTo("1");
        assertThat(asked.at("/provisioning/sagaKind")).isEqualTo("provision");

        Answer live = awaitState(id, "live");
        assertThat(live.at("/deployStatus")).isEqualTo("ready");
        assertThat(live.at("/githubRepo")).isNotNull();
        assertThat(live.at("/deployUrl")).endsWith("/" + slug + "/");
        assertThat(host.made(RecordingHost.SOURCE, id)).isEqualTo(1);
        assertThat(tables.eventTypes(id).getFirst()).isEqualTo("SiteProvisionRequested");
    }

    @Test
    void serveAWelcomeSiteAtOnce() {
        String session = user.started("default");
        String slug = slug();

        Answer asked = user.requestSite(session, slug, WELCOME);

        assertThat(asked.status()).isEqualTo(201);
        String id = asked.required("/siteId");
        assertThat(asked.header("Location")).isEqualTo("/sites/" + id);
        assertThat(asked.at("/lifecycleStage")).isEqualTo("playground");
        assertThat(asked.at("/deployUrl")).endsWith("/welcome/" + slug + "/");
        assertThat(asked.at("/githubRepo")).isNull();
        assertThat(asked.at("/provisioning")).isNull();
        assertThat(user.site(id).json()).isEqualTo(asked.json());
        assertThat(tables.eventTypes(id))
                .containsExactly("SiteProvisionRequested", "WelcomeSiteProvisioned");
        assertThat(appends(id)).isEqualTo(1);
    }

    @Test
    void showUpInTheSessionAtOnce() {
        String session = user.started("default");
        String slug = slug();
        user.linkGithub();
        String id = idOf(session, slug);
        CountDownLatch looked = new CountDownLatch(1);
        host.atNext(
                RecordingHost.SOURCE,
                id,
                () -> {
                    awaitLatch(looked);
                    fail("The name is taken.");
                });

        user.requestSite(session, slug, OWN);
        Answer waiting = user.read(session);
        looked.countDown();
        awaitState(id, "failed");
        Answer failed = user.read(session);
        user.act(id, "retry");
        awaitState(id, "live");

        assertThat(texts(waiting, "/siteIds")).containsExactly(id);
        assertThat(texts(waiting, "/requirements/pendingVerification")).containsExactly("site");
        assertThat(texts(waiting, "/requirements/eventuallyDue")).isEmpty();
        // A failed site is the user's turn again.
        assertThat(texts(failed, "/requirements/pendingVerification")).isEmpty();
        assertThat(texts(failed, "/requirements/eventuallyDue")).containsExactly("site");
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () -> {
                            Answer done = user.read(session);
                            assertThat(texts(done, "/requirements/pendingVerification")).isEmpty();
                            assertThat(texts(done, "/requirements/eventuallyDue")).isEmpty();
                        });
    }

    @Test
    void resumeAnAbandonedSessionInTheSameAppend() {
        String session = user.started("default");
        service.clock().advance(Duration.ofDays(30));
        service.awaitReadModels();
        service.part(IdleSweep.class).sweep();
        assertThat(user.read(session).at("/status")).isEqualTo("abandoned");

        String id = user.requestSite(session, slug(), WELCOME).required("/siteId");

        assertThat(user.read(session).at("/status")).isEqualTo("active");
        assertThat(tables.eventTypes(session))
                .startsWith("OnboardingStarted", "OnboardingAbandoned", "OnboardingResumed");
        assertThat(
                        tables.count(
                                """
                                SELECT count(DISTINCT xmin::text) FROM events
                                WHERE aggregate_id = ?::uuid
                                    OR aggregate_id = ?::uuid AND sequence = 2""",
                                id,
                                session))
                .isEqualTo(1);
    }

    @Test
    void haveOneSlugEach() throws Exception {
        String slug = slug();
        List<User> users = IntStream.range(0, 8).mapToObj(i -> User.of(service)).toList();
        List<String> sessions = users.stream().map(it -> it.started("default")).toList();

        List<Answer> answers =
                together(
                        IntStream.range(0, users.size())
                                .<Supplier<Answer>>mapToObj(
                                        i ->
                                                () ->
                                                        users.get(i)
                                                                .requestSite(
                                                                        sessions.get(i), slug, OWN))
                                .toList());

        assertThat(answers).extracting(Answer::status).containsOnlyOnce(202);
        int winner =
                IntStream.range(0, answers.size())
                        .filter(i -> answers.get(i).status() == 202)
                        .findFirst()
                        .orElseThrow();
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 202)
                .hasSize(users.size() - 1)
                .allSatisfy(
                        refused -> {
                            assertThat(refused.status()).isEqualTo(409);
                            assertThat(refused.at("/code")).isEqualTo("slug_taken");
                            assertThat(texts(refused, "/suggestions"))
                                    .hasSize(3)
                                    .doesNotContain(slug);
                        });
        assertThat(tables.count("SELECT count(*) FROM site_claims WHERE slug = ?", slug))
                .isEqualTo(1);

        Answer again = users.get(winner).requestSite(sessions.get(winner), slug, OWN);
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.at("/siteId")).isEqualTo(answers.get(winner).at("/siteId"));
        assertThat(tables.count(requests(), again.required("/siteId"))).isEqualTo(1);

        int loser = winner == 0 ? 1 : 0;
        String suggested = texts(answers.get(loser), "/suggestions").getFirst();
        assertThat(users.get(loser).requestSite(sessions.get(loser), suggested, OWN).status())
                .isEqualTo(202);
    }

    @Test
    void areOneForManyRequestsOfOneSession() throws Exception {
        String session = user.started("default");
        String slug = slug();

        List<Answer> answers =
                together(
                        IntStream.range(0, 6)
                                .<Supplier<Answer>>mapToObj(
                                        i -> () -> user.requestSite(session, slug, WELCOME))
                                .toList());

        assertThat(answers).extracting(Answer::status).containsOnly(201);
        String id = idOf(session, slug);
        assertThat(answers).extracting(answer -> answer.at("/siteId")).containsOnly(id);
        assertThat(tables.eventTypes(id)).hasSize(2);
        assertThat(host.calls(RecordingHost.WELCOME, id)).isEqualTo(1);
    }

    @Test
    void claimNoSlugForARefusedRequest() {
        String slug = slug();
        String quick = user.started("quick");
        String session = user.started("default");

        assertThat(user.requestSite(quick, slug, OWN).at("/code")).isEqualTo("step_unknown");
        assertThat(
                        user.client()
                                .post(
                                        "/onboarding/site",
                                        """
                                        {"sessionId":"%s","slug":"%s","hostingMode":"user_git",
                                        "templateId":"shop"}"""
                                                .formatted(session, slug))
                                .at("/code"))
                .isEqualTo("template_unknown");
        assertThat(user.with("If-Match", "\"7\"").requestSite(session, slug, OWN).at("/code"))
                .isEqualTo("precondition_failed");
        assertThat(User.of(service).requestSite(session, slug, OWN).at("/code"))
                .isEqualTo("session_not_found");

        assertThat(user.client().get("/slugs/" + slug).at("/available")).isEqualTo("true");
    }

    @Test
    void areBoundedBySession() {
        String session = user.started("default");
        List<String> slugs = new ArrayList<>();
        for (int i = 0; i < SITES_MAX; i++) {
            slugs.add(slug());
            user.requestSite(session, slugs.getLast(), WELCOME);
        }

        String another = slug();
        assertThat(user.requestSite(session, another, WELCOME).at("/code"))
                .isEqualTo("too_many_sites");
        assertThat(user.client().get("/slugs/" + another).at("/available")).isEqualTo("true");
        assertThat(user.requestSite(session, slugs.getFirst(), WELCOME).status()).isEqualTo(201);
        assertThat(texts(user.read(session), "/siteIds"))
                .containsExactlyElementsOf(slugs.stream().map(it -> idOf(session, it)).toList());
    }

    @Test
    void keepTheSlugThatAHostFailedToServe() {
        String session = user.started("default");
        String slug = slug();
        String id = idOf(session, slug);
        host.atNext(
                RecordingHost.WELCOME,
                id,
                () -> {
                    throw new HostingFailure(
                            HostingFailure.Kind.PASSING, "The disk is away.", null);
                });

        Answer failed = user.requestSite(session, slug, WELCOME);

        assertThat(failed.status()).isEqualTo(503);
        assertThat(failed.header("Retry-After")).isNotNull();
        assertThat(user.site(id).at("/code")).isEqualTo("site_not_found");
        // It was claimed and never made: the session has no site yet.
        assertThat(texts(user.read(session), "/siteIds")).isEmpty();
        User other = User.of(service);
        assertThat(other.requestSite(other.started("default"), slug, WELCOME).at("/code"))
                .isEqualTo("slug_taken");
        assertThat(user.requestSite(session, slug, WELCOME).status()).isEqualTo(201);
    }

    @Test
    void areListedNewestFirstAsTheyAre() {
        String session = user.started("default");
        List<String> ids = new ArrayList<>();
        for (String mode : List.of(OWN, WELCOME, OWN)) {
            ids.add(user.requestSite(session, slug(), mode).required("/siteId"));
            service.clock().advance(Duration.ofSeconds(1));
        }
        awaitState(ids.getFirst(), "awaiting_github");
        awaitState(ids.getLast(), "awaiting_github");
        service.awaitReadModels();

        List<JsonNode> listed = new ArrayList<>();
        Answer page = user.client().get("/sites?limit=2");
        listed.addAll(page.json().at("/items").valueStream().toList());
        assertThat(listed).hasSize(2);
        page = user.client().get("/sites?limit=2&cursor=" + page.required("/nextCursor"));
        listed.addAll(page.json().at("/items").valueStream().toList());

        assertThat(page.at("/nextCursor")).isNull();
        assertThat(listed)
                .containsExactlyElementsOf(
                        ids.reversed().stream().map(id -> user.site(id).json()).toList());
        assertThat(User.of(service).client().get("/sites").json().at("/items")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"ab, slug_invalid", "No-Capitals, slug_invalid", "docs, slug_reserved"})
    void refuseASlugThatIsNone(String slug, String code) {
        String session = user.started("default");

        assertThat(user.requestSite(session, slug, OWN).at("/code")).isEqualTo(code);
        Answer looked = user.client().get("/slugs/" + slug);
        assertThat(looked.at("/available")).isEqualTo("false");
        assertThat(looked.at("/reason")).isEqualTo(code);
        assertThat(texts(looked, "/suggestions")).hasSize(3);
        assertThat(
                        user.requestSite(session, texts(looked, "/suggestions").getFirst(), OWN)
                                .status())
                .isEqualTo(202);
    }

    @Test
    void tellWhetherASlugIsFree() {
        String session = user.started("default");
        String slug = slug();

        Answer free = user.client().get("/slugs/" + slug);
        user.requestSite(session, slug, OWN);
        user.requestSite(session, slug + "-2", OWN);
        Answer taken = user.client().get("/slugs/" + slug);

        assertThat(free.at("/available")).isEqualTo("true");
        assertThat(free.at("/reason")).isNull();
        assertThat(texts(free, "/suggestions").getFirst()).isEqualTo(slug + "-2");
        assertThat(taken.at("/available")).isEqualTo("false");
        assertThat(taken.at("/reason")).isEqualTo("slug_taken");
        assertThat(texts(taken, "/suggestions").getFirst()).isEqualTo(slug + "-3");
    }

    @Test
    void refuseTheSameSiteInAnotherForm() {
        String session = user.started("default");
        String slug = slug();
        user.requestSite(session, slug, OWN);

        assertThat(user.requestSite(session, slug, WELCOME).at("/code"))
                .isEqualTo("site_already_requested");
    }

    @Test
    void remainTheirOwnersSecret() {
        String session = user.started("default");
        String id = user.requestSite(session, slug(), WELCOME).required("/siteId");
        User stranger = User.of(service);

        for (Answer answer :
                List.of(
                        stranger.site(id),
                        stranger.act(id, "start"),
                        stranger.act(id, "retry"),
                        stranger.act(id, "adopt"),
                        user.site(UUID.randomUUID().toString()),
                        user.act(UUID.randomUUID().toString(), "start"),
                        user.site("no-id"))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.at("/code")).isEqualTo("site_not_found");
        }
        assertThat(service.analyst().get("/sites").status()).isEqualTo(403);
    }

    @Test
    void areReadWithTheirRevision() {
        String session = user.started("default");
        String id = user.requestSite(session, slug(), WELCOME).required("/siteId");

        assertThat(user.site(id).header("ETag")).isEqualTo("\"2\"");
        assertThat(user.with("If-None-Match", "\"2\"").site(id).status()).isEqualTo(304);
    }

    @Test
    void waitForGithubAndGoOn() {
        String session = user.started("default");
        String id = user.requestSite(session, slug(), OWN).required("/siteId");
        Answer parked = awaitState(id, "awaiting_github");

        // Without a link it goes on waiting, however often it is started.
        Answer started = user.act(id, "start");
        assertThat(started.status()).isEqualTo(202);
        assertThat(user.act(id, "start").json()).isEqualTo(started.json());
        assertThat(started.json()).isEqualTo(parked.json());

        user.linkGithub();
        awaitState(id, "live");
        Answer live = user.site(id);
        assertThat(user.act(id, "start").json()).isEqualTo(live.json());
    }

    @Test
    void areTriedAgainAfterAFailure() {
        String session = user.started("default");
        String slug = slug();
        String id = idOf(session, slug);
        user.linkGithub();
        host.atNext(RecordingHost.SOURCE, id, () -> fail("The name is taken."));
        user.requestSite(session, slug, OWN);
        Answer failed = awaitState(id, "failed");
        assertThat(failed.at("/provisioning/errorKind")).isEqualTo("user_action");
        assertThat(failed.at("/provisioning/lastError")).isEqualTo("The name is taken.");

        Answer retried = user.withKey("again").act(id, "retry");

        assertThat(retried.status()).isEqualTo(202);
        assertThat(retried.at("/provisioning/state")).isEqualTo("requested");
        assertThat(retried.at("/provisioning/attempt")).isEqualTo("2");
        assertThat(retried.at("/provisioning/errorKind")).isNull();
        awaitState(id, "live");
        Answer replayed = user.withKey("again").act(id, "retry");
        assertThat(replayed.status()).isEqualTo(202);
        assertThat(replayed.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(replayed.at("/provisioning/attempt")).isEqualTo("2");
        assertThat(user.act(id, "retry").at("/code")).isEqualTo("site_not_failed");
        assertThat(user.withKey("again").act(id, "start").at("/code"))
                .isEqualTo("idempotency_key_reused");
    }

    @Test
    void areAdoptedOnceGithubIsLinked() {
        String session = user.started("default");
        String slug = slug();
        String id = user.requestSite(session, slug, WELCOME).required("/siteId");

        assertThat(user.act(id, "adopt").at("/code")).isEqualTo("github_link_required");
        assertThat(user.act(id, "start").at("/code")).isEqualTo("site_hosted_by_platform");
        assertThat(user.act(id, "retry").at("/code")).isEqualTo("site_hosted_by_platform");
        user.linkGithub();
        assertThat(adopt(user, id, "somebody/else").at("/code")).isEqualTo("github_repo_invalid");
        assertThat(adopt(user, id, "no-repo").at("/code")).isEqualTo("github_repo_invalid");
        Answer stale = user.with("If-Match", "\"1\"").act(id, "adopt");
        assertThat(stale.at("/code")).isEqualTo("precondition_failed");

        Answer adopted = user.withKey("mine").with("If-Match", "\"2\"").act(id, "adopt");

        assertThat(adopted.status()).isEqualTo(202);
        assertThat(adopted.at("/hostingMode")).isEqualTo(OWN);
        assertThat(adopted.at("/lifecycleStage")).isEqualTo("adopted");
        assertThat(adopted.at("/githubRepo")).isEqualTo(user.subject() + "/" + slug);
        assertThat(adopted.at("/provisioning/sagaKind")).isEqualTo("adopt");
        assertThat(adopted.at("/deployUrl")).endsWith("/welcome/" + slug + "/");
        assertThat(user.act(id, "adopt").at("/code")).isEqualTo("site_already_adopted");
        assertThat(user.withKey("mine").act(id, "adopt").header("Idempotent-Replayed"))
                .isEqualTo("true");
        assertThat(adopt(user.withKey("mine"), id, user.subject() + "/other").at("/code"))
                .isEqualTo("idempotency_key_reused");

        Answer live = awaitState(id, "live");
        assertThat(live.at("/lifecycleStage")).isEqualTo("live");
        assertThat(user.requestSite(session, slug, WELCOME).at("/code"))
                .isEqualTo("site_already_requested");
        assertThat(host.calls(RecordingHost.WELCOME, id)).isEqualTo(1);
    }

    @Test
    void areAdoptedByOneOfMany() throws Exception {
        String session = user.started("default");
        String id = user.requestSite(session, slug(), WELCOME).required("/siteId");
        user.linkGithub();

        List<Answer> answers =
                together(
                        IntStream.range(0, 6)
                                .<Supplier<Answer>>mapToObj(
                                        i -> () -> adopt(user, id, user.subject() + "/r" + i))
                                .toList());

        assertThat(answers).extracting(Answer::status).containsOnlyOnce(202);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 202)
                .hasSize(5)
                .extracting(answer -> answer.at("/code"))
                .containsOnly("site_already_adopted");
        assertThat(tables.eventTypes(id)).containsOnlyOnce("WelcomeSiteAdopted");
    }

    @Test
    void areNotAdoptedIfTheyWereTheUsersOwnFromTheStart() {
        String session = user.started("default");
        String id = user.requestSite(session, slug(), OWN).required("/siteId");

        assertThat(user.act(id, "adopt").at("/code")).isEqualTo("site_not_adoptable");
    }

    @ParameterizedTest
    @ValueSource(strings = {OWN, WELCOME})
    void areMadeOnceForARequestThatComesAgain(String mode) {
        String session = user.started("default");
        String slug = slug();
        User keyed = user.withKey("make-it");
        Answer first = keyed.requestSite(session, slug, mode);
        String id = first.required("/siteId");

        Answer again = keyed.requestSite(session, slug, mode);

        assertThat(again.status()).isEqualTo(first.status());
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(again.at("/siteId")).isEqualTo(id);
        assertThat(tables.count(requests(), id)).isEqualTo(1);

        // Another body under the key: refused, and no slug is claimed.
        String other = slug();
        assertThat(keyed.requestSite(session, other, mode).at("/code"))
                .isEqualTo("idempotency_key_reused");
        assertThat(user.client().get("/slugs/" + other).at("/available")).isEqualTo("true");

        // The session has moved on meanwhile; the repeat does not mind.
        user.reset(session);
        assertThat(keyed.requestSite(session, slug, mode).header("Idempotent-Replayed"))
                .isEqualTo("true");
        assertThat(user.requestSite(session, slug(), mode).at("/code")).isEqualTo("session_reset");
    }

    private static String slug() {
        return "site-%05d".formatted(SLUGS.incrementAndGet());
    }

    private static String idOf(String session, String slug) {
        return SiteId.of(new SessionId(session), new Slug(slug)).value();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static void fail(String message) {
        throw new HostingFailure(HostingFailure.Kind.USER_ACTION, message, null);
    }

    private Answer awaitState(String id, String state) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () -> assertThat(user.site(id).at("/provisioning/state")).isEqualTo(state));
        return user.site(id);
    }

    private static Answer adopt(User user, String id, String repository) {
        return user.client()
                .post("/sites/" + id + "/adopt", "{\"githubRepo\":\"%s\"}".formatted(repository));
    }

    private static List<String> texts(Answer answer, String pointer) {
        return answer.json().at(pointer).valueStream().map(JsonNode::asString).toList();
    }

    private static String requests() {
        return """
               SELECT count(*) FROM events JOIN event_kinds USING (kind)
               WHERE aggregate_id = ?::uuid AND payload_type LIKE '%SiteProvisionRequested'""";
    }

    /** In how many transactions an aggregate's events were written. */
    private static long appends(String id) {
        return tables.count(
                "SELECT count(DISTINCT xmin::text) FROM events WHERE aggregate_id = ?::uuid", id);
    }

    private static <T> List<T> together(List<Supplier<T>> work)
            throws ExecutionException, InterruptedException {
        CyclicBarrier start = new CyclicBarrier(work.size());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures =
                    work.stream()
                            .map(
                                    each ->
                                            threads.submit(
                                                    () -> {
                                                        start.await();
                                                        return each.get();
                                                    }))
                            .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
