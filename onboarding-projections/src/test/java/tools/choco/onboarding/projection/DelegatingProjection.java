package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Another projection, for tests to break or change; a rebuild of it goes by {@link #apply} too. */
abstract class DelegatingProjection implements Projection {

    private final Projection other;

    DelegatingProjection(Projection other) {
        this.other = other;
    }

    @Override
    public String name() {
        return other.name();
    }

    @Override
    public int version() {
        return other.version();
    }

    @Override
    public String tables() {
        return other.tables();
    }

    @Override
    public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        other.apply(connection, events);
    }

    @Override
    public boolean forget(Connection connection, List<LoggedEvent> events) throws SQLException {
        return other.forget(connection, events);
    }
}
