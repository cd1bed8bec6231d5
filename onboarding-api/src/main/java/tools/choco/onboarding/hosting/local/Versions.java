package tools.choco.onboarding.hosting.local;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.choco.onboarding.hosting.render.Output;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The built versions of sites: a directory each, with a list of addresses and the files that they
 * name, called by their hashes. A request is looked up in the list and never becomes a path.
 */
final class Versions {

    private static final String LIST = "list.json";
    private static final Pattern NAME = Pattern.compile("(live|welcome)-(\\d{1,9})");
    private static final int KEPT = 2;
    private static final int CACHED_FILES_MAX = 200_000;

    private final Disk disk;
    private final SiteRegistry registry;
    private final JsonMapper json = JsonMapper.shared();
    private final Cache<Path, Listing> listings =
            Caffeine.newBuilder()
                    .maximumWeight(CACHED_FILES_MAX)
                    .weigher((Path key, Listing listing) -> 1 + listing.files().size())
                    .build();

    Versions(Disk disk, SiteRegistry registry) {
        this.disk = disk;
        this.registry = registry;
    }

    /** Which of its two addresses a version is for. */
    enum Kind {
        LIVE("live"),
        WELCOME("welcome");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /**
     * A file that is served.
     *
     * @param hash SHA-256 of its content, hex; its name on disk
     * @param type content type
     * @param bytes its length
     * @param lasting whether its address always has this content
     */
    record File(String hash, String type, long bytes, boolean lasting) {}

    /**
     * What a version consists of.
     *
     * @param files by address from the root of the site
     * @param source the files that it was built from, by path, if the version keeps them: their
     *     hashes
     */
    record Listing(Map<String, File> files, Map<String, String> source) {}

    /** A version in the making; closed, it is gone unless it was published. */
    final class Draft implements Output, AutoCloseable {

        private final Path directory;
        private final Map<String, File> files = new TreeMap<>();
        private final Map<String, String> source = new TreeMap<>();

        private Draft(Path directory) {
            this.directory = directory;
        }

        @Override
        public void put(String address, String type, boolean lasting, byte[] content)
                throws IOException {
            files.put(address, new File(store(content), type, content.length, lasting));
        }

        /** Keeps a file of the source beside what is built from it. */
        void keep(String path, byte[] content) throws IOException {
            source.put(path, store(content));
        }

        private String store(byte[] content) throws IOException {
            String hash = HexFormat.of().formatHex(sha256().digest(content));
            Path file = directory.resolve(hash);
            if (!Files.exists(file)) {
                Files.write(file, content);
            }
            return hash;
        }

        @Override
        public void close() throws IOException {
            disk.delete(directory);
        }
    }

    Draft draft() throws IOException {
        return new Draft(disk.draft());
    }

    /** Stores a version, whole or not at all; nobody is shown it yet. Returns its name. */
    String publish(String siteId, Kind kind, Draft draft) throws IOException {
        Files.write(
                draft.directory.resolve(LIST),
                json.writeValueAsBytes(new Listing(draft.files, draft.source)));
        Path site = registry.directory(siteId);
        int number = 1 + numbers(site, kind).stream().mapToInt(Integer::intValue).max().orElse(0);
        String name = kind.word + "-" + number;
        disk.publish(draft.directory, site.resolve(name));
        return name;
    }

    /** Removes versions that nobody is shown any more, or ever was. */
    void prune(String siteId, Kind kind, String current) throws IOException {
        Path site = registry.directory(siteId);
        int kept = number(current);
        List<Integer> before =
                numbers(site, kind).stream()
                        .filter(number -> number < kept)
                        .sorted(Comparator.reverseOrder())
                        .limit(KEPT - 1L)
                        .toList();
        for (int number : numbers(site, kind)) {
            if (number != kept && !before.contains(number)) {
                disk.delete(site.resolve(kind.word + "-" + number));
            }
        }
    }

    Listing listing(String siteId, String name) throws IOException {
        Path version = registry.directory(siteId).resolve(name);
        try {
            return listings.get(version, this::read);
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    /** Where the content of a file is. */
    Path path(String siteId, String name, String hash) {
        return registry.directory(siteId).resolve(name).resolve(hash);
    }

    private Listing read(Path version) {
        try {
            return json.readValue(Files.readAllBytes(version.resolve(LIST)), Listing.class);
        } catch (JacksonException damaged) {
            throw new UncheckedIOException(
                    new IOException("The list in " + version + " is damaged", damaged));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static List<Integer> numbers(Path site, Kind kind) throws IOException {
        if (!Files.exists(site)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(site)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(kind.word + "-"))
                    .filter(name -> NAME.matcher(name).matches())
                    .map(Versions::number)
                    .toList();
        }
    }

    private static int number(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no version: " + name);
        }
        return Integer.parseInt(parts.group(2));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
