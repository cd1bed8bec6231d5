package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.SERVICE;
import static tools.choco.onboarding.session.SessionFixtures.completeSiteStep;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.requestOf;
import static tools.choco.onboarding.session.SessionFixtures.requestSite;
import static tools.choco.onboarding.session.SessionFixtures.selectPath;
import static tools.choco.onboarding.session.SessionFixtures.start;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.session.Progress.Requirements;
import tools.choco.onboarding.site.FailSite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteState;

/** What a session still needs, from the request of its site to the site that is live. */
class RequirementsTest {

    private final LiveSessions live = new LiveSessions();

    @BeforeEach
    void completeAllButThePathAndTheSite() {
        live.send(start());
        live.send(completeStep("profile"));
        live.send(completeStep("workspace-hub"));
    }

    @Test
    void asksForTheSiteAfterEverythingElse() {
        assertThat(requirements())
                .isEqualTo(new Requirements(List.of("path"), List.of("site"), List.of()));

        live.send(selectPath("blog"));

        assertThat(requirements())
                .isEqualTo(new Requirements(List.of("site"), List.of(), List.of()));
    }

    @Test
    void waitsForASiteThatWasRequested() {
        SiteState site = live.request(requestSite()).state();

        assertThat(requirements(site))
                .isEqualTo(new Requirements(List.of("path"), List.of(), List.of("site")));

        live.send(selectPath("blog"));

        assertThat(requirements(site))
                .isEqualTo(new Requirements(List.of(), List.of(), List.of("site")));
    }

    @Test
    void asksAgainWhenTheSiteHasFailed() {
        live.send(selectPath("blog"));
        SiteState site = live.request(requestSite()).state();

        assertThat(requirements(failed(site)))
                .isEqualTo(new Requirements(List.of("site"), List.of(), List.of()));
    }

    @Test
    void waitsForTheSiteThatHasNotFailed() {
        live.send(selectPath("blog"));
        SiteState site = live.request(requestSite()).state();

        assertThat(requirements(failed(site), site))
                .isEqualTo(new Requirements(List.of(), List.of(), List.of("site")));
    }

    @Test
    void needsNothingOnceTheSiteIsThere() {
        live.send(selectPath("blog"));
        SiteState site = live.request(requestSite()).state();
        live.send(completeSiteStep());

        assertThat(requirements(site)).isEqualTo(new Requirements(List.of(), List.of(), List.of()));
    }

    private Requirements requirements(SiteState... requested) {
        return live.replayed(SessionFixtures.SESSION).progress().requirements(List.of(requested));
    }

    private SiteState failed(SiteState site) {
        return live.live
                .<SiteAnswer>send(
                        new FailSite(
                                site.id(),
                                null,
                                ErrorKind.ERROR_KIND_INTERNAL,
                                "",
                                requestOf(SERVICE)))
                .state();
    }
}
