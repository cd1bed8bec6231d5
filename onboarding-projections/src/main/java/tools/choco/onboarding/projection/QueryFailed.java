package tools.choco.onboarding.projection;

import java.sql.SQLException;

/** A read model could not be asked, because the database failed. */
public final class QueryFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public QueryFailed(SQLException cause) {
        super("The read model cannot be read", cause);
    }
}
