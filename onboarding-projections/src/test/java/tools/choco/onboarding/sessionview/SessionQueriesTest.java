package tools.choco.onboarding.sessionview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingAbandoned;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.StepKind;
import tools.choco.onboarding.projection.History;
import tools.choco.onboarding.projection.InvalidCursor;
import tools.choco.onboarding.projection.ProjectionProcessor;
import tools.choco.onboarding.projection.ReadModels;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionQueriesTest {

    private static final FlowVersion FLOW = new FlowVersion("default", 1);
    private static final String SESSION = "0198c000-0000-7000-8000-000000000001";
    private static final String SITE = "0198c000-0000-5000-8000-000000000002";

    private final ReadModels models = new ReadModels();
    private final SessionViewProjection projection = new SessionViewProjection();
    private final SessionQueries queries = new SessionQueries(models.dataSource());
    private List<SessionSummary> all = List.of();

    @BeforeAll
    void isEmptyAtFirst() {
        models.serve(projection);

        assertThat(queries.page(SessionFilter.ALL, null, 1))
                .isEqualTo(new SessionPage(List.of(), null, 0));
    }

    @BeforeEach
    void apply() {
        models.clear(projection);
        models.apply(
                projection,
                History.logged(
                        History.of(new Random(5).ints(1_500, 0, 1_000_000).boxed().toList(), 80)));
        all = everything(SessionFilter.ALL.withTest(), SessionQueries.PAGE_MAX);
        assertThat(all).hasSizeGreaterThan(60);
    }

    @AfterAll
    void close() {
        models.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 500})
    void pagesOverAllSessionsExactlyOnceNewestFirst(int limit) {
        assertThat(everything(SessionFilter.ALL.withTest(), limit))
                .isSortedAccordingTo(
                        Comparator.comparing(SessionSummary::startedAt)
                                .thenComparing(SessionSummary::sessionId)
                                .reversed())
                .doesNotHaveDuplicates()
                .hasSize(Integer.parseInt(models.text("SELECT count(*)::text FROM session_view")));
    }

    @Test
    void pagesOverSessionsThatStartedAtOnce() {
        models.clear(projection);
        Instant at = Instant.parse("2026-01-01T00:00:00.123456Z");
        List<History.Entry> history = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            String id = "0198c000-0000-7000-8000-00000000000" + i;
            history.add(new History.Entry(id, 0, started(id, at)));
        }
        models.apply(projection, History.logged(history));

        assertThat(everything(SessionFilter.ALL, 2).stream().map(SessionSummary::sessionId))
                .containsExactlyElementsOf(
                        history.stream().map(History.Entry::aggregateId).toList().reversed());
    }

    @Test
    void leavesTestTrafficOut() {
        assertThat(everything(SessionFilter.ALL, 50))
                .containsExactlyElementsOf(
                        filtered(
                                it ->
                                        !it.source().startsWith("test-")
                                                && !it.source().equals("demo")))
                .hasSizeLessThan(all.size());
    }

    @Test
    void filters() {
        SessionFilter any = SessionFilter.ALL.withTest();
        for (SessionStatus status : SessionStatus.values()) {
            assertThat(everything(any.withStatus(status), 50))
                    .containsExactlyElementsOf(filtered(it -> it.status() == status))
                    .isNotEmpty();
        }
        assertThat(everything(any.withFlowId("quick"), 50))
                .containsExactlyElementsOf(filtered(it -> it.flowId().equals("quick")))
                .isNotEmpty();
        assertThat(everything(any.withUserId("user-1"), 50))
                .containsExactlyElementsOf(filtered(it -> it.userId().equals("user-1")))
                .isNotEmpty();
        assertThat(everything(any.withStep("profile"), 50))
                .containsExactlyElementsOf(filtered(it -> "profile".equals(it.currentStep())))
                .isNotEmpty();
        assertThat(everything(any.withUserId("no\0body"), 50)).isEmpty();
        Instant asOf = all.get(all.size() / 2).lastActivityAt().plus(Duration.ofHours(2));
        assertThat(everything(any.withIdleLongerThan(Duration.ofHours(2), asOf), 50))
                .containsExactlyElementsOf(
                        filtered(
                                it ->
                                        it.lastActivityAt()
                                                .isBefore(asOf.minus(Duration.ofHours(2)))))
                .isNotEmpty();
        assertThat(everything(any.withIdleLongerThan(Duration.ofSeconds(Long.MAX_VALUE), asOf), 50))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "!!",
                "MTIz",
                "LTEvMDE5OGMwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx",
                "MS8wMTk4YzAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE="
            })
    void refusesACursorThatNoPageAnsweredWith(String cursor) {
        assertThatThrownBy(() -> queries.page(SessionFilter.ALL, cursor, 10))
                .isInstanceOf(InvalidCursor.class);
    }

    @Test
    void findsASessionByItsId() {
        assertThat(queries.byId(all.getFirst().sessionId())).contains(all.getFirst());
        assertThat(queries.byId("nobody's")).isEmpty();
    }

    @Test
    void followsASessionThroughTheEventStore() {
        models.clear(projection);
        Instant start = Instant.parse("2026-02-01T10:00:00Z");
        ProjectionProcessor processor = models.processorFor(projection, 1);
        processor.start();
        models.append(
                List.of(
                        new History.Entry(SESSION, 0, started(SESSION, start)),
                        new History.Entry(
                                SESSION, 1, completed("profile", start.plusSeconds(60), "")),
                        new History.Entry(SITE, 0, requested(start.plusSeconds(90))),
                        new History.Entry(
                                SITE,
                                1,
                                moved(
                                        start.plusSeconds(95),
                                        ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING)),
                        new History.Entry(
                                SESSION,
                                2,
                                OnboardingAbandoned.newBuilder()
                                        .setSessionId(SESSION)
                                        .setUserId("user")
                                        .setOccurredAt(timestamp(start.plusSeconds(9_999)))
                                        .build())));
        models.awaitCaughtUp(projection);
        processor.stop();

        assertThat(queries.byId(SESSION))
                .contains(
                        new SessionSummary(
                                SESSION,
                                "user",
                                null,
                                "default",
                                1,
                                "a",
                                "web",
                                SessionStatus.ABANDONED,
                                "tools",
                                null,
                                3,
                                1,
                                0,
                                List.of(SITE),
                                start,
                                start.plusSeconds(60),
                                null,
                                null,
                                null,
                                3));
    }

    @Test
    void findsIdleSessionsButNoneThatWaitsForItsSite() {
        models.clear(projection);
        Instant start = Instant.parse("2026-02-01T10:00:00Z");
        List<History.Entry> history = new ArrayList<>();
        history.add(new History.Entry(SESSION, 0, started(SESSION, start)));
        history.add(new History.Entry(SESSION, 1, completed("profile", start.plusSeconds(60), "")));

        assertThat(idleAfter(history, start.plusSeconds(59))).isEmpty();
        assertThat(idleAfter(history, start.plusSeconds(60)))
                .containsExactly(new IdleSession(SESSION, "user", start.plusSeconds(60)));
        assertThat(queries.activeFlowVersions()).containsExactly(FLOW);

        // Its required site is open but not requested: the user has to act.
        assertThat(idleAfter(history, start.plusSeconds(9_000))).hasSize(1);

        history.add(new History.Entry(SITE, 0, requested(start.plusSeconds(90))));
        assertThat(idleAfter(history, start.plusSeconds(9_000))).isEmpty();
        assertThat(queries.activeFlowVersions()).isEmpty();

        history.add(
                new History.Entry(
                        SITE,
                        1,
                        moved(
                                start.plusSeconds(99),
                                ProvisioningState.PROVISIONING_STATE_AWAITING_GITHUB)));
        assertThat(idleAfter(history, start.plusSeconds(9_000))).isEmpty();
    }

    @Test
    void findsASessionIdleWhoseFormsAreOpenBesideItsSite() {
        models.clear(projection);
        Instant start = Instant.parse("2026-02-01T10:00:00Z");
        List<History.Entry> history =
                List.of(
                        new History.Entry(SESSION, 0, started(SESSION, start)),
                        new History.Entry(SITE, 0, requested(start.plusSeconds(90))),
                        new History.Entry(
                                SESSION, 1, completed("site", start.plusSeconds(500), SITE)));

        // A site's readiness is no activity of the user's.
        assertThat(idleAfter(history, start))
                .containsExactly(new IdleSession(SESSION, "user", start));
        assertThat(queries.idleSince(new FlowVersion("default", 2), start, 10)).isEmpty();
    }

    @Test
    void findsTheLongestIdleFirst() {
        Instant late = all.getFirst().startedAt().plus(Duration.ofDays(400));

        List<IdleSession> idle = queries.idleSince(FLOW, late, 500);

        assertThat(idle)
                .isSortedAccordingTo(Comparator.comparing(IdleSession::lastActivityAt))
                .isNotEmpty();
        assertThat(queries.idleSince(FLOW, late, 3)).containsExactlyElementsOf(idle.subList(0, 3));
        assertThat(queries.activeFlowVersions()).contains(FLOW, new FlowVersion("quick", 1));
    }

    private List<IdleSession> idleAfter(List<History.Entry> history, Instant instant) {
        models.apply(projection, History.logged(history));
        return queries.idleSince(FLOW, instant, 10);
    }

    private List<SessionSummary> everything(SessionFilter filter, int limit) {
        List<SessionSummary> found = new ArrayList<>();
        SessionPage page = queries.page(filter, null, limit);
        found.addAll(page.items());
        while (page.nextCursor() != null) {
            assertThat(page.items()).hasSize(limit);
            page = queries.page(filter, page.nextCursor(), limit);
            found.addAll(page.items());
        }
        return found;
    }

    private List<SessionSummary> filtered(Predicate<SessionSummary> which) {
        return all.stream().filter(which).toList();
    }

    private static Message started(String id, Instant at) {
        return OnboardingStarted.newBuilder()
                .setSessionId(id)
                .setUserId("user")
                .setOccurredAt(timestamp(at))
                .setFlowId("default")
                .setFlowVersion(1)
                .setVariant("a")
                .setSource("web")
                .addSteps(step("profile", StepKind.STEP_KIND_FORM, 1, true))
                .addSteps(step("tools", StepKind.STEP_KIND_FORM, 2, false))
                .addSteps(step("site", StepKind.STEP_KIND_SITE, 3, true))
                .build();
    }

    private static OfferedStep step(String id, StepKind kind, int ordinal, boolean required) {
        return OfferedStep.newBuilder()
                .setStepId(id)
                .setKind(kind)
                .setOrdinal(ordinal)
                .setRequired(required)
                .setSkippable(!required)
                .build();
    }

    private static Message completed(String stepId, Instant at, String siteId) {
        return OnboardingStepCompleted.newBuilder()
                .setSessionId(SESSION)
                .setUserId("user")
                .setOccurredAt(timestamp(at))
                .setStepId(stepId)
                .setSiteId(siteId)
                .build();
    }

    private static Message requested(Instant at) {
        return SiteProvisionRequested.newBuilder()
                .setSiteId(SITE)
                .setSessionId(SESSION)
                .setUserId("user")
                .setOccurredAt(timestamp(at))
                .setHostingMode(HostingMode.HOSTING_MODE_USER_GIT)
                .setAttempt(1)
                .build();
    }

    private static Message moved(Instant at, ProvisioningState state) {
        return SiteProvisionStateChanged.newBuilder()
                .setSiteId(SITE)
                .setSessionId(SESSION)
                .setUserId("user")
                .setOccurredAt(timestamp(at))
                .setToState(state)
                .setAttempt(1)
                .build();
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
