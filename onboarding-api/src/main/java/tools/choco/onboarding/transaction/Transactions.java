package tools.choco.onboarding.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.AbstractDataSource;
import tools.choco.onboarding.eventlog.JdbcTransactionManager;

/**
 * The transactions of the event log's database, for work that has to commit with them.
 *
 * <p>Everything that goes through {@link #jdbc()} or {@link #dataSource()} belongs to the
 * transaction of the calling thread, whoever opened it: {@link #inside}, or a processor that is
 * handling an event. Without a transaction each statement commits by itself.
 */
public final class Transactions {

    private final JdbcTransactionManager manager;
    private final DataSource joined;
    private final JdbcClient jdbc;

    @SuppressWarnings("ThreadLocalUsage") // One for each database, as the transactions themselves.
    private final ThreadLocal<@Nullable List<Runnable>> afterCommit = new ThreadLocal<>();

    public Transactions(JdbcTransactionManager manager) {
        this.manager = manager;
        this.joined = new Joined(manager);
        this.jdbc = JdbcClient.create(joined);
    }

    /** Connections that belong to the current transaction, if there is one. */
    public DataSource dataSource() {
        return joined;
    }

    /** Statements that belong to the current transaction, if there is one. */
    public JdbcClient jdbc() {
        return jdbc;
    }

    /** Does the work in a transaction, or in the one that is open already. */
    public <T> T inside(Supplier<T> work) {
        if (afterCommit.get() != null) {
            return manager.fetchInTransaction(work);
        }
        List<Runnable> then = new ArrayList<>();
        T result;
        afterCommit.set(then);
        try {
            result = manager.fetchInTransaction(work);
        } finally {
            afterCommit.remove();
        }
        then.forEach(Runnable::run);
        return result;
    }

    /** Does the work in a transaction, or in the one that is open already. */
    public void inside(Runnable work) {
        Boolean _ =
                inside(
                        () -> {
                            work.run();
                            return Boolean.TRUE;
                        });
    }

    /** Runs it once the current transaction has committed; at once if there is none. */
    public void afterCommit(Runnable action) {
        List<Runnable> then = afterCommit.get();
        if (then != null) {
            then.add(action);
        } else if (CurrentUnitOfWork.isStarted()) {
            CurrentUnitOfWork.get().afterCommit(unitOfWork -> action.run());
        } else {
            action.run();
        }
    }

    /**
     * Waits for its turn among the transactions that work on the same thing, on any instance, and
     * keeps it until the current transaction ends. Who gets it sees what those before committed.
     */
    public void takeTurn(String kind, String id) {
        Integer _ =
                jdbc.sql("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(?, 0))")
                        .param(kind + "/" + id)
                        .query(Integer.class)
                        .single();
    }

    private static final class Joined extends AbstractDataSource {

        private final JdbcTransactionManager manager;

        Joined(JdbcTransactionManager manager) {
            this.manager = manager;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return manager.getConnection();
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            throw new UnsupportedOperationException("The pool has one user");
        }
    }
}
