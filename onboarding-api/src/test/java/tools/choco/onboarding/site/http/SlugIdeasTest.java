package tools.choco.onboarding.site.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.choco.onboarding.site.Slug;

class SlugIdeasTest {

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(60),
                Arbitraries.strings()
                        .withCharRange('a', 'd')
                        .withChars('-', '1', 'Z', ' ')
                        .ofMaxLength(60));
    }

    @Property(tries = 500)
    void areValidAndManyAndNeverWhatWasAskedFor(@ForAll("texts") String wanted) {
        List<Slug> ideas = SlugIdeas.like(wanted);

        assertThat(ideas)
                .hasSizeGreaterThan(10)
                .doesNotHaveDuplicates()
                .allSatisfy(idea -> assertThat(Slug.parse(idea.value())).isEqualTo(idea))
                .noneMatch(idea -> idea.value().equals(wanted));
    }

    @Example
    void keepToWhatWasAskedFor() {
        assertThat(texts("notes")).startsWith("notes-2", "notes-3");
        assertThat(texts("Ada's Notes!")).startsWith("ada-s-notes", "ada-s-notes-2");
        assertThat(texts("2026-notes-")).startsWith("notes", "notes-2");
        assertThat(texts("docs")).startsWith("docs-2");
        assertThat(texts("***")).startsWith("site", "site-2");
        assertThat(texts("a".repeat(50))).startsWith("a".repeat(40), "a".repeat(38) + "-2");
    }

    private static List<String> texts(String wanted) {
        return SlugIdeas.like(wanted).stream().map(Slug::value).toList();
    }
}
