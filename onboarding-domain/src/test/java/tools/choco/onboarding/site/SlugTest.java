package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;

class SlugTest {

    static Stream<String> accepted() {
        return Stream.of("ada", "adas-notes", "a1b", "a-1", "a1-b2-c3", "a".repeat(40));
    }

    static Stream<String> malformed() {
        return Stream.of(
                "",
                "ab",
                "a".repeat(41),
                "Ada",
                "1st",
                "-ada",
                "ada-",
                "a--b",
                "ada_notes",
                "ada.notes",
                "ada/notes",
                "..",
                "../etc",
                "ada notes",
                "ada\n",
                "adá",
                "аda-notes"); // Begins with a Cyrillic letter.
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptsASlug(String value) {
        assertThat(Slug.parse(value)).hasToString(value);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesAnotherForm(String value) {
        assertThatThrownBy(() -> Slug.parse(value)).matches(refused(Refusal.SLUG_INVALID)::matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "git", "welcome", "api", "www", "admin", "sites", "static", "assets", "docs"
            })
    void refusesAReservedWord(String value) {
        assertThatThrownBy(() -> Slug.parse(value))
                .matches(refused(Refusal.SLUG_RESERVED)::matches);
    }

    /** It becomes part of addresses, names of directories and names of repositories. */
    @Property
    void letsNothingThroughThatNeedsEscaping(
            @ForAll
                    @StringLength(max = 45)
                    @Chars({'a', 'z', '0', '-', 'A', '.', '/', '_', '%', '\n'})
                    String value) {
        try {
            assertThat(Slug.parse(value).value())
                    .isEqualTo(value)
                    .matches("[a-z0-9-]{3,40}")
                    .matches("[a-z].*[a-z0-9]")
                    .doesNotContain("--");
        } catch (Refused refused) {
            assertThat(refused.refusal()).isIn(Refusal.SLUG_INVALID, Refusal.SLUG_RESERVED);
        }
    }
}
