package tools.choco.onboarding.projection;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A table whose rows are written by a binary COPY, after those of them that were there before have
 * been deleted: to PostgreSQL that is what an update is, and what a rebuild writes is mostly new.
 *
 * @param <R> the row
 */
public final class BulkTable<R> implements RowStore<R> {

    private final String key;
    private final List<Column<R>> columns;
    private final RowMapper<R> mapper;
    private final String select;
    private final String delete;
    private final String target;

    private BulkTable(String table, List<Column<R>> columns, RowMapper<R> mapper) {
        this.key = columns.getFirst().name();
        this.columns = List.copyOf(columns);
        this.mapper = mapper;
        List<String> names = columns.stream().map(Column::name).toList();
        this.select =
                "SELECT %s FROM %s WHERE %s = ANY (?)"
                        .formatted(String.join(", ", names), table, key);
        this.delete = "DELETE FROM %s WHERE %s = ANY (?)".formatted(table, key);
        this.target = "%s (%s)".formatted(table, String.join(", ", names));
    }

    private record Column<R>(String name, Writer<R> writer) {}

    @FunctionalInterface
    private interface Writer<R> {
        void write(BinaryCopy copy, R row);
    }

    /** Makes a row of what was read; columns are found by name. */
    @FunctionalInterface
    public interface RowMapper<R> {
        R map(ResultSet row) throws SQLException;
    }

    /** Says what the columns of a table are made of. The first one is the key, a text. */
    public static final class Builder<R> {

        private final String table;
        private final List<Column<R>> columns = new ArrayList<>();

        private Builder(String table) {
            this.table = table;
        }

        public Builder<R> text(String name, Function<R, @Nullable String> value) {
            return add(name, (copy, row) -> copy.text(value.apply(row)));
        }

        public Builder<R> bytea(String name, Function<R, byte @Nullable []> value) {
            return add(name, (copy, row) -> copy.binary(value.apply(row)));
        }

        public Builder<R> texts(String name, Function<R, List<String>> value) {
            return add(name, (copy, row) -> copy.texts(value.apply(row)));
        }

        public Builder<R> jsonb(String name, Function<R, String> value) {
            return add(name, (copy, row) -> copy.jsonb(value.apply(row)));
        }

        public Builder<R> bool(String name, Predicate<R> value) {
            return add(name, (copy, row) -> copy.bool(value.test(row)));
        }

        public Builder<R> integer(String name, ToIntFunction<R> value) {
            return add(name, (copy, row) -> copy.integer(value.applyAsInt(row)));
        }

        public Builder<R> bigint(String name, ToLongFunction<R> value) {
            return add(name, (copy, row) -> copy.bigint(value.applyAsLong(row)));
        }

        public Builder<R> timestamp(String name, Function<R, @Nullable Instant> value) {
            return add(name, (copy, row) -> copy.timestamp(value.apply(row)));
        }

        /** The table, with what makes rows of it again. */
        public BulkTable<R> readBy(RowMapper<R> mapper) {
            return new BulkTable<>(table, columns, mapper);
        }

        private Builder<R> add(String name, Writer<R> writer) {
            columns.add(new Column<>(name, writer));
            return this;
        }
    }

    /** Begins with a table's name. */
    public static <R> Builder<R> named(String table) {
        return new Builder<>(table);
    }

    @Override
    public Map<String, R> read(Connection connection, Collection<String> keys) throws SQLException {
        Map<String, R> rows = new HashMap<>();
        Array array = connection.createArrayOf("text", keys.toArray());
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setArray(1, array);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.put(row.getString(1), mapper.map(row));
                }
            }
        } finally {
            array.free();
        }
        return rows;
    }

    @Override
    public void write(Connection connection, Map<String, R> rows, Set<String> stored)
            throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        delete(connection, stored);
        BinaryCopy.into(
                connection,
                target,
                copy -> {
                    for (R row : rows.values()) {
                        copy.row(columns.size());
                        columns.forEach(column -> column.writer().write(copy, row));
                    }
                });
    }

    /** Deletes the rows of those keys. */
    public void delete(Connection connection, Set<String> keys) throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        Array array = connection.createArrayOf("text", keys.toArray());
        try (PreparedStatement statement = connection.prepareStatement(delete)) {
            statement.setArray(1, array);
            statement.executeUpdate();
        } finally {
            array.free();
        }
    }

    /** A time that may be missing. */
    public static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
