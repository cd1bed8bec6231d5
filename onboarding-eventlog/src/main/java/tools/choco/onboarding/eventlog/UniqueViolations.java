package tools.choco.onboarding.eventlog;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Tells PostgreSQL's unique violations from its other errors. */
final class UniqueViolations {

    private static final String UNIQUE_VIOLATION = "23505";

    private UniqueViolations() {}

    /** Whether a unique violation is among the causes of {@code exception}. */
    static boolean caused(@Nullable Throwable exception) {
        for (var cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
