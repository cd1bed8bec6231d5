package tools.choco.onboarding.eventlog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The control: Axon's JDBC engine with its defaults. */
class AxonJdbcEngineTest extends EventStorageContract {

    private final JdbcTransactionManager transactions =
            new JdbcTransactionManager(database.dataSource());
    private final EventStorageEngine one = engine(transactions);
    private final EventStorageEngine two =
            engine(new JdbcTransactionManager(database.dataSource()));
    private final EmbeddedEventStore storeOfTwo =
            EmbeddedEventStore.builder().storageEngine(two).build();

    @BeforeEach
    void createTables() throws SQLException, IOException {
        try (var script = getClass().getResourceAsStream("/axon_events.sql");
                var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    new String(
                            Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @AfterEach
    void close() {
        storeOfTwo.shutDown();
        database.close();
    }

    private static EventStorageEngine engine(JdbcTransactionManager transactions) {
        var serializer = new EventSerializer();
        return JdbcEventStorageEngine.builder()
                .transactionManager(transactions)
                .connectionProvider(transactions)
                .eventSerializer(serializer)
                .snapshotSerializer(serializer)
                .build();
    }

    @Override
    EventStorageEngine one() {
        return one;
    }

    @Override
    EventStorageEngine two() {
        return two;
    }

    @Override
    EventStore storeOfTwo() {
        return storeOfTwo;
    }

    @Override
    JdbcTransactionManager transactions() {
        return transactions;
    }

    /** By default a lost race is a failure like any other. */
    @Override
    Class<? extends Exception> conflictOnCreation() {
        return EventStoreException.class;
    }

    /** It takes a gap older than a minute for one that stays. */
    @Override
    List<String> missedOfALongTransaction(String slow) {
        return List.of(slow);
    }
}
