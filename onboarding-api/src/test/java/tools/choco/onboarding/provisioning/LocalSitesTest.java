package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.hosting.local.SitesAddress;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.User;

/** The default set-up, with nothing replaced: a real repository, a real site. */
@ExtendWith(SharedService.class)
class LocalSitesTest {

    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final String TOKEN = "a-token-for-git";

    private final RunningService service;

    LocalSitesTest(RunningService service) {
        this.service = service;
    }

    @Test
    void opensWhatWasProvisionedAndShowsWhatIsPushed(@TempDir Path directory) throws Exception {
        User user = User.of(service);
        user.linkGithub(user.subject(), TOKEN);
        String site =
                user.requestSite(user.started("default"), "served-" + user.subject(), "user_git")
                        .required("/siteId");
        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(
                                                user.client()
                                                        .get("/sites/" + site)
                                                        .at("/provisioning/state"))
                                        .isEqualTo("live"));
        Answer live = user.client().get("/sites/" + site);
        String url = live.required("/deployUrl");
        assertThat(get(url).statusCode()).isEqualTo(200);

        CredentialsProvider credentials =
                new UsernamePasswordCredentialsProvider(user.subject(), TOKEN);
        try (Git git =
                Git.cloneRepository()
                        .setURI(
                                service.part(SitesAddress.class).base()
                                        + "/git/"
                                        + live.required("/githubRepo")
                                        + ".git")
                        .setDirectory(directory.toFile())
                        .setCredentialsProvider(credentials)
                        .call()) {
            Path page = directory.resolve("index.md");
            Files.writeString(page, Files.readString(page) + "\n\nPushed by the test.\n");
            git.add().addFilepattern(".").call();
            git.commit()
                    .setSign(false)
                    .setAuthor("Ada", "ada@example.org")
                    .setCommitter("Ada", "ada@example.org")
                    .setMessage("Say more")
                    .call();
            git.push().setCredentialsProvider(credentials).call();
        }

        await().atMost(WAIT)
                .untilAsserted(() -> assertThat(get(url).body()).contains("Pushed by the test."));
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        try (HttpClient browser = HttpClient.newHttpClient()) {
            return browser.send(
                    HttpRequest.newBuilder(URI.create(url)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
