package tools.choco.onboarding.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files of this project, as they are checked in. */
final class DeploymentFiles {

    /** The project's directory; tests run in the module's. */
    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    static final Path DOCKER = PROJECT.resolve("docker");

    private DeploymentFiles() {}

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    /** The documents of a YAML file. */
    static List<Object> yaml(Path file) {
        List<Object> documents = new ArrayList<>();
        new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
                .loadAllFromString(text(file))
                .forEach(documents::add);
        return documents;
    }

    /** Shows every entry of every mapping in a tree. */
    static void walk(Object tree, BiConsumer<String, Object> visitor) {
        switch (tree) {
            case Map<?, ?> mapping ->
                    mapping.forEach(
                            (key, value) -> {
                                if (value != null) {
                                    visitor.accept(String.valueOf(key), value);
                                    walk(value, visitor);
                                }
                            });
            case Collection<?> items -> items.forEach(item -> walk(item, visitor));
            default -> {}
        }
    }

    /** The values of every entry with that key, single or in a list. */
    static List<String> values(Object tree, String key) {
        List<String> found = new ArrayList<>();
        walk(
                tree,
                (name, value) -> {
                    if (name.equals(key)) {
                        Collection<?> all =
                                value instanceof Collection<?> items ? items : List.of(value);
                        all.forEach(it -> found.add(String.valueOf(it)));
                    }
                });
        return found;
    }
}
