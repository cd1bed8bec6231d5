package tools.choco.onboarding.edge;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.Set;

/** Tells a database that is away for a while from a defect of ours. */
final class Databases {

    /** Connection lost, out of resources, operator intervention, system error, read-only. */
    private static final Set<String> AWAY_STATES = Set.of("08", "53", "57", "58", "25");

    private Databases() {}

    static boolean isAway(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientException
                    || cause instanceof SQLNonTransientConnectionException) {
                return true;
            }
            if (cause instanceof SQLException sql
                    && sql.getSQLState() != null
                    && sql.getSQLState().length() >= 2
                    && AWAY_STATES.contains(sql.getSQLState().substring(0, 2))) {
                return true;
            }
        }
        return false;
    }
}
