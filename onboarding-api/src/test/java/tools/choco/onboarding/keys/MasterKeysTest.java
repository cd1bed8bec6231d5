package tools.choco.onboarding.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterKeysTest {

    @TempDir Path directory;

    @Test
    void readsConfigurationWithTheCurrentKeyFirst() {
        MasterKeys keys = MasterKeys.of(entry("new", 1) + ", " + entry("old", 2));
        assertThat(keys.currentId()).isEqualTo("new");
        assertThat(keys.key("old")).isPresent().isNotEqualTo(keys.key("new"));
        assertThat(keys.key("other")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "secret-abc", "a:secret-abc", "a b:%s", "a:%s,", "a:%s:x", "a:%s,a:%s"})
    void refusesConfigurationWithoutRepeatingIt(String text) {
        String key = Base64.getEncoder().encodeToString(new byte[32]);
        assertThatExceptionOfType(InvalidKeys.class)
                .isThrownBy(() -> MasterKeys.of(text.replace("%s", key)))
                .satisfies(
                        invalid ->
                                assertThat(invalid.getMessage())
                                        .startsWith("the setting of the master keys: entry ")
                                        .doesNotContain("secret", key, "\n"));
    }

    @Test
    void makesTheFileOnceForItsOwnerOnly() throws IOException {
        Path home = directory.resolve("data");
        MasterKeys made = MasterKeys.inDirectory(home);
        MasterKeys read = MasterKeys.inDirectory(home);
        assertThat(read.currentId()).isEqualTo(made.currentId());
        assertThat(read.key(made.currentId())).isEqualTo(made.key(made.currentId()));
        Path file = home.resolve("master.keys");
        assertThat(Files.readAllLines(file))
                .singleElement()
                .asString()
                .matches("[\\w-]+:[\\w+/=]+");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(home).isDirectoryNotContaining(entry -> !entry.equals(file));
    }

    @Test
    void agreesOnOneFileWhenManyStartAtOnce() throws InterruptedException, ExecutionException {
        List<Callable<String>> starts =
                Collections.nCopies(16, () -> MasterKeys.inDirectory(directory).currentId());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var ids = new HashSet<String>();
            for (Future<String> id : threads.invokeAll(starts)) {
                ids.add(id.get());
            }
            assertThat(ids).hasSize(1);
        }
    }

    @Test
    void readsAFileOfSeveralLines() throws IOException {
        write(entry("b", 1) + "\n\n" + entry("a", 2) + "\n", "rw-------");
        MasterKeys keys = MasterKeys.inDirectory(directory);
        assertThat(keys.currentId()).isEqualTo("b");
        assertThat(keys.key("a")).isPresent();
    }

    @Test
    void refusesAFileThatOthersMayRead() throws IOException {
        write(entry("a", 1), "rw-r-----");
        assertThatExceptionOfType(InvalidKeys.class)
                .isThrownBy(() -> MasterKeys.inDirectory(directory))
                .withMessageContaining("chmod 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "half:AAAA\n", "\u00e9"})
    void refusesAFileThatHoldsAnythingElse(String content) throws IOException {
        write(content, "rw-------");
        assertThatExceptionOfType(InvalidKeys.class)
                .isThrownBy(() -> MasterKeys.inDirectory(directory))
                .withMessageStartingWith(directory.resolve("master.keys") + ": ");
    }

    static String entry(String id, int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return id + ":" + Base64.getEncoder().encodeToString(key);
    }

    private void write(String content, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve("master.keys"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
