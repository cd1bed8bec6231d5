package tools.choco.onboarding.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.support.GenericApplicationContext;
import tools.choco.onboarding.provisioning.Deployment;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.provisioning.HostedSite;
import tools.choco.onboarding.provisioning.Project;
import tools.choco.onboarding.provisioning.SiteHosting;
import tools.choco.onboarding.provisioning.Source;
import tools.choco.onboarding.provisioning.WelcomeSite;

/**
 * A host whose resources are files, one each, so that they outlive the process and can be counted.
 * It fails and breaks where a test says so, and remembers every call.
 */
public final class RecordingHost implements SiteHosting {

    /** Names of the operations, as {@link #calls} has them. */
    public static final String SOURCE = "source";

    public static final String PROJECT = "project";
    public static final String HOOK = "hook";
    public static final String DEPLOY = "deploy";
    public static final String WELCOME = "welcome";

    private final Path directory;
    private final Map<String, Deque<Runnable>> next = new ConcurrentHashMap<>();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();

    /** A host on a directory of its own. */
    public RecordingHost() {
        try {
            directory = Files.createTempDirectory("recording-host-");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A host on a directory, which may hold what an earlier one has made. */
    public RecordingHost(Path directory) {
        this.directory = directory;
    }

    /** Takes the place of the service's host. */
    public void replaceHosting(GenericApplicationContext context) {
        context.registerBean(
                "testHosting", SiteHosting.class, () -> this, it -> it.setPrimary(true));
    }

    /** Does that first at the next call of an operation for a site; may throw. */
    public void atNext(String operation, String siteId, Runnable action) {
        next.computeIfAbsent(operation + " " + siteId, key -> new ArrayDeque<>()).add(action);
    }

    /** Breaks the source of a site, or mends it. */
    public void setBroken(String siteId, boolean isBroken) {
        if (isBroken) {
            broken.add(siteId);
        } else {
            broken.remove(siteId);
        }
    }

    /** How often an operation was called for a site. */
    public long calls(String operation, String siteId) {
        return lines("calls").stream().filter((operation + " " + siteId)::equals).count();
    }

    /** How often a resource was really made for a site: once, or something is wrong. */
    public long made(String resource, String siteId) {
        return lines("made").stream().filter((resource + " " + siteId)::equals).count();
    }

    @Override
    public Source resolveSource(HostedSite site, GithubAccount account, String repository) {
        called(SOURCE, site);
        make(SOURCE, site);
        return new Source(repository);
    }

    @Override
    public Project createProject(HostedSite site) {
        called(PROJECT, site);
        make(PROJECT, site);
        return new Project("project-" + site.siteId());
    }

    @Override
    public void createDeployHook(HostedSite site) {
        called(HOOK, site);
        make(HOOK, site);
    }

    @Override
    public Deployment deploy(HostedSite site) {
        called(DEPLOY, site);
        boolean ready = !broken.contains(site.siteId());
        if (ready) {
            make(DEPLOY, site);
        }
        return new Deployment(
                ready,
                "project-" + site.siteId(),
                "owner/" + site.slug(),
                "http://sites.example/" + site.slug() + "/",
                ready ? "build of " + site.slug() : "index.md: cannot be read");
    }

    @Override
    public WelcomeSite publishWelcomeSite(HostedSite site) {
        called(WELCOME, site);
        return new WelcomeSite("http://sites.example/welcome/" + site.slug() + "/");
    }

    private void called(String operation, HostedSite site) {
        append("calls", operation + " " + site.siteId());
        Deque<Runnable> actions = next.get(operation + " " + site.siteId());
        Runnable action = actions == null ? null : actions.poll();
        if (action != null) {
            action.run();
        }
    }

    private void make(String resource, HostedSite site) {
        try {
            Files.createFile(directory.resolve(resource + "-" + site.siteId()));
            append("made", resource + " " + site.siteId());
        } catch (FileAlreadyExistsException exists) {
            // Counts as made.
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private synchronized void append(String file, String line) {
        try {
            Files.writeString(
                    directory.resolve(file),
                    line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(directory.resolve(file));
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
