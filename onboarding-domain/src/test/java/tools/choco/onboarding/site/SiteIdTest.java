package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.site.SiteFixtures.SESSION;
import static tools.choco.onboarding.site.SiteFixtures.SLUG;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.session.SessionId;

class SiteIdTest {

    @Test
    void isTheNameBasedUuidOfTheSlugInTheNameSpaceOfTheSession() {
        // As PostgreSQL and Python make it: uuid5(session, slug).
        assertThat(SiteId.of(SESSION, SLUG).value())
                .isEqualTo("89133c4e-442f-5ca6-a547-db0514107b42");
        assertThat(UUID.fromString(SiteId.of(SESSION, SLUG).value()).version()).isEqualTo(5);
    }

    @Test
    void differsBySessionAndBySlug() {
        SessionId another = new SessionId("01960000-0000-7000-8000-000000000002");

        assertThat(SiteId.of(SESSION, SLUG))
                .isEqualTo(SiteId.of(SESSION, SLUG))
                .isNotEqualTo(SiteId.of(another, SLUG))
                .isNotEqualTo(SiteId.of(SESSION, new Slug("another")));
    }

    @Test
    void takesTheCanonicalForm() {
        String printed = SiteId.of(SESSION, SLUG).value();

        assertThat(SiteId.of(printed)).isEqualTo(SiteId.of(SESSION, SLUG)).hasToString(printed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "adas-notes",
                "1-1-1-1-1",
                "5F0C2F3E-0000-5000-8000-000000000003",
                "5f0c2f3e-0000-5000-8000-000000000003 "
            })
    void findsNothingUnderAnyOtherForm(String value) {
        assertThatThrownBy(() -> SiteId.of(value))
                .matches(refused(Refusal.SITE_NOT_FOUND)::matches);
    }
}
