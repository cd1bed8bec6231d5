package tools.choco.onboarding.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * A file of configuration, not yet parsed.
 *
 * @param name as messages give it
 * @param bytes its content, cut where it is longer than {@link YamlSource#BYTES_MAX} allows
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once and never compared.
public record YamlFile(String name, byte[] bytes) {

    /**
     * The files that ship with the service.
     *
     * @param folder folder of the class path, for instance {@code flows}
     * @param failure makes the exception from its message
     */
    public static List<YamlFile> shipped(
            String folder, Function<String, RuntimeException> failure) {
        try {
            List<YamlFile> files = new ArrayList<>();
            for (Resource resource :
                    new PathMatchingResourcePatternResolver()
                            .getResources("classpath*:" + folder + "/*.yaml")) {
                try (InputStream in = resource.getInputStream()) {
                    files.add(new YamlFile(folder + "/" + resource.getFilename(), read(in)));
                }
            }
            return files;
        } catch (IOException e) {
            throw failure.apply("%1$s: the shipped %1$s cannot be read".formatted(folder));
        }
    }

    /**
     * The files of a directory named {@code *.yaml} or {@code *.yml}: not hidden, not below it,
     * sorted.
     *
     * @param failure makes the exception from its message
     */
    public static List<YamlFile> in(Path directory, Function<String, RuntimeException> failure) {
        List<Path> paths;
        try (Stream<Path> entries = Files.list(directory)) {
            paths =
                    entries.filter(YamlFile::isYaml)
                            .sorted(Comparator.comparing(Path::toString))
                            .toList();
        } catch (IOException e) {
            throw failure.apply(directory + ": not a directory that can be read");
        }
        List<YamlFile> files = new ArrayList<>();
        for (Path path : paths) {
            try (InputStream in = Files.newInputStream(path)) {
                files.add(new YamlFile(path.toString(), read(in)));
            } catch (IOException e) {
                throw failure.apply(path + ":1: the file cannot be read");
            }
        }
        return files;
    }

    private static boolean isYaml(Path file) {
        String name = String.valueOf(file.getFileName());
        return !name.startsWith(".")
                && (name.endsWith(".yaml") || name.endsWith(".yml"))
                && Files.isRegularFile(file);
    }

    // One byte more than allowed shows that a file is too large, however large it is.
    private static byte[] read(InputStream in) throws IOException {
        return in.readNBytes(YamlSource.BYTES_MAX + 1);
    }
}
