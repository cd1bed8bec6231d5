package tools.choco.onboarding.hosting.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.provisioning.HostedSite;

/** What a browser gets, over the real port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SitePagesTest {

    private static final GithubAccount ADA = new GithubAccount("ada", "ada-secret-token");
    private static final HostedSite NOTES =
            new HostedSite("site-notes", "user-ada", "ada-notes", "blog-starter");
    private static final Pattern STYLES = Pattern.compile("href=\"(?:\\./)?(_/site\\.[^\"]+)\"");

    private LocalSites sites;

    @BeforeAll
    void open(@TempDir Path temporary) {
        sites = new LocalSites(temporary.resolve("hosting"), LocalSites.LIMITS);
        sites.accounts.put(NOTES.userId(), ADA);
        sites.hosting().resolveSource(NOTES, ADA, "ada/notes");
        sites.hosting().createProject(NOTES);
        sites.hosting().createDeployHook(NOTES);
        try (Workshop clone = sites.clone("ada/notes", ADA)) {
            String refusals =
                    clone.write(
                                    "evil.md",
                                    """
                                    ---
                                    title: "<script>alert('title')</script>"
                                    tags: ["<img src=x onerror=alert(1)>"]
                                    ---
                                    <script>alert('body')</script>

                                    Text <img src=x onerror="alert(1)"> text

                                    [one](javascript:alert(1)) [two](JaVaScRiPt:alert(1))
                                    [three](java&#10;script:alert(1)) [four](data:text/html,hi)
                                    [five](vbscript:x) ![six](data:image/svg+xml,hi)
                                    [seven]( &#1;javascript:alert(1)) <javascript:alert(1)>
                                    """)
                            .write("images/photo.png", new byte[] {1, 2, 3})
                            .write("images/drawing.svg", "<svg><script>alert(1)</script></svg>")
                            .write("paper.pdf", "%PDF")
                            .write("notes.txt", "plain")
                            .write("page.html", "<script>alert(1)</script>")
                            .write("code.js", "alert(1)")
                            .write("_hidden.md", "hidden")
                            .write("with space/Grüße.md", "Grüße!")
                            .commit()
                            .push();
            assertThat(refusals).isEmpty();
        }
        assertThat(sites.hosting().deploy(NOTES).detail())
                .startsWith("Built 7 pages")
                .contains("not served: 2");
    }

    @AfterAll
    void close() {
        sites.close();
    }

    @Test
    void servesAPageThatIsCheckedAnewAndCarriesNoScript() {
        HttpResponse<String> page = sites.get("/ada-notes/posts/hello/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(header(page, "Content-Type")).isEqualToIgnoringCase("text/html;charset=utf-8");
        assertThat(header(page, "Cache-Control")).contains("max-age=0").contains("must-revalidate");
        assertThat(header(page, "Content-Security-Policy"))
                .startsWith("default-src 'none'")
                .contains("style-src 'self'")
                .contains("frame-ancestors 'none'")
                .doesNotContain("script-src")
                .doesNotContain("unsafe");
        assertThat(header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(page, "Referrer-Policy")).isEqualTo("strict-origin-when-cross-origin");
        assertThat(page.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(page.headers().firstValue("Server")).isEmpty();
        assertThat(page.body())
                .startsWith("<!doctype html>")
                .contains("<h1>Hello, world</h1>")
                .doesNotContain("<script")
                .doesNotContain("style=");
    }

    @Test
    void servesStylesThatMayBeKeptForEver() {
        Matcher link = STYLES.matcher(sites.get("/ada-notes/").body());
        assertThat(link.find()).isTrue();

        HttpResponse<String> styles = sites.get("/ada-notes/" + link.group(1));

        assertThat(styles.statusCode()).isEqualTo(200);
        assertThat(header(styles, "Content-Type")).startsWith("text/css");
        assertThat(header(styles, "Cache-Control")).contains("immutable");
    }

    @Test
    void answersWithoutABodyWhatIsUnchanged() {
        HttpResponse<String> page = sites.get("/ada-notes/");
        String tag = header(page, "ETag");

        HttpResponse<String> same = sites.get("/ada-notes/", "If-None-Match", "\"x\", W/" + tag);
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(header(same, "ETag")).isEqualTo(tag);
        assertThat(
                        sites.get("/ada-notes/", "If-Modified-Since", header(page, "Last-Modified"))
                                .statusCode())
                .isEqualTo(304);
        assertThat(sites.get("/ada-notes/", "If-None-Match", "\"other\"").statusCode())
                .isEqualTo(200);
        // A tag says more than a time.
        assertThat(
                        sites.get(
                                        "/ada-notes/",
                                        "If-None-Match",
                                        "\"other\"",
                                        "If-Modified-Since",
                                        header(page, "Last-Modified"))
                                .statusCode())
                .isEqualTo(200);
    }

    @Test
    void answersHeadLikeGetWithoutTheBody() {
        HttpResponse<String> page = sites.get("/ada-notes/");
        HttpResponse<String> head = sites.send("HEAD", "/ada-notes/");

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length")).isEqualTo(header(page, "Content-Length"));
        assertThat(header(head, "ETag")).isEqualTo(header(page, "ETag"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"})
    void refusesToDoAnythingElse(String method) {
        HttpResponse<String> refused = sites.send(method, "/ada-notes/");

        assertThat(refused.statusCode()).isEqualTo(405);
    }

    @Test
    void leadsToTheAddressWithTheSlash() {
        assertThat(location("/ada-notes")).isEqualTo("/ada-notes/");
        assertThat(location("/ada-notes/about")).isEqualTo("/ada-notes/about/");
        assertThat(location("/ada-notes/with%20space/Gr%C3%BC%C3%9Fe"))
                .isEqualTo("/ada-notes/with%20space/Gr%C3%BC%C3%9Fe/");
    }

    @Test
    void servesNamesOfManyLanguages() {
        // Composed and decomposed, as browsers and file systems have it.
        assertThat(sites.get("/ada-notes/with%20space/Gr%C3%BC%C3%9Fe/").body()).contains("Grüße!");
        assertThat(sites.get("/ada-notes/with%20space/Gru%CC%88%C3%9Fe/").body())
                .contains("Grüße!");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nobody/",
                "/ada-notes/nothing/",
                "/ada-notes/_hidden/",
                "/ada-notes/page.html",
                "/ada-notes/code.js",
                "/ada-notes/site.yaml",
                "/ada-notes/README/",
                "/ada-notes/index.md",
                "/ada-notes/list.json",
                "/ada-notes/../site.json",
                "/ada-notes/%2e%2e/site.json",
                "/welcome/ada-notes/nothing/",
                "/welcome/nobody/",
                "/-/nothing"
            })
    void saysNicelyThatThereIsNothing(String path) {
        HttpResponse<String> missing = sites.get(path);

        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(header(missing, "Cache-Control")).isEqualTo("no-store");
        assertThat(missing.body()).contains("<h1>There is no such page</h1>");
        Matcher styles = Pattern.compile("href=\"(/-/_/site[^\"]+)\"").matcher(missing.body());
        assertThat(styles.find()).isTrue();
        assertThat(sites.get(styles.group(1)).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ada-notes/a%2fb", "/ada-notes/%5c..%5c", "/ada-notes/%00"})
    void refusesPathsThatAreNone(String path) {
        assertThat(sites.get(path).statusCode()).isIn(400, 404);
    }

    @Test
    void showsScriptsAsText() {
        String body = sites.get("/ada-notes/evil/").body();

        assertThat(body)
                .contains("&lt;script&gt;alert(&#39;title&#39;)&lt;/script&gt;")
                .contains("&lt;script&gt;alert('body')&lt;/script&gt;")
                .doesNotContain("<script")
                .doesNotContain("<img src=x")
                .doesNotContainIgnoringCase("href=\"javascript")
                .doesNotContain("href=\"data:")
                .doesNotContain("src=\"data:");
        Matcher links = Pattern.compile("(?:href|src)=\"([^\"]*)\"").matcher(body);
        while (links.find()) {
            // What a browser makes of it before it looks at the scheme.
            assertThat(links.group(1).replaceAll("[\\p{Cntrl}\\s]", ""))
                    .doesNotStartWithIgnoringCase("javascript:")
                    .doesNotStartWithIgnoringCase("vbscript:");
        }
    }

    @Test
    void putsDrawingsIntoASandbox() {
        HttpResponse<String> drawing = sites.get("/ada-notes/images/drawing.svg");

        assertThat(header(drawing, "Content-Type")).isEqualTo("image/svg+xml");
        assertThat(header(drawing, "Content-Security-Policy"))
                .startsWith("default-src 'none'")
                .endsWith("sandbox");
        assertThat(header(drawing, "X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void servesOtherFilesUnderTheirType() {
        for (List<String> file :
                List.of(
                        List.of("images/photo.png", "image/png"),
                        List.of("paper.pdf", "application/pdf"),
                        List.of("notes.txt", "text/plain;charset=utf-8"),
                        List.of("feed.xml", "application/atom+xml;charset=utf-8"))) {
            HttpResponse<String> answer = sites.get("/ada-notes/" + file.getFirst());
            assertThat(answer.statusCode()).as(file.getFirst()).isEqualTo(200);
            assertThat(header(answer, "Content-Type")).isEqualToIgnoringCase(file.getLast());
            assertThat(header(answer, "Content-Security-Policy")).startsWith("default-src 'none'");
        }
    }

    @Test
    void saysThatItWorks() {
        assertThat(sites.get("/-/health").body()).isEqualTo("ok\n");
    }

    @Test
    void hasNoLinkThatLeadsNowhere() {
        for (String template : List.of("blog-starter", "docs-starter", "portfolio-starter")) {
            HostedSite site =
                    new HostedSite("site-" + template, "user-bob", "bob-" + template, template);
            String url = sites.hosting().publishWelcomeSite(site).url();
            LinkWalk walk = new LinkWalk(sites, url);
            assertThat(walk.broken()).as(template).isEmpty();
            assertThat(walk.pages()).as(template).hasSizeGreaterThan(4);
        }
    }

    private String location(String path) {
        HttpResponse<String> answer = sites.get(path);
        assertThat(answer.statusCode()).isEqualTo(301);
        return header(answer, "Location");
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
