package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.site.SiteFixtures.NOON;
import static tools.choco.onboarding.site.SiteFixtures.SITE;
import static tools.choco.onboarding.site.SiteFixtures.adopt;
import static tools.choco.onboarding.site.SiteFixtures.adopted;
import static tools.choco.onboarding.site.SiteFixtures.adoptedSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.at;
import static tools.choco.onboarding.site.SiteFixtures.keyed;
import static tools.choco.onboarding.site.SiteFixtures.ownSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.read;
import static tools.choco.onboarding.site.SiteFixtures.request;
import static tools.choco.onboarding.site.SiteFixtures.sentWith;
import static tools.choco.onboarding.site.SiteFixtures.welcomeRequested;
import static tools.choco.onboarding.site.SiteFixtures.welcomeSite;
import static tools.choco.onboarding.site.SiteFixtures.welcomed;
import static tools.choco.onboarding.site.SiteTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.SagaKind;

class AdoptSiteTest {

    private final SiteTestBed site = new SiteTestBed();

    @Test
    void makesThePlaygroundTheUsersOwnInOneEvent() {
        site.clock.advance(Duration.ofDays(3));

        site.given(welcomeSite())
                .when(adopt(true))
                .expectEvents(at(NOON.plus(Duration.ofDays(3)), adopted()))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    SiteState state = it.state();
                                    assertThat(state.hostingMode())
                                            .isEqualTo(HostingMode.HOSTING_MODE_USER_GIT);
                                    assertThat(state.lifecycleStage())
                                            .isEqualTo(LifecycleStage.LIFECYCLE_STAGE_ADOPTED);
                                    assertThat(state.provisioning())
                                            .isEqualTo(ProvisioningState.REQUESTED);
                                    assertThat(state.sagaKind())
                                            .isEqualTo(SagaKind.SAGA_KIND_ADOPT);
                                    assertThat(state.attempt()).isEqualTo(1);
                                    assertThat(state.repository(site.texts))
                                            .contains(SiteFixtures.REPOSITORY);
                                    assertThat(state.requestedAt())
                                            .isEqualTo(NOON.plus(Duration.ofDays(3)));
                                    // The playground stays up until the first deploy.
                                    assertThat(state.deployUrl())
                                            .isEqualTo(SiteFixtures.WELCOME_URL);
                                }));
    }

    @Test
    void namesNoRepositoryOnceTheUsersKeysAreDestroyed() {
        site.texts.destroy(SiteFixtures.ADA);

        site.given(welcomeRequested(), welcomed(), adopted())
                .when(read(SiteFixtures.USER))
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.state().repository(site.texts)).isEmpty()));
    }

    @Test
    void needsAGithubLink() {
        site.given(welcomeSite())
                .when(adopt(false))
                .expectNoEvents()
                .expectException(refused(Refusal.GITHUB_LINK_REQUIRED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void losesAgainstAnotherAdoption(boolean linked) {
        site.given(welcomeRequested(), welcomed(), adopted())
                .when(adopt(linked))
                .expectNoEvents()
                .expectException(refused(Refusal.SITE_ALREADY_ADOPTED));
    }

    @Test
    void losesAlsoWhenTheAdoptionIsOver() {
        site.given(adoptedSiteAt(ProvisioningState.LIVE))
                .when(adopt(true))
                .expectNoEvents()
                .expectException(refused(Refusal.SITE_ALREADY_ADOPTED));
    }

    @Test
    void answersTheRepeatOfTheAdoptionThatWon() {
        site.given(welcomeRequested(), welcomed(), sentWith(keyed("k1"), adopted()))
                .when(adopt(true, keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @Test
    void refusesASiteThatWasTheUsersOwnFromTheStart() {
        site.given(ownSiteAt(ProvisioningState.LIVE))
                .when(adopt(true))
                .expectNoEvents()
                .expectException(refused(Refusal.SITE_NOT_ADOPTABLE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "ada-lovelace/adas-notes", "A1/My.Site_2", "ada/.github"})
    void takesARepositoryByOwnerAndName(String repository) {
        assertThatCode(() -> new AdoptSite(SITE, repository, true, request()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ada",
                "/b",
                "a/",
                "a/b/c",
                "a/..",
                "../b",
                "a/.",
                "-a/b",
                "a-/b",
                "a--b/c",
                "a b/c",
                "a/b c",
                "a/b\n",
                "a/b%2f",
                "https://github.com/a/b"
            })
    void refusesWhatNamesNoRepository(String repository) {
        assertThatThrownBy(() -> new AdoptSite(SITE, repository, true, request()))
                .matches(refused(Refusal.GITHUB_REPO_INVALID)::matches);
    }
}
