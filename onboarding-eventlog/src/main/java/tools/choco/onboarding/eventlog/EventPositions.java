package tools.choco.onboarding.eventlog;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.EventStoreException;

/**
 * The table {@code event_positions}: where the events of an aggregate are in Axon Server's log.
 *
 * <p>Whoever needs it fills it up to where they need it. Rows are inserted in log order, and a
 * batch begins after the last row that is committed, so that there is never a gap; what another
 * process has inserted meanwhile is left as it is.
 */
final class EventPositions {

    static final int ROWS_PER_INSERT = 1_000;

    private static final String COLUMNS =
            "SELECT position, sequence, aggregate_id FROM event_positions ";

    private final DataSource dataSource;

    /** The position up to which it was seen to be filled. */
    private volatile long filled;

    EventPositions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Where an event is. */
    record Place(long position, long sequence, UUID aggregateId) {}

    long filled() {
        return filled;
    }

    /** The last event that is known; empty if none is. */
    Optional<Place> last() {
        return places(COLUMNS + "ORDER BY position DESC LIMIT 1", select -> {}).stream()
                .findFirst();
    }

    /** Adds places that follow what is there. */
    void add(List<Place> places) {
        try (var connection = dataSource.getConnection();
                var insert =
                        connection.prepareStatement(
                                """
                                INSERT INTO event_positions (position, sequence, aggregate_id)
                                SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::uuid[])
                                ON CONFLICT DO NOTHING""")) {
            insert.setArray(1, array(connection, "bigint", places.stream().map(Place::position)));
            insert.setArray(2, array(connection, "bigint", places.stream().map(Place::sequence)));
            insert.setArray(3, array(connection, "uuid", places.stream().map(Place::aggregateId)));
            insert.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
        seen(places.getLast().position());
    }

    void seen(long position) {
        filled = Math.max(filled, position);
    }

    OptionalLong position(UUID aggregateId, long sequence) {
        return places(
                        COLUMNS + "WHERE aggregate_id = ? AND sequence = ?",
                        select -> {
                            select.setObject(1, aggregateId);
                            select.setLong(2, sequence);
                        })
                .stream()
                .mapToLong(Place::position)
                .findFirst();
    }

    /** The places of some aggregates' events after a position, in log order. */
    List<Place> after(long position, Collection<UUID> aggregateIds, int placesMax) {
        return places(
                // By the aggregates' index, as PostgresEventStorageEngine says.
                COLUMNS
                        + "WHERE aggregate_id = ANY (?) AND position + 0 > ?"
                        + " ORDER BY position + 0 LIMIT ?",
                select -> {
                    select.setArray(
                            1, array(select.getConnection(), "uuid", aggregateIds.stream()));
                    select.setLong(2, position);
                    select.setInt(3, placesMax);
                });
    }

    private List<Place> places(String sql, Binding binding) {
        try (var connection = dataSource.getConnection();
                var select = connection.prepareStatement(sql)) {
            binding.bind(select);
            try (var row = select.executeQuery()) {
                List<Place> places = new ArrayList<>();
                while (row.next()) {
                    places.add(
                            new Place(
                                    row.getLong(1), row.getLong(2), row.getObject(3, UUID.class)));
                }
                return places;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static Array array(Connection connection, String type, Stream<?> values)
            throws SQLException {
        return connection.createArrayOf(type, values.toArray());
    }

    private static EventStoreException failed(SQLException e) {
        return new EventStoreException("The index of the log cannot be used", e);
    }

    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement select) throws SQLException;
    }
}
