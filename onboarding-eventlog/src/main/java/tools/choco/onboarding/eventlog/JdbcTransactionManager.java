package tools.choco.onboarding.eventlog;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.jdbc.ConnectionWrapperFactory;
import org.axonframework.common.jdbc.ConnectionWrapperFactory.NoOpCloseHandler;
import org.axonframework.common.jdbc.JdbcException;
import org.axonframework.common.transaction.Transaction;
import org.axonframework.common.transaction.TransactionManager;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * Transactions on a {@link DataSource}, each bound to the thread that started it, which may be a
 * virtual one.
 *
 * <p>All work of a transaction shares one connection: Axon's through {@link #getConnection()}, our
 * own SQL through {@link #current()}. So a processor's token and its rows commit together; appends
 * to the log belong to no transaction. A transaction started inside another joins it: the outermost
 * commit decides, and a rolled back part spoils the whole.
 *
 * <p>The connection is taken from the source when it is first asked for and given back when the
 * outermost transaction ends. The isolation level is the source's; it has to be READ COMMITTED,
 * since the token store takes turns by row locks and reads what others committed meanwhile.
 */
public final class JdbcTransactionManager implements TransactionManager, ConnectionProvider {

    private final DataSource dataSource;

    @SuppressWarnings("ThreadLocalUsage") // One for each source: two databases do not share one.
    private final ThreadLocal<@Nullable OpenTransaction> open = new ThreadLocal<>();

    public JdbcTransactionManager(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public Transaction startTransaction() {
        var outer = open.get();
        if (outer != null) {
            return outer.join();
        }
        var transaction = new OpenTransaction();
        open.set(transaction);
        return transaction;
    }

    /**
     * The connection of the current transaction; its {@code close()} and {@code commit()} do
     * nothing. Without a transaction, a connection of the caller's own in auto-commit mode.
     */
    @Override
    public Connection getConnection() throws SQLException {
        var transaction = open.get();
        return transaction == null ? dataSource.getConnection() : transaction.connection();
    }

    /**
     * The connection of the current transaction, for SQL that has to commit with it.
     *
     * @return a connection that stays open until the transaction ends; its {@code close()} and
     *     {@code commit()} do nothing
     * @throws IllegalStateException if this thread has no transaction
     * @throws JdbcException if the source gives no connection
     */
    public Connection current() {
        var transaction = open.get();
        if (transaction == null) {
            throw new IllegalStateException("This work needs a transaction and there is none");
        }
        try {
            return transaction.connection();
        } catch (SQLException e) {
            throw new JdbcException("Failed to obtain a database connection", e);
        }
    }

    /** The outermost transaction of a thread. */
    private final class OpenTransaction implements Transaction {

        private @Nullable Connection physical;
        private @Nullable Connection shared;
        private boolean spoiled;
        private boolean ended;

        /** A part of this transaction, which can spoil it but not end it. */
        Transaction join() {
            return new Transaction() {
                @Override
                public void commit() {}

                @Override
                public void rollback() {
                    spoiled = true;
                }
            };
        }

        Connection connection() throws SQLException {
            var connection = shared;
            if (connection == null) {
                var taken = dataSource.getConnection();
                try {
                    taken.setAutoCommit(false);
                } catch (SQLException e) {
                    taken.close();
                    throw e;
                }
                connection = ConnectionWrapperFactory.wrap(taken, new NoOpCloseHandler());
                physical = taken;
                shared = connection;
            }
            return connection;
        }

        @Override
        public void commit() {
            if (ended) {
                throw new IllegalStateException("This transaction has ended already");
            }
            if (spoiled) {
                rollback();
                throw new JdbcException(
                        "The transaction was rolled back, because a part of it was", null);
            }
            end();
            var connection = physical;
            if (connection == null) {
                return;
            }
            try {
                refuseIfAborted(connection);
                connection.commit();
            } catch (SQLException e) {
                discard(connection);
                throw new JdbcException("Failed to commit; the outcome is not known", e);
            } catch (JdbcException e) {
                discard(connection);
                throw e;
            }
            giveBack(connection);
        }

        @Override
        public void rollback() {
            // Axon rolls back what failed to commit, which is over by then.
            if (ended) {
                return;
            }
            end();
            if (physical != null) {
                discard(physical);
            }
        }

        /**
         * A statement has failed and nobody said so. PostgreSQL answers a commit then by rolling
         * back, and the driver takes that for success.
         */
        private static void refuseIfAborted(Connection connection) throws SQLException {
            var state = connection.unwrap(BaseConnection.class).getTransactionState();
            if (state == TransactionState.FAILED) {
                throw new JdbcException(
                        "The transaction was rolled back, because a statement had failed", null);
            }
        }

        private void end() {
            if (open.get() != this) {
                throw new IllegalStateException("A transaction ends on the thread it started on");
            }
            ended = true;
            open.remove();
        }

        /** Closing a broken connection ends its transaction too, so failures here lose nothing. */
        private void discard(Connection connection) {
            try {
                connection.rollback();
            } catch (SQLException e) {
                // As above.
            } finally {
                giveBack(connection);
            }
        }

        private void giveBack(Connection connection) {
            try (connection) {
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                // The transaction has ended, and a pool drops a connection that fails.
            }
        }
    }
}
