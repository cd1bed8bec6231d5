package tools.choco.onboarding.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import tools.choco.onboarding.testing.ForkedService;
import tools.choco.onboarding.testing.Load;

/**
 * The write-ahead log finds no space: the server crashes, and crashes again in each attempt to
 * recover, until there is space.
 */
@EnabledOnOs(OS.LINUX)
class FullLogDiskTest {

    private static final int WRITES = 60;
    private static final int REFUSALS = 6;

    /** More than any table has by then, less than a segment of the write-ahead log. */
    private static final int FILE_BYTES_MAX = 8 * 1024 * 1024;

    @TempDir private Path home = Path.of("");

    @Test
    void losesNothingAndGoesOnByItself() throws Exception {
        try (ForkedService service =
                        ForkedService.on(home)
                                .setting("onboarding.database.connect-timeout=PT1S")
                                .start();
                Load load = Load.on(service::user)) {
            ProcessHandle server = service.postgres().orElseThrow();
            load.awaitAcknowledged(WRITES);
            fillSegment(service);
            limitFiles(server, Integer.toString(FILE_BYTES_MAX));
            load.awaitRefused(REFUSALS);
            limitFiles(server, "unlimited");
            load.awaitAcknowledged(WRITES);

            assertThat(service.postgres()).contains(server);
            PGSimpleDataSource database = new PGSimpleDataSource();
            database.setUrl(service.databaseUrl());
            load.assertKeptExactlyOnce(database);
        }
    }

    /** Has the write-ahead log go on beyond the limit within one of its files. */
    private static void fillSegment(ForkedService service) throws SQLException {
        try (Connection connection = DriverManager.getConnection(service.databaseUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_switch_wal()");
            statement.execute(
                    "SELECT pg_logical_emit_message(false, 'test', repeat('x', %d), true)"
                            .formatted(FILE_BYTES_MAX));
        }
    }

    /** Limits how far into a file the server may write, in bytes. */
    private static void limitFiles(ProcessHandle server, String bytes) throws Exception {
        // Those that are started from now on have the limit of the first.
        for (ProcessHandle process :
                Stream.concat(Stream.of(server), server.descendants()).toList()) {
            // Of those that have ended meanwhile it would complain.
            new ProcessBuilder(
                            "prlimit",
                            "--pid",
                            Long.toString(process.pid()),
                            "--fsize=" + bytes + ":")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }
}
