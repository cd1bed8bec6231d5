package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.postgresql.ds.PGSimpleDataSource;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** A process that appends all the time is stopped at any moment, and another goes on. */
@DisabledOnOs(OS.WINDOWS)
class FrozenWriterTest {

    private static final int STOPS = 20;

    private final TestDatabase database = TestDatabase.create();

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void goesOnWhileAnotherWriterIsFrozen() throws Exception {
        var writer = fork();
        var events = new RandomEvents(17);
        var aggregate = RandomEvents.id("a");
        var random = new Random(19);
        try (var log = new PostgresEventLog(database.dataSource());
                var said = writer.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < STOPS; i++) {
                // It tells of each append.
                for (int lines = random.nextInt(1, 50); lines > 0; lines--) {
                    assertThat(said.readLine()).isNotNull();
                }
                signal("STOP", writer);
                log.storageEngine().appendEvents(RandomEvents.message(aggregate, i, events.any()));
                signal("CONT", writer);
            }
            assertThat(said.readLine()).isNotNull();
            assertThat(log.storageEngine().lastSequenceNumberFor(aggregate)).hasValue(STOPS - 1L);
        } finally {
            writer.destroyForcibly().waitFor();
        }
        assertThat(Locks.number(database, "SELECT count(*) - max(position) FROM events")).isZero();
    }

    private Process fork() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        database.jdbcUrl())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void signal(String signal, Process process) throws Exception {
        var kill =
                new ProcessBuilder(List.of("kill", "-" + signal, Long.toString(process.pid())))
                        .start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }

    /** Appends until it is killed, and says so each time. */
    static final class Writer {

        private Writer() {}

        @SuppressWarnings("SystemOut") // How it speaks to the test.
        public static void main(String[] arguments) {
            var source = new PGSimpleDataSource();
            source.setUrl(arguments[0]);
            var events = new RandomEvents(23);
            var aggregate = UUID.randomUUID().toString();
            try (var log = new PostgresEventLog(source)) {
                for (long sequence = 0; ; sequence++) {
                    log.storageEngine()
                            .appendEvents(RandomEvents.message(aggregate, sequence, events.any()));
                    System.out.println(sequence);
                }
            }
        }
    }
}
