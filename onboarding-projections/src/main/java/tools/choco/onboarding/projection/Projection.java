package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import tools.choco.onboarding.events.EventType;

/**
 * A read model: rows that are a function of the log alone, never of the clock.
 *
 * <p>{@link #apply} works in the caller's transaction and neither ends it nor closes the
 * connection.
 */
public interface Projection {

    /** Name of the read model, lower-case letters; its generations hang on it, so it stays. */
    String name();

    /** Version of what the rows mean, from 1; a new one asks for a rebuild. */
    int version();

    /**
     * Hash of the configuration that the rows depend on; another one asks for a rebuild. Empty if
     * they depend on the log alone.
     */
    default String configuration() {
        return "";
    }

    /** Whether the rows depend on events of that type; the others are passed over. */
    default boolean handles(EventType type) {
        return type.isOfSessionOrSite();
    }

    /**
     * Applies a batch.
     *
     * <p>An event that was applied before changes nothing. Events of one session never come to two
     * threads at once.
     *
     * @param events in log order, at least one
     * @throws SQLException if the database fails; the batch is then rolled back and comes again
     * @throws BrokenHistory if an event cannot follow what was applied before
     */
    void apply(Connection connection, List<LoggedEvent> events) throws SQLException;

    /**
     * Applies a batch of a rebuild, as {@link #apply} would; what {@link #built} makes up for can
     * be left undone.
     */
    default void fill(Connection connection, List<LoggedEvent> events) throws SQLException {
        apply(connection, events);
    }

    /**
     * Makes up for what {@link #fill} left undone, once everything up to the end of the log was
     * filled in. Can come again, after more was.
     */
    default void built(Connection connection) throws SQLException {}

    /**
     * SQL that makes the tables of a generation, with unqualified names; so is all other SQL of the
     * projection, and the generation is chosen by the search path.
     */
    String tables();
}
