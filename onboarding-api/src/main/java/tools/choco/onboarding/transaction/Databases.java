package tools.choco.onboarding.transaction;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.Set;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import tools.choco.onboarding.eventlog.LogOverloaded;
import tools.choco.onboarding.eventlog.LogUnavailable;

/** Tells what passes by itself, a database that is away above all, from a defect of ours. */
public final class Databases {

    /** Connection lost, out of resources, operator intervention, system error, read-only. */
    private static final Set<String> AWAY_STATES = Set.of("08", "53", "57", "58", "25");

    /** Lost against another transaction. */
    private static final Set<String> LOST_STATES = Set.of("40", "55");

    private Databases() {}

    /** Whether the database cannot be reached or used for the moment. */
    public static boolean isAway(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientException
                    || cause instanceof SQLNonTransientConnectionException
                    || hasState(cause, AWAY_STATES)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the same work may succeed if it is simply done again: the database or the log is away
     * or overloaded, somebody else was first, or the process is being shut down.
     */
    public static boolean isPassing(Throwable failure) {
        if (isAway(failure)) {
            return true;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LogUnavailable
                    || cause instanceof LogOverloaded
                    || cause instanceof ConcurrencyException
                    || cause instanceof UnableToClaimTokenException
                    || cause instanceof TransientDataAccessException
                    || cause instanceof DataAccessResourceFailureException
                    || cause instanceof InterruptedException
                    || hasState(cause, LOST_STATES)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasState(Throwable failure, Set<String> classes) {
        return failure instanceof SQLException sql
                && sql.getSQLState() != null
                && sql.getSQLState().length() >= 2
                && classes.contains(sql.getSQLState().substring(0, 2));
    }
}
