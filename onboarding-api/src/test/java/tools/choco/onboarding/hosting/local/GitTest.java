package tools.choco.onboarding.hosting.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.provisioning.HostedSite;

/** Clones and pushes over the real port: who may, and what may be pushed. */
class GitTest {

    private static final GithubAccount ADA = new GithubAccount("ada", "ada-secret-token");
    private static final GithubAccount BOB = new GithubAccount("bob", "bob-secret-token");
    private static final HostedSite NOTES =
            new HostedSite("site-notes", "user-ada", "ada-notes", "blog-starter");
    private static final HostedSite WORKS =
            new HostedSite("site-works", "user-bob", "bob-works", "portfolio-starter");
    private static final String REFS = "/git/ada/notes.git/info/refs?service=git-receive-pack";

    @TempDir private Path temporary = Path.of("");
    private LocalSites sites;

    @BeforeEach
    void open() {
        sites = new LocalSites(temporary.resolve("hosting"), LocalSites.LIMITS);
        sites.accounts.put(NOTES.userId(), ADA);
        sites.accounts.put(WORKS.userId(), BOB);
        sites.hosting().resolveSource(NOTES, ADA, "ada/notes");
    }

    @AfterEach
    void close() {
        sites.close();
    }

    @Test
    void takesAPushAndTellsWhoeverListensOnceThereIsAHook() {
        sites.hosting().createProject(NOTES);
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            assertThat(clone.write("about.md", "One").commit().push()).isEmpty();
            assertThat(sites.pushed).isEmpty();

            sites.hosting().createDeployHook(NOTES);
            assertThat(clone.write("about.md", "Two").commit().push()).isEmpty();
            assertThat(sites.pushed).containsExactly(NOTES.siteId());
            // Only main is built.
            assertThat(clone.write("about.md", "Three").commit().push("HEAD:refs/heads/idea"))
                    .isEmpty();
            assertThat(sites.pushed).hasSize(1);
        }
        sites.hosting().deploy(NOTES);
        assertThat(sites.get("/ada-notes/about/").body()).contains("Two");
        sites.restart();
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            assertThat(clone.read("about.md")).isEqualTo("Two");
        }
    }

    @Test
    void takesTheNameInAnyCase() {
        try (Workshop clone = sites.clone("Ada/Notes", ADA)) {
            assertThat(clone.commits()).isEqualTo(1);
        }
    }

    @Test
    void asksWhoeverComesWithoutAName() {
        for (String path :
                new String[] {REFS, "/git/ada/nothing.git/info/refs", "/git/", "/git/x"}) {
            HttpResponse<String> asked = sites.get(path);
            assertThat(asked.statusCode()).as(path).isEqualTo(401);
            assertThat(asked.headers().firstValue("WWW-Authenticate"))
                    .hasValueSatisfying(it -> assertThat(it).startsWith("Basic realm="));
        }
        assertThat(sites.get(REFS, "Authorization", "Bearer x").statusCode()).isEqualTo(401);
        assertThat(sites.get(REFS, "Authorization", "Basic !!").statusCode()).isEqualTo(401);
        assertThat(sites.get(REFS, "Authorization", basic("ada", "")).statusCode()).isEqualTo(401);
    }

    @Test
    void hidesARepositoryFromEveryoneElse() {
        HttpResponse<String> none =
                sites.get(
                        REFS.replace("notes", "nothing"),
                        "Authorization",
                        basic("ada", ADA.token()));
        assertThat(none.statusCode()).isEqualTo(404);
        for (String[] credentials :
                new String[][] {
                    {"bob", BOB.token()}, {"ada", BOB.token()}, {"ada", "wrong"}, {"x", "y"}
                }) {
            HttpResponse<String> hidden =
                    sites.get(REFS, "Authorization", basic(credentials[0], credentials[1]));
            assertThat(hidden.statusCode()).isEqualTo(404);
            assertThat(hidden.body()).isEqualTo(none.body());
        }
    }

    @Test
    void servesNothingButTheProtocol() {
        for (String path : new String[] {"HEAD", "config", "objects/info/packs", "info/refs"}) {
            assertThat(
                            sites.get(
                                            "/git/ada/notes.git/" + path,
                                            "Authorization",
                                            basic("ada", ADA.token()))
                                    .statusCode())
                    .as(path)
                    .isIn(403, 404, 406);
        }
    }

    @Test
    void letsNobodyInWhoseLinkIsGone() {
        sites.accounts.clear();

        assertThat(sites.get(REFS, "Authorization", basic("ada", ADA.token())).statusCode())
                .isEqualTo(404);
    }

    @Test
    void refusesSymbolicLinks() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            ObjectId target = clone.blob("/etc/passwd".getBytes(StandardCharsets.UTF_8));
            assertThat(clone.push(clone.commitWith("secrets.txt", FileMode.SYMLINK, target)))
                    .contains("secrets.txt: symbolic links are not allowed");
        }
        assertUntouched();
    }

    @Test
    void refusesSubmodules() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            assertThat(clone.push(clone.commitWith("other", FileMode.GITLINK, clone.head())))
                    .contains("other: submodules are not allowed");
        }
        assertUntouched();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", ".git", ".GIT", "git~1", "a\\b/../c"})
    void refusesNamesThatLeadElsewhere(String name) {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            ObjectId content = clone.blob(new byte[] {1});
            String refusal =
                    clone.push(
                            clone.commit(
                                    objects -> {
                                        TreeFormatter inner = new TreeFormatter();
                                        inner.append("file.txt", FileMode.REGULAR_FILE, content);
                                        TreeFormatter tree = new TreeFormatter();
                                        tree.append(name, FileMode.TREE, objects.insert(inner));
                                        return objects.insert(tree);
                                    }));
            assertThat(refusal).contains("unpack").containsAnyOf("invalid name", "not allowed");
        }
        assertUntouched();
    }

    @Test
    void refusesTooManyFiles() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            for (int i = 0; i < LocalSites.LIMITS.filesMax(); i++) {
                clone.write("page-" + i + ".md", "Page " + i);
            }
            assertThat(clone.commit().push()).contains("more than 40 files and directories");
        }
        assertUntouched();
    }

    @Test
    void refusesARepositoryBomb() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            ObjectId content = clone.blob("boom".getBytes(StandardCharsets.UTF_8));
            String refusal =
                    clone.push(
                            clone.commit(
                                    objects -> {
                                        // Ten levels of ten times the same: 10^10 files.
                                        TreeFormatter leaf = new TreeFormatter();
                                        leaf.append("file.txt", FileMode.REGULAR_FILE, content);
                                        ObjectId level = objects.insert(leaf);
                                        for (int depth = 0; depth < 10; depth++) {
                                            TreeFormatter tree = new TreeFormatter();
                                            for (int i = 0; i < 10; i++) {
                                                tree.append("d" + i, FileMode.TREE, level);
                                            }
                                            level = objects.insert(tree);
                                        }
                                        return level;
                                    }));
            assertThat(refusal).contains("directories are nested more than 4 deep");
        }
        assertUntouched();
    }

    @Test
    void refusesTheSameFileTooManyTimesOver() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            ObjectId content = clone.blob(new byte[200_000]);
            String refusal =
                    clone.push(
                            clone.commit(
                                    objects -> {
                                        TreeFormatter tree = new TreeFormatter();
                                        for (char name = 'a'; name <= 'd'; name++) {
                                            tree.append(
                                                    name + ".txt", FileMode.REGULAR_FILE, content);
                                        }
                                        return objects.insert(tree);
                                    }));
            assertThat(refusal).contains("larger than 500,000 bytes together");
        }
        assertUntouched();
    }

    @Test
    void refusesALargeFile() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            // A few hundred bytes as sent.
            assertThat(clone.write("large.txt", new byte[300_001]).commit().push())
                    .contains("300,001")
                    .contains("300,000");
        }
        assertUntouched();
    }

    @Test
    void refusesALargePush() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            Random random = new Random(7);
            for (int i = 0; i < 6; i++) {
                byte[] noise = new byte[250_000];
                random.nextBytes(noise);
                clone.write("noise-" + i + ".txt", noise);
            }
            assertThat(clone.commit().push()).contains("the push is larger than 1,000,000 bytes");
        }
        assertUntouched();
    }

    @Test
    void refusesAPushThatIsLargeOnceItIsUnpacked() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            for (int i = 0; i < 20; i++) {
                byte[] zeros = new byte[290_000];
                zeros[0] = (byte) i;
                clone.write("zeros-" + i + ".txt", zeros);
            }
            assertThat(clone.commit().push())
                    .contains("the push is larger than 4,000,000 bytes when it is unpacked");
        }
        assertUntouched();
    }

    @Test
    void refusesTooManyObjects() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            for (int i = 0; i < 501; i++) {
                clone.write("many/file-" + i + ".txt", "File " + i);
            }
            assertThat(clone.commit().push()).contains("the push has more than 500 objects");
        }
        assertUntouched();
    }

    @Test
    void refusesToRewriteOrDeleteMain() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            assertThat(clone.write("about.md", "One").commit().push()).isEmpty();
            assertThat(clone.push("+" + clone.parent().name() + ":refs/heads/main"))
                    .contains("main only moves forward");
            assertThat(clone.push(":refs/heads/main")).contains("main cannot be deleted");
            // What is not built may be rewritten and deleted.
            assertThat(clone.push("HEAD:refs/heads/idea")).isEmpty();
            assertThat(clone.push("+" + clone.parent().name() + ":refs/heads/idea")).isEmpty();
            assertThat(clone.push(":refs/heads/idea")).isEmpty();
        }
    }

    @Test
    void takesAsManyBranchesAsThereMayBeAndNothingElse() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            String[] specs = new String[LocalSites.LIMITS.refsMax()];
            for (int i = 0; i < specs.length; i++) {
                specs[i] = "HEAD:refs/heads/idea-" + i;
            }
            // With main they would be one too many.
            assertThat(clone.push(specs).lines())
                    .singleElement()
                    .asString()
                    .contains("more than 8 branches and tags");
            assertThat(clone.push("HEAD:refs/notes/x")).contains("only branches and tags");
        }
    }

    @Test
    void refusesMoreThanTheRepositoryMayHold() {
        sites.close();
        SiteLimits limits = LocalSites.LIMITS;
        sites =
                new LocalSites(
                        sites.directory(),
                        new SiteLimits(
                                limits.pushBytesMax(),
                                limits.pushUnpackedBytesMax(),
                                limits.pushObjectsMax(),
                                limits.objectBytesMax(),
                                400_000,
                                limits.refsMax(),
                                limits.filesMax(),
                                limits.sourceBytesMax(),
                                limits.depthMax(),
                                limits.pageBytesMax(),
                                limits.buildTimeMax()));
        sites.accounts.put(NOTES.userId(), ADA);
        Random random = new Random(7);
        byte[] noise = new byte[250_000];
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            // Refused pushes leave nothing that counts.
            ObjectId link = clone.blob("/etc/passwd".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) {
                random.nextBytes(noise);
                ObjectId content = clone.blob(noise.clone());
                ObjectId refused =
                        clone.commit(
                                objects -> {
                                    TreeFormatter tree = new TreeFormatter();
                                    tree.append("a.txt", FileMode.REGULAR_FILE, content);
                                    tree.append("b.txt", FileMode.SYMLINK, link);
                                    return objects.insert(tree);
                                });
                assertThat(clone.push(refused)).contains("symbolic links");
            }
            for (int i = 0; i < 2; i++) {
                random.nextBytes(noise);
                assertThat(clone.write("noise.txt", noise).commit().push()).isEmpty();
            }
            random.nextBytes(noise);
            assertThat(clone.write("noise.txt", noise).commit().push())
                    .contains("the repository is larger than 400,000 bytes");
        }
    }

    @Test
    void refusesToUnpackARequestWithoutEnd() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] wants =
                ("0032want " + "0".repeat(40) + "\n")
                        .repeat(1_000)
                        .getBytes(StandardCharsets.US_ASCII);
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 200; i++) {
                gzip.write(wants);
            }
        }
        HttpResponse<String> refused =
                sites.send(
                        HttpRequest.newBuilder(sites.at("/git/ada/notes.git/git-upload-pack"))
                                .header("Authorization", basic("ada", ADA.token()))
                                .header("Content-Type", "application/x-git-upload-pack-request")
                                .header("Content-Encoding", "gzip")
                                .POST(BodyPublishers.ofByteArray(packed.toByteArray()))
                                .build());

        assertThat(packed.size()).isLessThan(1_000_000);
        assertThat(refused.body()).doesNotContain("PACK");
        assertThat(sites.get("/-/health").statusCode()).isEqualTo(200);
    }

    private void assertUntouched() {
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            assertThat(clone.commits()).isEqualTo(1);
        }
        assertThat(sites.pushed).isEmpty();
    }

    private static String basic(String login, String token) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString((login + ":" + token).getBytes(StandardCharsets.UTF_8));
    }
}
