package tools.choco.onboarding.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container that was killed starts again: ids of processes mean something else by now. */
class ReusedProcessIdTest {

    @Test
    void startsThoughAnotherProcessHasTheIdOfTheOldServer(@TempDir Path directory)
            throws Exception {
        try (Home home = Home.open(directory.resolve("home"))) {
            EmbeddedDatabase.start(home).close();
            Path file = home.resolve("postgres").resolve("postmaster.pid");
            Process stranger = new ProcessBuilder("sleep", "600").start();
            try {
                Files.write(
                        file,
                        List.of(
                                String.valueOf(stranger.pid()),
                                home.resolve("postgres").toString(),
                                "1767225600",
                                "5432",
                                "",
                                "127.0.0.1",
                                "",
                                "ready"));
                EmbeddedDatabase again = EmbeddedDatabase.start(home);

                assertThat(again.url()).startsWith("jdbc:postgresql://127.0.0.1:");
                again.close();
                assertThat(stranger.isAlive()).isTrue();
            } finally {
                stranger.destroy();
            }
        }
    }
}
