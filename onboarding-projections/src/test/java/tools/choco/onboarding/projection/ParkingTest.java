package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;

/** Poison in batches: who is parked, who is not, and what an operator can do about it. */
class ParkingTest {

    private static final Generation GENERATION = new Generation("notes", 1);

    private static @Nullable TestDatabase database;

    private final Notes notes = new Notes();

    /** Which session each event belongs to, by position from 1. */
    private List<Integer> sessions = List.of();

    @BeforeAll
    @BeforeContainer
    static void open() throws SQLException {
        if (database != null) {
            return;
        }
        database = TestDatabase.create();
        execute("CREATE SCHEMA notes_g1");
        execute(
                """
                CREATE TABLE notes_g1.notes (
                    number   bigint GENERATED ALWAYS AS IDENTITY,
                    session  text   NOT NULL,
                    sequence bigint NOT NULL CHECK (sequence >= 0),
                    position bigint NOT NULL,
                    PRIMARY KEY (session, sequence)
                )
                """);
    }

    @AfterAll
    @AfterContainer
    static void close() {
        if (database != null) {
            database.close();
            database = null;
        }
    }

    @BeforeEach
    void empty() throws SQLException {
        execute("TRUNCATE notes_g1.notes, dead_letters");
        notes.poison.clear();
        notes.essential = false;
    }

    private static TestDatabase database() {
        return Objects.requireNonNull(database);
    }

    /** A log, how it comes in batches, and what of it cannot be applied. */
    record Case(List<Integer> sessions, List<Integer> batches, Set<Integer> poison) {}

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<List<Integer>> sessions =
                Arbitraries.integers().between(1, 6).list().ofMinSize(1).ofMaxSize(60);
        Arbitrary<List<Integer>> batches =
                Arbitraries.integers().between(1, 25).list().ofMinSize(1).ofMaxSize(8);
        Arbitrary<Set<Integer>> poison = Arbitraries.integers().between(1, 60).set().ofMaxSize(8);
        return Combinators.combine(sessions, batches, poison).as(Case::new);
    }

    @Property(tries = 150)
    void parksExactlyThePoisonedSequences(@ForAll("cases") Case made) throws SQLException {
        open();
        empty();
        sessions = made.sessions();
        notes.poison.addAll(made.poison());

        inBatches(made.batches());

        Map<String, List<Long>> applied = new HashMap<>();
        Map<String, List<Long>> waiting = new HashMap<>();
        for (int position = 1; position <= sessions.size(); position++) {
            String session = event(position).sessionId();
            boolean held = waiting.containsKey(session) || made.poison().contains(position);
            (held ? waiting : applied)
                    .computeIfAbsent(session, it -> new ArrayList<>())
                    .add((long) position);
        }
        assertThat(applied()).isEqualTo(applied);
        assertThat(letters("true")).isEqualTo(waiting);
        assertThat(letters("cause IS NOT NULL").values()).allMatch(it -> it.size() == 1);
        assertThat(parkedSequences()).isEqualTo(waiting.size());

        notes.poison.clear();
        for (long letter : firstLetters()) {
            assertThat(parked().retry(notes, GENERATION, letter))
                    .isEqualTo(ParkedSequences.Outcome.GOES_ON);
        }

        // Mended and retried, everything is as if nothing had ever been wrong.
        assertThat(letters("true")).isEmpty();
        Map<String, List<Long>> all = new HashMap<>();
        IntStream.rangeClosed(1, sessions.size())
                .mapToObj(this::event)
                .forEach(
                        it ->
                                all.computeIfAbsent(it.sessionId(), key -> new ArrayList<>())
                                        .add(it.position()));
        assertThat(applied()).isEqualTo(all);
    }

    @Test
    void tellsTheCauseWithoutValues() throws SQLException {
        sessions = List.of(1, 2, 1);
        notes.poison.add(1);

        inBatches(List.of(3));

        assertThat(
                        texts(
                                "SELECT concat_ws('|', position, cause, message, tries) FROM dead_letters"
                                        + " ORDER BY position"))
                .containsExactly(
                        "1|org.postgresql.util.PSQLException|PSQLException: SQL state 23514|1",
                        "3|0");
    }

    @Test
    void keepsALetterThatFailsAgain() throws SQLException {
        sessions = List.of(1, 1, 1);
        notes.poison.addAll(Set.of(1, 2));
        inBatches(List.of(3));
        notes.poison.remove(1);

        assertThat(parked().retry(notes, GENERATION, firstLetters().getFirst()))
                .isEqualTo(ParkedSequences.Outcome.STAYS);

        assertThat(applied().values()).containsExactly(List.of(1L));
        assertThat(texts("SELECT position || '|' || tries FROM dead_letters ORDER BY position"))
                .containsExactly("2|1", "3|0");
    }

    @Test
    void goesOnAfterADiscardedEvent() throws SQLException {
        sessions = List.of(1, 1, 1, 2);
        notes.poison.add(2);
        inBatches(List.of(4));
        long first = firstLetters().getFirst();
        long second = Long.parseLong(texts("SELECT max(id)::text FROM dead_letters").getFirst());

        assertThat(parked().discard(notes, GENERATION, second))
                .isEqualTo(ParkedSequences.Outcome.WAITS);
        assertThat(parked().discard(notes, GENERATION, first))
                .isEqualTo(ParkedSequences.Outcome.GOES_ON);
        assertThat(parked().discard(notes, GENERATION, first))
                .isEqualTo(ParkedSequences.Outcome.GONE);

        assertThat(applied().get(event(1).sessionId())).containsExactly(1L, 3L);
        assertThat(parkedSequences()).isZero();
    }

    @Test
    void passesOverWhatCannotBeWithoutADiscardedEvent() throws SQLException {
        notes.essential = true;
        sessions = List.of(1, 1, 2, 1, 2);
        notes.poison.add(1);
        apply(1, 3);

        parked().discard(notes, GENERATION, firstLetters().getFirst());
        apply(4, 5);

        assertThat(applied().values()).containsExactly(List.of(3L, 5L));
        assertThat(parkedSequences()).isZero();
    }

    @Test
    void parksNobodyWhenTheDatabaseFails() {
        sessions = List.of(1, 2);
        notes.failure = new SQLException("no space", "53100");

        assertThatThrownBy(() -> apply(1, 2)).isInstanceOf(SQLException.class);

        notes.failure = null;
        assertThat(texts("SELECT id::text FROM dead_letters")).isEmpty();
    }

    @Test
    void makesBatchesWaitForARetry() throws Exception {
        sessions = List.of(1, 1);
        notes.poison.add(1);
        apply(1, 1);
        notes.poison.clear();

        try (ExecutorService live = Executors.newSingleThreadExecutor();
                Connection retry = database().dataSource().getConnection()) {
            retry.setAutoCommit(false);
            Appliers.halt(retry, List.of(GENERATION));
            SearchPath.set(retry, GENERATION);
            assertThat(new Parking(notes, GENERATION).attempt(retry, List.of(event(1)))).isNull();
            Letters.remove(retry, firstLetters().getFirst());
            Future<?> batch =
                    live.submit(
                            () -> {
                                apply(2, 2);
                                return null;
                            });
            await().until(
                            () ->
                                    !texts(
                                                    "SELECT pid::text FROM pg_locks WHERE NOT granted"
                                                            + " AND locktype = 'advisory'")
                                            .isEmpty());
            retry.commit();
            retry.setAutoCommit(true);
            batch.get();
        }

        assertThat(applied().values()).containsExactly(List.of(1L, 2L));
        assertThat(texts("SELECT id::text FROM dead_letters")).isEmpty();
    }

    @Test
    void undoesLettersTogetherWithRows() throws SQLException {
        sessions = List.of(1, 2);
        notes.poison.add(1);

        try (Connection connection = database().dataSource().getConnection()) {
            connection.setAutoCommit(false);
            Appliers.join(connection, GENERATION);
            new Parking(notes, GENERATION).apply(connection, List.of(event(1), event(2)));
            // The process dies before its commit.
            connection.rollback();
            connection.setAutoCommit(true);
        }

        assertThat(applied()).isEmpty();
        assertThat(texts("SELECT id::text FROM dead_letters")).isEmpty();
        apply(1, 2);
        assertThat(applied()).hasSize(1);
        assertThat(parkedSequences()).isEqualTo(1);
    }

    @Test
    void stopsWhereEverybodyWouldBeParked() throws SQLException {
        execute(
                """
                INSERT INTO dead_letters
                    (processor, sequence_key, position, event_id, event_type, parked_at)
                SELECT 'notes_g1', 'other-' || n, n, gen_random_uuid(), 'x', now()
                FROM generate_series(1, %d) n
                """
                        .formatted(Parking.SEQUENCES_MAX));
        sessions = List.of(1);
        notes.poison.add(1);

        assertThatThrownBy(() -> apply(1, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("parks no more");
    }

    private ParkedSequences parked() {
        return new ParkedSequences(database().dataSource(), position -> event((int) position));
    }

    private void inBatches(List<Integer> sizes) throws SQLException {
        int from = 1;
        for (int i = 0; from <= sessions.size(); i++) {
            int to = Math.min(sessions.size(), from + sizes.get(i % sizes.size()) - 1);
            apply(from, to);
            from = to + 1;
        }
    }

    private void apply(int from, int to) throws SQLException {
        List<LoggedEvent> batch = IntStream.rangeClosed(from, to).mapToObj(this::event).toList();
        try (Connection connection = database().dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try {
                Appliers.join(connection, GENERATION);
                new Parking(notes, GENERATION).apply(connection, batch);
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private LoggedEvent event(int position) {
        int number = sessions.get(position - 1);
        String session = RandomEvents.id("session-" + number);
        long sequence =
                sessions.subList(0, position - 1).stream().filter(it -> it == number).count();
        OnboardingStepReopened event =
                OnboardingStepReopened.newBuilder()
                        .setSessionId(session)
                        .setOccurredAt(Timestamp.newBuilder().setSeconds(position))
                        .build();
        return new LoggedEvent(
                position,
                session,
                sequence,
                RandomEvents.id("event-" + position),
                event,
                session,
                EventFields.occurredAt(event),
                EventFields.occurredAt(event));
    }

    private static Map<String, List<Long>> applied() {
        return bySession("SELECT session, position FROM notes_g1.notes ORDER BY number");
    }

    private static Map<String, List<Long>> letters(String condition) {
        return bySession(
                "SELECT sequence_key, position FROM dead_letters WHERE %s ORDER BY position"
                        .formatted(condition));
    }

    private static long parkedSequences() throws SQLException {
        try (Connection connection = database().dataSource().getConnection()) {
            return Letters.parkedSequences(connection, GENERATION);
        }
    }

    private static List<Long> firstLetters() {
        return texts("SELECT id::text FROM dead_letters WHERE cause IS NOT NULL ORDER BY id")
                .stream()
                .map(Long::valueOf)
                .toList();
    }

    private static Map<String, List<Long>> bySession(String sql) {
        Map<String, List<Long>> found = new LinkedHashMap<>();
        try (Connection connection = database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                found.computeIfAbsent(row.getString(1), it -> new ArrayList<>())
                        .add(row.getLong(2));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    private static List<String> texts(String sql) {
        List<String> found = new ArrayList<>();
        try (Connection connection = database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * Notes each event; refuses one out of turn. Poison is only found by the database, with
     * everything else of its batch written already.
     */
    private static final class Notes implements Projection {

        private final Set<Integer> poison = new HashSet<>();
        private boolean essential;
        private @Nullable SQLException failure;

        @Override
        public String name() {
            return "notes";
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
            List<LoggedEvent> sorted =
                    events.stream()
                            .sorted((a, b) -> Boolean.compare(isPoison(a), isPoison(b)))
                            .toList();
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            "INSERT INTO notes (session, sequence, position) VALUES (?, ?, ?)")) {
                for (LoggedEvent event : sorted) {
                    statement.setString(1, event.sessionId());
                    statement.setLong(2, isPoison(event) ? -1 : event.sequence());
                    statement.setLong(3, event.position());
                    statement.executeUpdate();
                }
            }
            if (failure != null) {
                throw failure;
            }
        }

        private boolean isPoison(LoggedEvent event) {
            return poison.contains((int) event.position());
        }

        @Override
        public boolean passOver(Connection connection, LoggedEvent event) {
            return !essential;
        }

        @Override
        public String tables() {
            return "";
        }
    }
}
