package tools.choco.onboarding.bench.history;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import tools.choco.onboarding.eventlog.LogFiller;

/** Copies a history into a log. */
public final class FillLog {

    private static final long REPORTED_EVERY = 100_000;

    private FillLog() {}

    /**
     * Fills the log behind a connection, all of it or nothing.
     *
     * @param owner of the tables; closed in the end
     * @param progress called now and then with the number of events so far
     * @return how many events it got
     */
    public static long with(History history, Connection owner, LongConsumer progress)
            throws SQLException {
        try (var log = LogFiller.on(owner)) {
            long first = log.position();
            history.tell(
                    event -> {
                        try {
                            log.add(
                                    event.aggregateId(),
                                    event.sequence(),
                                    event.eventId(),
                                    event.time(),
                                    event.event(),
                                    LogFiller.encoded(event.metaData()));
                        } catch (SQLException e) {
                            throw new CopyFailed(e);
                        }
                        if ((log.position() - first) % REPORTED_EVERY == 0) {
                            progress.accept(log.position() - first);
                        }
                    });
            log.commit();
            return log.position() - first;
        } catch (CopyFailed e) {
            throw e.cause;
        }
    }

    private static final class CopyFailed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final SQLException cause;

        CopyFailed(SQLException cause) {
            super(cause);
            this.cause = cause;
        }
    }
}
