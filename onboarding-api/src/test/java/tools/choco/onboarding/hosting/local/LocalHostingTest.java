package tools.choco.onboarding.hosting.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.hosting.SiteHostingContract;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.provisioning.HostedSite;
import tools.choco.onboarding.provisioning.SiteHosting;

class LocalHostingTest extends SiteHostingContract {

    @TempDir private Path temporary = Path.of("");
    private LocalSites sites;
    private int begun;

    @BeforeEach
    void open() {
        sites = fresh();
    }

    @AfterEach
    void close() {
        sites.close();
    }

    @Override
    protected SiteHosting host() {
        return sites.hosting();
    }

    @Override
    protected void begin() {
        sites.close();
        sites = fresh();
    }

    @Override
    protected boolean dies(int change, Consumer<SiteHosting> operation) {
        sites.disk().dieBefore(change);
        boolean died = false;
        try {
            operation.accept(sites.hosting());
        } catch (DyingDisk.Death death) {
            died = true;
        }
        sites.restart();
        return died;
    }

    @Override
    protected void edit(HostedSite site, GithubAccount account, String path, String text) {
        try (Workshop clone = sites.clone(repository(site), account)) {
            assertThat(clone.write(path, text).commit().push()).isEmpty();
        }
    }

    @Override
    protected int changes(HostedSite site, GithubAccount account) {
        try (Workshop clone = sites.clone(repository(site), account)) {
            return clone.commits();
        }
    }

    @Override
    protected Optional<String> served(String url) {
        HttpResponse<String> answer = sites.get(url);
        while (answer.statusCode() == 301) {
            answer = sites.get(answer.headers().firstValue("Location").orElseThrow());
        }
        return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
    }

    @Test
    void findsWhatWasPushedWhileNobodyListened() {
        host().resolveSource(NOTES, ADA, "ada/notes");
        host().createProject(NOTES);
        assertThat(sites.hosting().undeployed()).isEmpty();
        host().createDeployHook(NOTES);
        assertThat(sites.hosting().undeployed()).containsExactly(NOTES.siteId());
        host().deploy(NOTES);
        assertThat(sites.hosting().undeployed()).isEmpty();

        edit(NOTES, ADA, "index.md", "---\ntitle: [broken\n---\n");
        sites.restart();
        assertThat(sites.hosting().undeployed()).containsExactly(NOTES.siteId());
        // A build that failed was tried.
        assertThat(host().deploy(NOTES).ready()).isFalse();
        assertThat(sites.hosting().undeployed()).isEmpty();
    }

    @Test
    void keepsTheVersionBeforeAndNoOlderOne() throws IOException {
        host().resolveSource(NOTES, ADA, "ada/notes");
        host().createProject(NOTES);
        host().createDeployHook(NOTES);
        for (int i = 1; i <= 4; i++) {
            edit(NOTES, ADA, "about.md", "Version " + i);
            assertThat(host().deploy(NOTES).ready()).isTrue();
        }

        try (Stream<Path> files =
                Files.list(sites.directory().resolve("sites").resolve(NOTES.siteId()))) {
            assertThat(files.map(it -> it.getFileName().toString()))
                    .containsExactlyInAnyOrder("site.json", "live-3", "live-4");
        }
    }

    @Test
    void leavesNoDraftsBehind() throws IOException {
        host().publishWelcomeSite(WORKS);
        host().resolveSource(NOTES, ADA, "ada/notes");
        host().createProject(NOTES);
        host().deploy(NOTES);
        edit(NOTES, ADA, "index.md", "---\ntitle: [broken\n---\n");
        host().deploy(NOTES);

        try (Stream<Path> drafts = Files.list(sites.directory().resolve("tmp"))) {
            assertThat(drafts).isEmpty();
        }
    }

    @Test
    void bringsTheContentOfTheWelcomeSiteAlong() {
        host().publishWelcomeSite(WORKS);
        HostedSite adopted =
                new HostedSite(WORKS.siteId(), WORKS.userId(), WORKS.slug(), "blog-starter");

        host().resolveSource(adopted, BOB, "bob/works");

        try (Workshop clone = sites.clone("bob/works", BOB)) {
            assertThat(clone.read("site.yaml")).contains("layout: portfolio");
        }
    }

    @Test
    void leavesNoProbesOfTheFileSystemBehind() throws IOException {
        host().resolveSource(NOTES, ADA, "ada/notes");

        try (Stream<Path> all = Files.walk(sites.directory())) {
            assertThat(all.map(Path::toString)).noneMatch(path -> path.contains("probe"));
        }
    }

    private LocalSites fresh() {
        LocalSites empty =
                new LocalSites(temporary.resolve("hosting-" + begun++), LocalSites.LIMITS);
        empty.accounts.put(NOTES.userId(), ADA);
        empty.accounts.put(WORKS.userId(), BOB);
        return empty;
    }

    private String repository(HostedSite site) {
        return sites.hosting()
                .registry()
                .find(site.siteId())
                .flatMap(LocalHosting::repository)
                .orElseThrow()
                .toString();
    }
}
