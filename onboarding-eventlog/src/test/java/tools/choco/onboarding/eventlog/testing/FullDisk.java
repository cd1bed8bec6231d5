package tools.choco.onboarding.eventlog.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * A time in which the operating system tells the database server that no space is left on the
 * device, whenever it appends to the log.
 *
 * <p>A trigger writes to a table beside the events. That table's file is as long as a file of the
 * server's may be, without taking any space, and the next one would be {@code /dev/full}. Nobody
 * reads that table, so that nothing is amiss when the disk is no longer full. Needs Linux.
 */
public final class FullDisk implements AutoCloseable {

    /** Length of a file of a table. */
    private static final long SEGMENT_BYTES = 1L << 30;

    /** A row takes a page, so that each needs a new one. */
    private static final String BEGIN =
            """
            CREATE TABLE ballast (bytes text) WITH (autovacuum_enabled = false);
            ALTER TABLE ballast ALTER bytes SET STORAGE PLAIN;
            GRANT INSERT ON ballast TO PUBLIC;
            CREATE FUNCTION add_ballast() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO ballast VALUES (repeat('x', 8000));
                RETURN NULL;
            END $$;
            INSERT INTO ballast VALUES (repeat('x', 8000));
            """;

    private static final String TRIGGER =
            """
            INSERT INTO ballast VALUES (repeat('x', 8000));
            CREATE TRIGGER events_ballast AFTER INSERT ON events
                FOR EACH STATEMENT EXECUTE FUNCTION add_ballast();
            """;

    private static final String END =
            """
            DROP TRIGGER events_ballast ON events;
            DROP FUNCTION add_ballast;
            DROP TABLE ballast;
            """;

    private final TestDatabase database;

    private FullDisk(TestDatabase database) {
        this.database = database;
    }

    /** Fills the disk until it is closed. */
    public static FullDisk of(TestDatabase database) {
        var disk = new FullDisk(database);
        disk.execute(BEGIN);
        var file =
                disk.text(
                        "SELECT current_setting('data_directory') || '/'"
                                + " || pg_relation_filepath('ballast')");
        try {
            Files.createSymbolicLink(Path.of(file + ".1"), Path.of("/dev/full"));
            try (var segment = new RandomAccessFile(file, "rw")) {
                segment.setLength(SEGMENT_BYTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        disk.execute(TRIGGER);
        return disk;
    }

    /** Frees the disk. */
    @Override
    public void close() {
        execute(END);
    }

    private void execute(String sql) {
        try (var connection = DriverManager.getConnection(database.jdbcUrl());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private String text(String sql) {
        try (var connection = DriverManager.getConnection(database.jdbcUrl());
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
