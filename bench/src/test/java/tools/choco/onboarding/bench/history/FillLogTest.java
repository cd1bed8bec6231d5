package tools.choco.onboarding.bench.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.Configuration;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.answer.AnswerForms;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.answer.form.JsonAnswerForms;
import tools.choco.onboarding.bench.commands.NoSites;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.eventlog.PostgresEventStore;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.SealedAnswers;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.flow.config.ConfiguredFlowCatalog;
import tools.choco.onboarding.flow.config.FlowFiles;
import tools.choco.onboarding.flow.config.PostgresFlowRegistry;
import tools.choco.onboarding.session.OnboardingSession;
import tools.choco.onboarding.site.Site;
import tools.choco.onboarding.site.Sites;

class FillLogTest {

    private static final int EVENTS = 20_000;
    private static final History.Settings SETTINGS = History.Settings.of(EVENTS, 3);

    private static TestDatabase database;
    private static PostgresEventLog log;
    private static PostgresEventStore store;

    @BeforeAll
    static void fill() throws SQLException {
        database = TestDatabase.create();
        var history = new History(SETTINGS);
        history.serveFlows(database.dataSource());
        FillLog.with(history, new Database(database.jdbcUrl()).connect(), done -> {});
        log = new PostgresEventLog(database.dataSource());
        store = log.eventStore();
    }

    @AfterAll
    static void close() {
        store.shutDown();
        log.close();
        database.close();
    }

    @Test
    void storesTheHistoryAsItWasTold() {
        var told = new ArrayList<MadeEvent>();
        new History(SETTINGS).tell(told::add);

        var rows = rows();

        assertThat(rows).hasSameSizeAs(told);
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            var event = told.get(i);
            assertThat(row.position()).isEqualTo(i + 1);
            assertThat(
                            new MadeEvent(
                                    row.aggregateId(),
                                    row.sequence(),
                                    row.eventId(),
                                    row.time(),
                                    row.event(),
                                    event.metaData()))
                    .isEqualTo(event);
            assertThat(row.metaData()).containsExactlyInAnyOrderEntriesOf(event.metaData());
        }
    }

    @Test
    void leavesALogThatTakesAppendsAndRefusesDoubles() throws SQLException {
        assertThat(
                        new Database(database.jdbcUrl())
                                .number(
                                        """
                                        SELECT count(*) FROM pg_constraint
                                        WHERE conname = 'events_aggregate_key'"""))
                .isEqualTo(1);
        var again = new History(SETTINGS);
        assertThatThrownBy(
                        () ->
                                FillLog.with(
                                        again,
                                        new Database(database.jdbcUrl()).connect(),
                                        done -> {}))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("events_aggregate_key");
        assertThat(log.reader().head()).isEqualTo(rows().size());
    }

    @Test
    void tellsThoseWhoActOnEventsThatAllIsDone() throws SQLException {
        History.settle(database.dataSource());
        History.settle(database.dataSource());

        try (var connection = new Database(database.jdbcUrl()).connect();
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                """
                                SELECT string_agg(processor_name, ' ' ORDER BY processor_name),
                                       bool_and(convert_from(token, 'UTF8') LIKE '%' ||
                                                (SELECT max(position) FROM events) || '%')
                                FROM token_entry""")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo("site-outcome site-provisioning");
            assertThat(row.getBoolean(2)).isTrue();
        }
    }

    @Test
    void makesSessionsAndSitesThatTheirAggregatesCanBeRebuiltFrom() {
        var axon = axon();
        axon.start();
        try {
            assertThat(rebuilt(axon, OnboardingSession.class, EventType.SESSION))
                    .isGreaterThan(1_000);
            assertThat(rebuilt(axon, Site.class, EventType.SITE)).isGreaterThan(300);
        } finally {
            axon.shutdown();
        }
    }

    private static long rebuilt(Configuration axon, Class<?> type, String aggregateType) {
        return rows().stream()
                .filter(row -> row.aggregateType().equals(aggregateType))
                .map(row -> row.aggregateId().toString())
                .distinct()
                .filter(
                        id -> {
                            UnitOfWork<?> work = DefaultUnitOfWork.startAndGet(null);
                            try {
                                return axon.repository(type).load(id).version() >= 0;
                            } finally {
                                work.rollback();
                            }
                        })
                .count();
    }

    private static Configuration axon() {
        return DefaultConfigurer.defaultConfiguration(false)
                .configureSerializer(configuration -> log.serializer())
                .configureEventSerializer(configuration -> log.serializer())
                .configureEventStore(configuration -> store)
                .registerComponent(
                        FlowCatalog.class,
                        configuration ->
                                new ConfiguredFlowCatalog(
                                        FlowFiles.shipped(),
                                        "default",
                                        new PostgresFlowRegistry(
                                                database.dataSource(), Clock.systemUTC())))
                .registerComponent(AnswerForms.class, configuration -> new JsonAnswerForms())
                .registerComponent(AnswerVault.class, configuration -> new NoKeys())
                .registerComponent(TextVault.class, configuration -> new NoKeys())
                .registerComponent(Clock.class, configuration -> Clock.systemUTC())
                .registerComponent(Sites.class, configuration -> new NoSites())
                .configureAggregate(
                        AggregateConfigurer.defaultConfiguration(OnboardingSession.class))
                .configureAggregate(AggregateConfigurer.defaultConfiguration(Site.class))
                .buildConfiguration();
    }

    private static List<LoggedRow> rows() {
        var rows = new ArrayList<LoggedRow>();
        log.reader().read(0, Long.MAX_VALUE, 1_000, rows::addAll);
        return rows;
    }

    /** Nobody opens what is sealed in a history. */
    private static final class NoKeys implements AnswerVault, TextVault {
        @Override
        public SealedAnswers seal(String userId, String sessionId, String stepId, Answers answers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public java.util.Optional<Answers> open(
                String userId, String sessionId, String stepId, SealedAnswers sealed) {
            return java.util.Optional.empty();
        }

        @Override
        public SealedText seal(String userId, String aggregateId, String field, String text) {
            throw new UnsupportedOperationException();
        }

        @Override
        public java.util.Optional<String> open(
                String userId, String aggregateId, String field, SealedText sealed) {
            return java.util.Optional.empty();
        }
    }
}
