package tools.choco.onboarding.projection;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells an event that cannot be applied from a database, or a process, that fails. */
public final class Poison {

    private static final int MESSAGE_LENGTH_MAX = 500;
    private static final int CAUSES_MAX = 5;

    /**
     * Classes of SQL states that are about the values of a statement: cardinality, data, integrity,
     * check option, limits of a row, raised by a trigger. Whatever else the database says is about
     * itself, or about SQL of ours that fails for every event.
     */
    private static final Set<String> OF_VALUES = Set.of("21", "22", "23", "44", "54", "P0");

    private Poison() {}

    /** Whether the failure is the event's, and so comes again whenever the event does. */
    static boolean is(Throwable failure) {
        SQLException sql = sqlOf(failure);
        if (sql != null) {
            String state = sql.getSQLState();
            return state != null
                    && state.length() == 5
                    && OF_VALUES.contains(state.substring(0, 2));
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException
                    || cause instanceof VirtualMachineError
                    || cause instanceof LinkageError) {
                return false;
            }
        }
        return true;
    }

    /** Type of the failure: the database's where it comes from there. */
    public static String cause(Throwable failure) {
        SQLException sql = sqlOf(failure);
        return (sql == null ? failure : sql).getClass().getName();
    }

    /**
     * The messages of a failure and its causes, shortened, without traces. What the database says
     * quotes values, so of that only the SQL state is told.
     */
    public static String message(Throwable failure) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        for (Throwable cause = failure;
                cause != null && depth < CAUSES_MAX;
                cause = cause.getCause()) {
            text.append(depth == 0 ? "" : "; ").append(cause.getClass().getSimpleName());
            if (cause instanceof SQLException sql) {
                text.append(": SQL state ").append(sql.getSQLState());
                break;
            }
            if (sqlOf(cause) == null) {
                text.append(": ").append(cause.getMessage());
            }
            depth++;
        }
        String stored = text.toString().replace("\0", "");
        return stored.substring(0, Math.min(stored.length(), MESSAGE_LENGTH_MAX));
    }

    private static @Nullable SQLException sqlOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }
}
