package tools.choco.onboarding.hosting.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteRendererTest {

    private static final String URL = "https://sites.example.org/ada/";

    private final SiteRenderer renderer = new SiteRenderer(new Theme(), 20_000);
    private final Map<String, String> source =
            new TreeMap<>(
                    Map.of(
                            "site.yaml", "title: Ada\nlayout: blog\n",
                            "index.md", "---\ntitle: Home\n---\nWelcome."));

    @Test
    void givesEveryPageAnAddressOfItsOwn() {
        source.put("about.md", "About");
        source.put("posts/one.md", "---\ndate: 2026-11-01\n---\nOne");
        source.put("deep/er/index.md", "Deep");

        assertThat(build().keySet())
                .contains("", "about/", "posts/one/", "deep/er/")
                .noneMatch(it -> it.endsWith(".md"));
    }

    @Test
    void buildsTheSameFromTheSame() {
        source.put("posts/one.md", "---\ndate: 2026-11-01\ntags: [a, b]\n---\nOne");

        assertThat(build()).isEqualTo(build());
    }

    @Test
    void listsPostsFromTheNewestToTheOldest() {
        source.put("posts/a.md", "---\ntitle: Middle\ndate: 2026-05-01\n---\n");
        source.put("posts/b.md", "---\ntitle: Newest\ndate: 2026-11-01T10:00:00Z\n---\n");
        source.put("posts/c.md", "---\ntitle: Oldest\ndate: '2025-01-01'\n---\n");
        source.put("posts/d.md", "---\ntitle: Unwritten\ndraft: true\n---\n");

        assertThat(build().get(""))
                .containsSubsequence("Newest", "Middle", "Oldest")
                .contains("May 1, 2026")
                .doesNotContain("Unwritten");
        assertThat(build().get("feed.xml"))
                .containsSubsequence(URL + "posts/b/", URL + "posts/a/", URL + "posts/c/");
        assertThat(build().get("posts/a/"))
                .containsSubsequence("rel=\"prev\"", "Oldest", "rel=\"next\"", "Newest");
    }

    @Test
    void speaksTheLanguageOfTheSite() {
        source.put("site.yaml", "title: Ada\nlayout: blog\nlanguage: de-AT\n");
        source.put("posts/a.md", "---\ntitle: Erster\ndate: 2026-05-01\n---\n");

        assertThat(build().get("")).contains("lang=\"de-AT\"").contains("1. Mai 2026");
    }

    @Test
    void ordersDocumentationByChapter() {
        source.put("site.yaml", "title: Ada\nlayout: docs\n");
        source.put("b/index.md", "---\ntitle: First chapter\norder: 1\n---\n");
        source.put("b/two.md", "---\ntitle: Step two\norder: 2\n---\n");
        source.put("b/one.md", "---\ntitle: Step one\norder: 1\n---\n## Alpha\n## Beta\n");
        source.put("a/index.md", "---\ntitle: Second chapter\norder: 2\n---\n");
        source.put("c/loose.md", "# Loose page\n");

        assertThat(build().get("b/one/"))
                .containsSubsequence(
                        "id=\"contents\"",
                        "Home",
                        "First chapter",
                        "Step one",
                        "Step two",
                        "Second chapter",
                        "Loose page")
                .contains("<a href=\"#alpha\">Alpha</a>")
                .contains("id=\"alpha\"")
                .contains("aria-current=\"page\">Step one");
    }

    @Test
    void showsProjectsAsCards() {
        source.put("site.yaml", "title: Ada\nlayout: portfolio\n");
        source.put("projects/b.md", "---\ntitle: Bridge\norder: 1\nimage: pic.png\n---\nOf iron.");
        source.put("projects/a.md", "---\ntitle: Arch\norder: 2\n---\nOf stone.");
        source.put("projects/pic.png", "");

        assertThat(build().get(""))
                .containsSubsequence("Bridge", "Of iron.", "Arch", "Of stone.")
                .contains("src=\"./projects/pic.png\"");
        assertThat(build().get("projects/b/")).contains("src=\"../../projects/pic.png\"");
    }

    @ParameterizedTest
    @CsvSource({
        // Relative to the file, as in the repository: this one is not there.
        "about.md, ../../posts/about.md",
        "../about.md, ../../about/",
        "/about.md, ../../about/",
        "/about, ../../about/",
        "../../../../about.md#part, ../../about/#part",
        "two.md?x=1, ../../posts/two/?x=1",
        "./two.md, ../../posts/two/",
        "../img/a%20b.png, ../../img/a%20b.png",
        "../index.md, ../../",
        "/, ../../",
        "'#here', #here",
        "https://example.org/a.md, https://example.org/a.md",
        "mailto:a@example.org, mailto:a@example.org",
        "//example.org/x, //example.org/x",
    })
    void turnsPathsOfFilesIntoAddresses(String written, String address) {
        source.put("about.md", "About");
        source.put("img/a b.png", "");
        source.put("posts/two.md", "---\ndate: 2026-01-01\n---\n");
        source.put("posts/one.md", "---\ndate: 2026-01-01\n---\n[link](<" + written + ">)");
        assertThat(build().get("posts/one/")).contains("href=\"" + address + "\">link</a>");
    }

    @Test
    void takesTheTitleFromTheFirstHeading() {
        source.put("about.md", "# Who I *am*\n\nText.");
        source.put("no-title.md", "Text.");

        assertThat(build().get("about/")).containsOnlyOnce("<h1>Who I am</h1>");
        assertThat(build().get("no-title/")).contains("<h1>No title</h1>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "index.md|---\\ntitle: [a\\n---\\n|index.md:2",
                "index.md|---\\ntitle: a\\ntitle: b\\n---\\n|index.md",
                "index.md|---\\ntitle: a\\n|no closing line",
                "index.md|---\\n- a\\n---\\n|not a list of settings",
                "index.md|---\\ntitle: {a: b}\\n---\\n|'title' is not a text",
                "index.md|---\\ndraft: maybe\\n---\\n|'draft' is not true or false",
                "index.md|---\\norder: first\\n---\\n|'order' is not a whole number",
                "index.md|---\\ndate: yesterday\\n---\\n|'date' is not a date such as",
                "index.md|---\\ntitle: !!java.lang.Runtime x\\n---\\n|not valid YAML",
                "index.md|---\\ndraft: true\\n---\\n|There is no index.md",
                "posts/a.md|No date|a post needs a 'date'",
                "a:b.md|Text|a name of letters",
                "index/index.md|Text|OK",
                "site.yaml|layout: blog|needs a 'title'",
                "site.yaml|title: A|'layout' is not one of blog, docs, portfolio",
                "site.yaml|title: A\\nlayout: shop|'layout' is not one of",
                "site.yaml|title: A\\nlayout: blog\\ncolour: red|the setting 'colour' is not one of",
                "site.yaml|title: A\\nlayout: blog\\naccent: red|'accent' is not one of blue",
                "site.yaml|title: A\\nlayout: blog\\nlanguage: 1|'language' is not a language tag",
                "site.yaml|title: A\\nlayout: blog\\nnavigation: [{title: x}]|needs a 'title' and a 'link'"
            })
    void saysWhatIsWrongWithASource(String path, String text, String problem) {
        source.put(path, text.replace("\\n", "\n"));
        if (problem.equals("OK")) {
            assertThat(build()).containsKey("index/");
        } else {
            assertThatExceptionOfType(BrokenSource.class)
                    .isThrownBy(this::build)
                    .withMessageContaining(problem);
        }
    }

    @Test
    void needsAFrontPageAndSettings() {
        source.remove("index.md");
        assertThatExceptionOfType(BrokenSource.class)
                .isThrownBy(this::build)
                .withMessageContaining("There is no index.md");
        source.clear();
        assertThatExceptionOfType(BrokenSource.class)
                .isThrownBy(this::build)
                .withMessageContaining("There is no site.yaml");
    }

    @Test
    void refusesTwoPagesWithOneAddress() {
        source.put("about.md", "One");
        source.put("about/index.md", "Two");

        assertThatExceptionOfType(BrokenSource.class)
                .isThrownBy(this::build)
                .withMessageContaining("same address");
    }

    @Test
    void refusesPagesThatAreTooLongOrNoText() {
        source.put("about.md", "x".repeat(20_001));
        assertThatExceptionOfType(BrokenSource.class)
                .isThrownBy(this::build)
                .withMessageContaining("about.md: longer than 20,000 bytes");

        SourceFile binary = SourceFile.of("index.md", new byte[] {(byte) 0xC3, 0x28});
        assertThatExceptionOfType(BrokenSource.class)
                .isThrownBy(() -> renderer.build(List.of(binary), URL, (a, t, l, c) -> {}))
                .withMessageContaining("index.md: the file is not UTF-8 text");
    }

    @Test
    void boundsWhatYamlRepeats() {
        source.put(
                "index.md",
                """
                ---
                a: &a [x, x, x, x, x, x, x, x, x]
                b: &b [*a, *a, *a, *a, *a, *a, *a, *a]
                c: &c [*b, *b, *b, *b, *b, *b, *b, *b]
                title: A
                ---
                """);

        assertThatExceptionOfType(BrokenSource.class)
                .isThrownBy(this::build)
                .withMessageContaining("index.md");
    }

    @ParameterizedTest
    @CsvSource({
        "'>', 15000",
        "'[', 15000",
        "'*a ', 5000",
        "'![', 7000",
        "'- ', 7000",
        "'_a', 7000"
    })
    void copesWithTextThatNestsWithoutEnd(String opening, int times) {
        source.put("about.md", opening.repeat(times));

        try {
            assertThat(build()).containsKey("about/");
        } catch (BrokenSource refused) {
            assertThat(refused).hasMessageContaining("nested too deeply");
        }
    }

    @Test
    void escapesWhatTheSettingsSay() {
        source.put(
                "site.yaml",
                """
                title: "<b>Ada</b>"
                layout: blog
                description: '"><script>alert(1)</script>'
                author: "<i>Ada</i>"
                navigation:
                  - {title: "<u>Go</u>", link: "javascript:alert(1)"}
                  - {title: About, link: about.md}
                """);
        source.put("about.md", "---\nlink: 'javascript:alert(1)'\nimage: 'javascript:x'\n---\n");

        assertThat(build().get("about/"))
                .doesNotContain("<b>")
                .doesNotContain("<i>")
                .doesNotContain("<u>")
                .doesNotContain("<script")
                .doesNotContain("javascript:")
                .contains("<a href=\"../about/\" aria-current=\"page\">About</a>");
    }

    private Map<String, String> build() {
        Map<String, String> files = new TreeMap<>();
        try {
            renderer.build(
                    source.entrySet().stream()
                            .map(
                                    file ->
                                            SourceFile.of(
                                                    file.getKey(),
                                                    file.getValue()
                                                            .getBytes(StandardCharsets.UTF_8)))
                            .toList(),
                    URL,
                    (address, type, lasting, content) ->
                            files.put(address, new String(content, StandardCharsets.UTF_8)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return files;
    }
}
