package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import org.axonframework.common.jdbc.JdbcException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

class JdbcTransactionManagerTest {

    private final TestDatabase database = TestDatabase.create();
    private final JdbcTransactionManager transactions =
            new JdbcTransactionManager(database.dataSource());

    @BeforeEach
    void createTable() throws SQLException {
        execute(database.dataSource().getConnection(), "CREATE TABLE note (text text UNIQUE)");
    }

    @AfterEach
    void everyConnectionIsBack() {
        assertThat(database.dataSource().getHikariPoolMXBean().getActiveConnections()).isZero();
        database.close();
    }

    @Test
    void commitsAllThatWasDoneInATransaction() throws SQLException {
        transactions.executeInTransaction(
                () -> {
                    note("a");
                    note("b");
                    assertThat(notes()).isZero();
                });

        assertThat(notes()).isEqualTo(2);
    }

    @Test
    void rollsBackAllOfItOnAnException() {
        var failure = new IllegalStateException("no");

        assertThatThrownBy(
                        () ->
                                transactions.executeInTransaction(
                                        () -> {
                                            note("a");
                                            throw failure;
                                        }))
                .isSameAs(failure);

        assertThat(notes()).isZero();
    }

    @Test
    void sharesOneConnectionWithinATransaction() {
        transactions.executeInTransaction(
                () -> {
                    var current = transactions.current();
                    assertThat(connection()).isSameAs(current);
                    assertThat(transactions.fetchInTransaction(transactions::current))
                            .isSameAs(current);
                });
    }

    @Test
    void takesNoConnectionForATransactionWithoutWork() {
        var transaction = transactions.startTransaction();

        assertThat(database.dataSource().getHikariPoolMXBean().getActiveConnections()).isZero();
        transaction.commit();
    }

    @Test
    void keepsTheConnectionOpenAndUncommittedUntilTheTransactionEnds() throws SQLException {
        var transaction = transactions.startTransaction();
        try (var connection = transactions.getConnection()) {
            execute(connection, "INSERT INTO note VALUES ('a')");
        }
        transactions.getConnection().commit();
        assertThat(transactions.current().isClosed()).isFalse();

        transaction.rollback();

        assertThat(notes()).isZero();
    }

    @Test
    void joinsTheTransactionAround() {
        transactions.executeInTransaction(
                () -> {
                    note("outer");
                    transactions.executeInTransaction(() -> note("inner"));
                    assertThat(notes()).isZero();
                });

        assertThat(notes()).isEqualTo(2);
    }

    @Test
    void refusesToCommitWhenAPartWasRolledBack() {
        assertThatThrownBy(
                        () ->
                                transactions.executeInTransaction(
                                        () -> {
                                            note("outer");
                                            transactions.startTransaction().rollback();
                                        }))
                .isInstanceOf(JdbcException.class);

        assertThat(notes()).isZero();
    }

    @Test
    void refusesToCommitAfterAFailedStatementThatNobodyReported() {
        note("a");

        assertThatThrownBy(
                        () ->
                                transactions.executeInTransaction(
                                        () -> {
                                            note("b");
                                            assertThatThrownBy(() -> note("a"))
                                                    .isInstanceOf(IllegalStateException.class);
                                        }))
                .isInstanceOf(JdbcException.class);

        assertThat(notes()).isEqualTo(1);
    }

    @Test
    void startsAnewAfterATransaction() {
        transactions.executeInTransaction(() -> note("a"));
        transactions.executeInTransaction(() -> note("b"));

        assertThat(notes()).isEqualTo(2);
    }

    @Test
    void worksAloneWithoutATransaction() {
        note("a");

        assertThat(notes()).isEqualTo(1);
        assertThatThrownBy(transactions::current).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void belongsToTheThreadThatStartedIt() throws Exception {
        var transaction = transactions.startTransaction();
        note("a");

        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            executor.submit(() -> transactions.executeInTransaction(() -> note("virtual"))).get();
            assertThat(notes()).isEqualTo(1);
            assertThatThrownBy(() -> executor.submit(transaction::commit).get())
                    .hasCauseInstanceOf(IllegalStateException.class);
        }
        transaction.commit();

        assertThat(notes()).isEqualTo(2);
    }

    @Test
    void givesTheConnectionBackWhenTheServerEndsIt() throws SQLException {
        var transaction = transactions.startTransaction();
        note("a");
        int backend;
        try (var statement = transactions.current().createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            backend = row.getInt(1);
        }
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            // Waits until it is gone, up to 5 s.
            statement.execute("SELECT pg_terminate_backend(%d, 5000)".formatted(backend));
        }

        assertThatThrownBy(transaction::commit).isInstanceOf(JdbcException.class);

        transaction.rollback();
        assertThat(notes()).isZero();
    }

    private Connection connection() {
        try {
            return transactions.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void note(String text) {
        execute(connection(), "INSERT INTO note VALUES ('%s')".formatted(text));
    }

    private static void execute(Connection connection, String sql) {
        try (connection;
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As everyone else sees them. */
    private int notes() {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT count(*) FROM note")) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
