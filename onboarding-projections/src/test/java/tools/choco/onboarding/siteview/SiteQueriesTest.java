package tools.choco.onboarding.siteview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.SagaKind;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.projection.BrokenHistory;
import tools.choco.onboarding.projection.History;
import tools.choco.onboarding.projection.InvalidCursor;
import tools.choco.onboarding.projection.Page;
import tools.choco.onboarding.projection.ProjectionProcessor;
import tools.choco.onboarding.projection.ReadModels;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SiteQueriesTest {

    private static final List<String> STATES =
            List.of(
                    "requested",
                    "source_resolving",
                    "source_resolved",
                    "awaiting_github",
                    "vercel_creating",
                    "vercel_created",
                    "hook_creating",
                    "hook_created",
                    "live",
                    "failed");

    private final ReadModels models = new ReadModels();
    private final SiteViewProjection projection = new SiteViewProjection();
    private final SiteQueries queries = new SiteQueries(models.dataSource());

    @BeforeAll
    void isEmptyAtFirst() {
        models.serve(projection);

        assertThat(queries.ofUser("user-1", null, 1)).isEqualTo(new Page<>(List.of(), null));
        assertThat(queries.inFlight(InFlightFilter.ALL, null, 1))
                .isEqualTo(new InFlightPage(List.of(), null, 0));
    }

    @BeforeEach
    void clear() {
        models.clear(projection);
    }

    @AfterAll
    void close() {
        models.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void answersWhatTheEventsSay(long seed) {
        List<History.Entry> history = randomHistory(seed, 1_500);
        models.apply(projection, History.logged(history));

        assertAnswers(new ExpectedSites(history));
    }

    @Test
    void followsSitesThroughTheEventStore() {
        List<History.Entry> history = randomHistory(9, 600);
        ProjectionProcessor processor = models.processorFor(projection, 1);
        models.append(history.subList(0, history.size() / 2));
        processor.start();
        models.append(history.subList(history.size() / 2, history.size()));
        models.awaitCaughtUp(projection);
        String live = rows();

        assertAnswers(new ExpectedSites(history));

        processor.stop();
        models.clear(projection);
        models.apply(projection, History.logged(history));
        assertThat(rows()).isEqualTo(live);
    }

    @Test
    void pagesOverSitesThatWereRequestedAtOnce() {
        Instant at = Instant.parse("2026-01-01T00:00:00.123456Z");
        List<History.Entry> history = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            String id = "0198c000-0000-5000-8000-00000000000" + i;
            history.add(new History.Entry(id, 0, requested(id, at)));
        }
        models.apply(projection, History.logged(history));
        List<String> ids = history.stream().map(History.Entry::aggregateId).toList();

        assertThat(ofUser("user", 2).stream().map(SiteSummary::siteId))
                .containsExactlyElementsOf(ids.reversed());
        assertThat(inFlight(InFlightFilter.ALL, 2).stream().map(InFlightSite::siteId))
                .containsExactlyElementsOf(ids);
    }

    @Test
    void findsWhatIsStuckToTheMicrosecond() {
        Instant at = Instant.parse("2026-01-01T00:00:00.123456Z");
        String id = UUID.nameUUIDFromBytes(new byte[] {1}).toString();
        models.apply(
                projection, History.logged(List.of(new History.Entry(id, 0, requested(id, at)))));
        Instant hourLater = at.plus(Duration.ofHours(1));

        assertThat(stuckForAnHour(hourLater)).isZero();
        assertThat(stuckForAnHour(hourLater.plusNanos(1_000))).isOne();
        assertThat(
                        queries.countInFlight(
                                InFlightFilter.ALL.withStuckLongerThan(
                                        Duration.ofSeconds(Long.MAX_VALUE), hourLater)))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "MTIz", "MS8wMTk4YzAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE="})
    void refusesACursorThatNoPageAnsweredWith(String cursor) {
        assertThatThrownBy(() -> queries.ofUser("user-1", cursor, 10))
                .isInstanceOf(InvalidCursor.class);
        assertThatThrownBy(() -> queries.inFlight(InFlightFilter.ALL, cursor, 10))
                .isInstanceOf(InvalidCursor.class);
    }

    @Test
    void knowsNoSiteOfANullByte() {
        assertThat(queries.ofUser("no\0body", null, 10).items()).isEmpty();
        assertThat(queries.countInFlight(InFlightFilter.ALL.withState("no\0state"))).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "platform_template, adopted",
        "platform_template, live",
        "user_git, playground",
        "other, live",
        "user_git, other",
    })
    void letsNoStatementBreakTheInvariant(String mode, String stage) {
        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        String id = UUID.nameUUIDFromBytes(new byte[] {2}).toString();
        models.apply(
                projection, History.logged(List.of(new History.Entry(id, 0, requested(id, at)))));

        assertThatThrownBy(
                        () ->
                                execute(
                                        """
                                        UPDATE sites SET hosting_mode = '%s', lifecycle_stage = '%s'
                                        """
                                                .formatted(mode, stage)))
                .hasMessageContaining("violates check constraint");
        assertThatThrownBy(
                        () ->
                                execute(
                                        """
                                        INSERT INTO sites
                                        SELECT 'other', session_id, user_id, workspace_id, slug,
                                            '%s', '%s', template_id, deploy_status, deploy_url,
                                            github_repo, requested_at, updated_at, events,
                                            last_position
                                        FROM sites
                                        """
                                                .formatted(mode, stage)))
                .hasMessageContaining("violates check constraint");
        assertThat(ofUser("user", 10))
                .singleElement()
                .returns("user_git", SiteSummary::hostingMode)
                .returns("live", SiteSummary::lifecycleStage);
    }

    @Test
    void letsNoStatementGiveAWelcomeSiteARepository() {
        assertThatThrownBy(
                        () ->
                                execute(
                                        """
                                        INSERT INTO sites VALUES ('w', 's', 'u', '', 'slug',
                                            'platform_template', 'playground', 'blog', NULL, NULL,
                                            '\\xada0', now(), now(), 1, 1)
                                        """))
                .hasMessageContaining("sites_mode_and_stage");
    }

    @Test
    void letsNoStatementInventAState() {
        for (String state : STATES) {
            execute(
                    "INSERT INTO provisioning_sagas VALUES ('%s', '%s', 1, NULL, NULL, 'adopt', now())"
                            .formatted(state, state));
        }
        for (String column : List.of("state", "error_kind", "saga_kind")) {
            assertThatThrownBy(
                            () ->
                                    execute(
                                            "UPDATE provisioning_sagas SET %s = 'on_fire'"
                                                    .formatted(column)))
                    .hasMessageContaining("violates check constraint");
        }
    }

    /** The aggregate would never do it; should it, the read model stops and shows nothing wrong. */
    @Test
    void stopsAtAnEventThatBreaksTheInvariant() {
        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        String id = UUID.nameUUIDFromBytes(new byte[] {3}).toString();
        SiteProvisionRequested broken =
                requested(id, at).toBuilder()
                        .setLifecycleStage(LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND)
                        .build();
        SiteProvisionRequested unknown =
                requested(id, at).toBuilder().setHostingModeValue(99).build();

        assertThatThrownBy(() -> apply(id, broken)).hasMessageContaining("sites_mode_and_stage");
        assertThatThrownBy(() -> apply(id, unknown))
                .isInstanceOf(BrokenHistory.class)
                .hasMessageContaining("newer schema");
        assertThat(ofUser("user", 10)).isEmpty();
    }

    private void apply(String id, Message event) {
        models.apply(projection, History.logged(List.of(new History.Entry(id, 0, event))));
    }

    private void assertAnswers(ExpectedSites expected) {
        int limit = 7;
        for (String user : List.of("user-0", "user-1", "user-2", "user-3")) {
            assertThat(ofUser(user, limit)).containsExactlyElementsOf(expected.ofUser(user));
        }
        assertThat(ofUser("user-0", limit)).isNotEmpty();
        assertThat(ofUser("nobody", limit)).isEmpty();

        List<InFlightSite> all = expected.inFlight(null, null);
        assertThat(all).hasSizeGreaterThan(limit);
        Instant middle = all.get(all.size() / 2).sinceState();
        Instant asOf = middle.plus(Duration.ofDays(3));
        InFlightFilter stuck = InFlightFilter.ALL.withStuckLongerThan(Duration.ofDays(3), asOf);
        assertInFlight(InFlightFilter.ALL, all);
        assertInFlight(stuck, expected.inFlight(null, middle));
        for (String state : STATES) {
            assertInFlight(InFlightFilter.ALL.withState(state), expected.inFlight(state, null));
            assertInFlight(stuck.withState(state), expected.inFlight(state, middle));
        }
    }

    private void assertInFlight(InFlightFilter filter, List<InFlightSite> expected) {
        assertThat(inFlight(filter, 7)).containsExactlyElementsOf(expected);
        assertThat(queries.countInFlight(filter)).isEqualTo(expected.size());
    }

    private List<SiteSummary> ofUser(String userId, int limit) {
        Page<SiteSummary> page = queries.ofUser(userId, null, limit);
        List<SiteSummary> found = new ArrayList<>(page.items());
        while (page.nextCursor() != null) {
            assertThat(page.items()).hasSize(limit);
            page = queries.ofUser(userId, page.nextCursor(), limit);
            found.addAll(page.items());
        }
        return found;
    }

    private List<InFlightSite> inFlight(InFlightFilter filter, int limit) {
        InFlightPage page = queries.inFlight(filter, null, limit);
        List<InFlightSite> found = new ArrayList<>(page.items());
        while (page.nextCursor() != null) {
            assertThat(page.items()).hasSize(limit);
            page = queries.inFlight(filter, page.nextCursor(), limit);
            found.addAll(page.items());
        }
        return found;
    }

    private long stuckForAnHour(Instant asOf) {
        return queries.countInFlight(
                InFlightFilter.ALL.withStuckLongerThan(Duration.ofHours(1), asOf));
    }

    private String rows() {
        return models.rows("sites", "site_id") + models.rows("provisioning_sagas", "site_id");
    }

    private void execute(String sql) {
        try (Connection connection = models.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path TO siteview_g1, public");
            try {
                statement.executeUpdate(sql);
            } finally {
                statement.execute("RESET search_path");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<History.Entry> randomHistory(long seed, int size) {
        return History.of(new Random(seed).ints(size, 0, 1_000_000).boxed().toList(), 40);
    }

    private static SiteProvisionRequested requested(String id, Instant at) {
        return SiteProvisionRequested.newBuilder()
                .setSiteId(id)
                .setSessionId("0198c000-0000-7000-8000-000000000001")
                .setUserId("user")
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()))
                .setSlug("ada")
                .setHostingMode(HostingMode.HOSTING_MODE_USER_GIT)
                .setLifecycleStage(LifecycleStage.LIFECYCLE_STAGE_LIVE)
                .setSagaKind(SagaKind.SAGA_KIND_PROVISION)
                .setAttempt(1)
                .build();
    }
}
