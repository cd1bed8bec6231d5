package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.hosting.local.SiteRecord.Attempt;
import tools.choco.onboarding.hosting.local.SiteRecord.Version;
import tools.choco.onboarding.hosting.local.Versions.Kind;
import tools.choco.onboarding.hosting.render.BrokenSource;
import tools.choco.onboarding.hosting.render.SiteRenderer;
import tools.choco.onboarding.hosting.render.SourceFile;
import tools.choco.onboarding.hosting.render.Theme;
import tools.choco.onboarding.provisioning.Deployment;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.provisioning.HostedSite;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.choco.onboarding.provisioning.Project;
import tools.choco.onboarding.provisioning.SiteHosting;
import tools.choco.onboarding.provisioning.Source;
import tools.choco.onboarding.provisioning.WelcomeSite;

/**
 * Hosts sites in a directory of this machine.
 *
 * <p>Each operation first writes down what it claims, then makes it aside, then puts it in its
 * place by one rename: after a crash there is the old state or the new one, and a repeat goes on
 * from there. Operations on one site take turns; the directory belongs to one process.
 */
public final class LocalHosting implements SiteHosting {

    private static final Logger log = LoggerFactory.getLogger(LocalHosting.class);
    private static final int COMMIT_SHOWN = 7;

    private final SiteRegistry registry;
    private final Repositories repositories;
    private final Versions versions;
    private final SourceTree sourceTree;
    private final Templates templates;
    private final Theme theme;
    private final SiteRenderer renderer;
    private final Builds builds;
    private final SitesAddress address;
    private final SiteLimits limits;
    private final Clock clock;
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    private LocalHosting(
            Disk disk, SitesAddress address, SitesSettings settings, SiteLimits limits, Clock clock)
            throws IOException {
        this.registry = new SiteRegistry(disk);
        this.repositories = new Repositories(disk, clock);
        this.versions = new Versions(disk, registry);
        this.sourceTree = new SourceTree(limits);
        this.templates = new Templates(clock);
        this.theme = new Theme();
        this.renderer = new SiteRenderer(theme, limits.pageBytesMax());
        this.builds = new Builds(settings.buildsAtOnceMax(), limits.buildTimeMax());
        this.address = address;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Takes over a directory; makes it if need be.
     *
     * @throws IOException if it cannot be written, or a file in it is damaged
     */
    public static LocalHosting in(
            Path directory,
            SitesAddress address,
            SitesSettings settings,
            SiteLimits limits,
            Clock clock)
            throws IOException {
        Files.createDirectories(directory);
        return on(new Disk(directory), address, settings, limits, clock);
    }

    static LocalHosting on(
            Disk disk, SitesAddress address, SitesSettings settings, SiteLimits limits, Clock clock)
            throws IOException {
        return new LocalHosting(disk, address, settings, limits, clock);
    }

    @Override
    public Source resolveSource(HostedSite site, GithubAccount account, String repository) {
        RepositoryName wanted =
                RepositoryName.parse(repository)
                        .filter(name -> name.owner().equalsIgnoreCase(account.login()))
                        .orElseThrow(
                                () ->
                                        new HostingFailure(
                                                HostingFailure.Kind.USER_ACTION,
                                                "A repository of the linked account is needed,"
                                                        + " named as account/name.",
                                                null));
        return alone(
                site,
                known -> {
                    RepositoryName own = repository(known).orElse(null);
                    if (own != null && repositories.exists(own, known.siteId())) {
                        return new Source(own.toString());
                    }
                    SiteRecord claimed = registry.claim(known.siteId(), wanted);
                    if (!repositories.exists(wanted, claimed.siteId())) {
                        repositories.create(wanted, claimed.siteId(), content(site, claimed));
                    }
                    return new Source(wanted.toString());
                });
    }

    @Override
    public Project createProject(HostedSite site) {
        return alone(
                site,
                known -> {
                    source(known);
                    registry.update(known.siteId(), SiteRecord::withProject);
                    return new Project(projectId(known));
                });
    }

    @Override
    public void createDeployHook(HostedSite site) {
        alone(
                site,
                known -> {
                    requireProject(known);
                    return registry.update(known.siteId(), SiteRecord::withHook);
                });
    }

    @Override
    public Deployment deploy(HostedSite site) {
        return alone(
                site,
                known -> {
                    requireProject(known);
                    RepositoryName source = source(known);
                    String head = repositories.head(source).orElseThrow(LocalHosting::lost);
                    Attempt last = known.attempt();
                    Version live = known.live();
                    if (last != null
                            && last.ready()
                            && last.commit().equals(head)
                            && live != null
                            && live.theme().equals(theme.version())) {
                        return deployment(known, last);
                    }
                    return deploy(known, source, head);
                });
    }

    @Override
    public WelcomeSite publishWelcomeSite(HostedSite site) {
        return alone(
                site,
                known -> {
                    String url = address.welcome(known.slug());
                    Version served = known.welcome();
                    if (served == null || !served.theme().equals(theme.version())) {
                        publishWelcomeSite(site, known, url);
                    }
                    return new WelcomeSite(url);
                });
    }

    /**
     * Sites with a deploy hook whose newest source nobody has tried to build. A push is announced
     * to a listener; whoever asks here as well, after a start for instance, misses none.
     */
    public List<String> undeployed() {
        List<String> sites = new ArrayList<>();
        for (SiteRecord site : registry.all()) {
            Optional<RepositoryName> source = repository(site);
            if (!site.hook() || source.isEmpty()) {
                continue;
            }
            try {
                Optional<String> head = repositories.head(source.get());
                if (head.isPresent()
                        && (site.attempt() == null
                                || !site.attempt().commit().equals(head.get()))) {
                    sites.add(site.siteId());
                }
            } catch (IOException unreadable) {
                // That of one site must not hide the others.
                log.warn("The repository of site {} cannot be read", site.siteId(), unreadable);
            }
        }
        return sites;
    }

    SiteRegistry registry() {
        return registry;
    }

    Repositories repositories() {
        return repositories;
    }

    Versions versions() {
        return versions;
    }

    SourceTree sourceTree() {
        return sourceTree;
    }

    Theme theme() {
        return theme;
    }

    SiteLimits limits() {
        return limits;
    }

    /** The repository that a site has claimed. */
    static Optional<RepositoryName> repository(SiteRecord site) {
        return Optional.ofNullable(site.repository()).flatMap(RepositoryName::parse);
    }

    static HostingFailure unavailable(IOException failed) {
        return new HostingFailure(
                HostingFailure.Kind.PASSING,
                "The directory of the sites cannot be read or written.",
                failed);
    }

    /** What is done for a site while nothing else is. */
    @FunctionalInterface
    private interface Step<T> {
        T on(SiteRecord known) throws IOException;
    }

    private <T> T alone(HostedSite site, Step<T> step) {
        ReentrantLock lock = locks.computeIfAbsent(site.siteId(), id -> new ReentrantLock());
        lock.lock();
        try {
            return step.on(registry.admit(site));
        } catch (IOException failed) {
            throw unavailable(failed);
        } finally {
            lock.unlock();
        }
    }

    private Deployment deploy(SiteRecord site, RepositoryName source, String head)
            throws IOException {
        Version live = site.live();
        Attempt outcome;
        try (Repository repository = repositories.open(source);
                Versions.Draft draft = versions.draft()) {
            SiteRenderer.Built built =
                    builds.run(
                            () ->
                                    renderer.build(
                                            sourceTree.files(repository, ObjectId.fromString(head)),
                                            address.site(site.slug()),
                                            draft));
            live = version(versions.publish(site.siteId(), Kind.LIVE, draft));
            outcome = new Attempt(head, true, detail(built, head));
        } catch (BrokenSource broken) {
            outcome = new Attempt(head, false, broken.getMessage());
        }
        Version served = live;
        Attempt settled = outcome;
        SiteRecord after =
                registry.update(site.siteId(), record -> record.withLive(served, settled));
        if (served != null) {
            versions.prune(site.siteId(), Kind.LIVE, served.name());
        }
        return deployment(after, settled);
    }

    private void publishWelcomeSite(HostedSite site, SiteRecord known, String url)
            throws IOException {
        SortedMap<String, byte[]> content = content(site, known);
        Version version;
        try (Versions.Draft draft = versions.draft()) {
            for (Map.Entry<String, byte[]> file : content.entrySet()) {
                draft.keep(file.getKey(), file.getValue());
            }
            List<SourceFile> files =
                    content.entrySet().stream()
                            .map(file -> SourceFile.of(file.getKey(), file.getValue()))
                            .toList();
            builds.run(() -> renderer.build(files, url, draft));
            version = version(versions.publish(site.siteId(), Kind.WELCOME, draft));
        } catch (BrokenSource defect) {
            throw new IllegalStateException(
                    "The template " + site.templateId() + " cannot be built", defect);
        }
        registry.update(known.siteId(), record -> record.withWelcome(version));
        versions.prune(known.siteId(), Kind.WELCOME, version.name());
    }

    /** What a site begins with: that of its welcome site, else its template. */
    private SortedMap<String, byte[]> content(HostedSite site, SiteRecord known)
            throws IOException {
        Version welcome = known.welcome();
        if (welcome == null) {
            return templates.content(site);
        }
        SortedMap<String, byte[]> content = new TreeMap<>();
        for (Map.Entry<String, String> file :
                versions.listing(known.siteId(), welcome.name()).source().entrySet()) {
            content.put(
                    file.getKey(),
                    Files.readAllBytes(
                            versions.path(known.siteId(), welcome.name(), file.getValue())));
        }
        return content;
    }

    private Version version(String name) {
        return new Version(name, theme.version(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
    }

    private static String detail(SiteRenderer.Built built, String head) {
        String pages =
                "Built %d %s from %s."
                        .formatted(
                                built.pages(),
                                built.pages() == 1 ? "page" : "pages",
                                head.substring(0, COMMIT_SHOWN));
        return built.leftOut() == 0
                ? pages
                : pages + " Files of kinds that are not served: %d.".formatted(built.leftOut());
    }

    private Deployment deployment(SiteRecord site, Attempt outcome) {
        return new Deployment(
                outcome.ready(),
                projectId(site),
                repository(site).map(RepositoryName::toString).orElse(""),
                address.site(site.slug()),
                outcome.detail());
    }

    private static String projectId(SiteRecord site) {
        return "local-" + site.siteId();
    }

    private static void requireProject(SiteRecord site) {
        if (!site.project()) {
            throw new IllegalStateException("the site " + site.siteId() + " has no project");
        }
    }

    private RepositoryName source(SiteRecord site) throws IOException {
        RepositoryName source =
                repository(site)
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "the site " + site.siteId() + " has no source"));
        if (!repositories.exists(source, site.siteId())) {
            throw lost();
        }
        return source;
    }

    private static HostingFailure lost() {
        return new HostingFailure(
                HostingFailure.Kind.OPERATOR_ACTION,
                "The site's repository is gone from this host.",
                null);
    }
}
