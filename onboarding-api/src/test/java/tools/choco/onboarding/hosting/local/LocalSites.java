package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.provisioning.GithubAccount;

/** A host in a directory with its server on a free port, and those who use it. */
final class LocalSites implements AutoCloseable {

    /** What its addresses begin with; the port behind it changes with every start. */
    static final String BASE = "http://sites.example.org";

    static final SiteLimits LIMITS =
            new SiteLimits(
                    1_000_000,
                    4_000_000,
                    500,
                    300_000,
                    3_000_000,
                    8,
                    40,
                    500_000,
                    4,
                    100_000,
                    Duration.ofSeconds(20));

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    /** Sites that were pushed to, in order. */
    final List<String> pushed = Collections.synchronizedList(new ArrayList<>());

    /** Accounts by user. */
    final Map<String, GithubAccount> accounts = new LinkedHashMap<>();

    private final Path directory;
    private final SiteLimits limits;
    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private DyingDisk disk;
    private LocalHosting hosting;
    private SitesAddress actual;
    private SitesServer server;

    LocalSites(Path directory, SiteLimits limits) {
        this.directory = directory;
        this.limits = limits;
        open();
    }

    private void open() {
        try {
            Files.createDirectories(directory);
            SitesSettings settings = settings(URI.create(BASE));
            disk = new DyingDisk(directory);
            hosting =
                    LocalHosting.on(
                            disk,
                            new SitesAddress(settings),
                            settings,
                            limits,
                            Clock.fixed(NOW, ZoneOffset.UTC));
            actual = new SitesAddress(settings(null));
            server =
                    new SitesServer(
                            hosting,
                            actual,
                            settings,
                            (userId, login, token) ->
                                    new GithubAccount(login, token).equals(accounts.get(userId)),
                            pushed::add,
                            directory.resolve("server"));
            server.start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static SitesSettings settings(@Nullable URI baseUrl) {
        return new SitesSettings(
                InetAddress.getLoopbackAddress(), 0, baseUrl, 64, 4, 2, Duration.ofSeconds(5));
    }

    LocalHosting hosting() {
        return hosting;
    }

    DyingDisk disk() {
        return disk;
    }

    Path directory() {
        return directory;
    }

    /** Ends and starts again on the same directory. */
    void restart() {
        server.stop();
        open();
    }

    /** Address of this server for a path, or for one of its addresses. */
    URI at(String pathOrUrl) {
        String path = pathOrUrl.startsWith(BASE) ? pathOrUrl.substring(BASE.length()) : pathOrUrl;
        return URI.create(actual.base() + path);
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, headers);
    }

    HttpResponse<String> send(String method, String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(at(path))
                        .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** A clone of a repository in a directory that is new. */
    Workshop clone(String repository, GithubAccount account) {
        try {
            Path place = Files.createTempDirectory(directory.getParent(), "clone-");
            var credentials =
                    new UsernamePasswordCredentialsProvider(account.login(), account.token());
            return new Workshop(
                    Git.cloneRepository()
                            .setURI(at("/git/" + repository + ".git").toString())
                            .setDirectory(place.toFile())
                            .setCredentialsProvider(credentials)
                            .call(),
                    credentials);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (GitAPIException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
