package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.provisioning.HostedSite;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which site owns which name and repository, and what is served of it: one file a site, replaced as
 * a whole, so a claim is there before what it is for. One process at a time has the directory.
 */
final class SiteRegistry {

    private static final String FILE = "site.json";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern SLUG = Pattern.compile("[a-z0-9](?:-?[a-z0-9]){0,62}");
    private static final List<String> OWN_PATHS = List.of("git", "welcome");

    private final Disk disk;
    private final Path directory;
    private final JsonMapper json = JsonMapper.shared();
    private final Map<String, SiteRecord> bySite = new ConcurrentHashMap<>();
    private final Map<String, String> siteBySlug = new ConcurrentHashMap<>();
    private final Map<String, String> siteByRepository = new ConcurrentHashMap<>();

    SiteRegistry(Disk disk) throws IOException {
        this.disk = disk;
        this.directory = disk.resolve("sites");
        disk.make(directory);
        try (Stream<Path> sites = Files.list(directory)) {
            for (Path site : (Iterable<Path>) sites::iterator) {
                Path file = site.resolve(FILE);
                if (Files.exists(file)) {
                    remember(read(file));
                }
            }
        }
    }

    /** Directory of a site's versions. */
    Path directory(String siteId) {
        return directory.resolve(siteId);
    }

    Optional<SiteRecord> find(String siteId) {
        return Optional.ofNullable(bySite.get(siteId));
    }

    Optional<SiteRecord> bySlug(String slug) {
        return Optional.ofNullable(siteBySlug.get(slug)).map(bySite::get);
    }

    Optional<SiteRecord> byRepository(RepositoryName name) {
        return Optional.ofNullable(siteByRepository.get(name.key())).map(bySite::get);
    }

    Collection<SiteRecord> all() {
        return List.copyOf(bySite.values());
    }

    /**
     * The site's record; made, and the slug claimed, if this is the first that the host hears of
     * it.
     *
     * @throws HostingFailure if another site has the slug
     */
    synchronized SiteRecord admit(HostedSite site) {
        if (!ID.matcher(site.siteId()).matches()
                || !SLUG.matcher(site.slug()).matches()
                || OWN_PATHS.contains(site.slug())) {
            throw new IllegalArgumentException("no site that could be hosted: " + site);
        }
        SiteRecord known = bySite.get(site.siteId());
        if (known != null) {
            if (!known.userId().equals(site.userId()) || !known.slug().equals(site.slug())) {
                throw new IllegalArgumentException(
                        "the site " + site.siteId() + " is known with another user or slug");
            }
            return known;
        }
        if (siteBySlug.containsKey(site.slug())) {
            throw new HostingFailure(
                    HostingFailure.Kind.USER_ACTION,
                    "The name %s is taken by another site.".formatted(site.slug()),
                    null);
        }
        return store(
                new SiteRecord(
                        site.siteId(),
                        site.userId(),
                        site.slug(),
                        site.templateId(),
                        null,
                        false,
                        false,
                        null,
                        null,
                        null));
    }

    /**
     * Gives a repository's name to a site; one that the site had before is free again.
     *
     * @throws HostingFailure if another site has it
     */
    synchronized SiteRecord claim(String siteId, RepositoryName name) {
        String owner = siteByRepository.get(name.key());
        if (owner != null && !owner.equals(siteId)) {
            throw taken();
        }
        return update(siteId, record -> record.withRepository(name.toString()));
    }

    static HostingFailure taken() {
        return new HostingFailure(
                HostingFailure.Kind.USER_ACTION,
                "A repository of that name is taken by another site.",
                null);
    }

    synchronized SiteRecord update(String siteId, UnaryOperator<SiteRecord> change) {
        SiteRecord before = bySite.get(siteId);
        if (before == null) {
            throw new IllegalArgumentException("no site " + siteId);
        }
        SiteRecord after = change.apply(before);
        return after.equals(before) ? before : store(after);
    }

    private SiteRecord store(SiteRecord record) {
        try {
            disk.make(directory(record.siteId()));
            disk.write(directory(record.siteId()).resolve(FILE), json.writeValueAsBytes(record));
        } catch (IOException failed) {
            throw LocalHosting.unavailable(failed);
        }
        remember(record);
        return record;
    }

    private void remember(SiteRecord record) {
        SiteRecord before = bySite.put(record.siteId(), record);
        siteBySlug.put(record.slug(), record.siteId());
        String old = before == null ? null : key(before.repository());
        String fresh = key(record.repository());
        if (old != null && !old.equals(fresh)) {
            siteByRepository.remove(old);
        }
        if (fresh != null) {
            siteByRepository.put(fresh, record.siteId());
        }
    }

    private static @Nullable String key(@Nullable String repository) {
        return repository == null ? null : repository.toLowerCase(Locale.ROOT);
    }

    private SiteRecord read(Path file) throws IOException {
        try {
            return json.readValue(Files.readAllBytes(file), SiteRecord.class);
        } catch (JacksonException damaged) {
            throw new IOException("The file " + file + " is damaged", damaged);
        }
    }
}
