package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.site.SiteFixtures.USER;
import static tools.choco.onboarding.site.SiteFixtures.adopted;
import static tools.choco.onboarding.site.SiteFixtures.create;
import static tools.choco.onboarding.site.SiteFixtures.keyed;
import static tools.choco.onboarding.site.SiteFixtures.keyedMetadata;
import static tools.choco.onboarding.site.SiteFixtures.newWelcomeSite;
import static tools.choco.onboarding.site.SiteFixtures.ownSite;
import static tools.choco.onboarding.site.SiteFixtures.requested;
import static tools.choco.onboarding.site.SiteFixtures.sentWith;
import static tools.choco.onboarding.site.SiteFixtures.welcomeRequested;
import static tools.choco.onboarding.site.SiteFixtures.welcomed;
import static tools.choco.onboarding.site.SiteTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;
import static tools.choco.onboarding.testing.Expectations.refused;

import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;

class CreateSiteTest {

    private final SiteTestBed site = new SiteTestBed();

    @Test
    void requestsTheProvisioningOfAUsersOwnSite() {
        site.givenNothing()
                .when(create(ownSite()))
                .expectEvents(requested())
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.created()).isTrue();
                                    assertThat(it.replayed()).isFalse();
                                    SiteState state = it.state();
                                    assertThat(state.id()).isEqualTo(SiteFixtures.SITE);
                                    assertThat(state.hostingMode())
                                            .isEqualTo(HostingMode.HOSTING_MODE_USER_GIT);
                                    assertThat(state.lifecycleStage())
                                            .isEqualTo(LifecycleStage.LIFECYCLE_STAGE_LIVE);
                                    assertThat(state.provisioning())
                                            .isEqualTo(ProvisioningState.REQUESTED);
                                    assertThat(state.attempt()).isEqualTo(1);
                                    assertThat(state.deployUrl()).isNull();
                                    assertThat(state.githubRepo()).isNull();
                                    assertThat(state.revision()).isEqualTo(1);
                                }));
    }

    @Test
    void saysWhetherGithubIsLinked() {
        NewSite linked =
                new NewSite(
                        ownSite().sessionId(),
                        ownSite().userId(),
                        null,
                        ownSite().slug(),
                        ownSite().hostingMode(),
                        ownSite().templateId(),
                        true,
                        null);

        site.givenNothing()
                .when(create(linked))
                .expectEvents(
                        requested().toBuilder().setHasGithubLink(true).clearWorkspaceId().build());
    }

    @Test
    void requestsAndProvisionsAWelcomeSiteInOneAppend() {
        site.givenNothing()
                .when(create(newWelcomeSite(), keyed("k1")))
                .expectEvents(welcomeRequested(), welcomed())
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(it)
                                                .allSatisfy(
                                                        event ->
                                                                assertThat(event.getMetaData())
                                                                        .isEqualTo(
                                                                                keyedMetadata(
                                                                                        "k1")))))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    SiteState state = it.state();
                                    assertThat(state.isWelcomeSite()).isTrue();
                                    assertThat(state.lifecycleStage())
                                            .isEqualTo(LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND);
                                    assertThat(state.provisioning()).isNull();
                                    assertThat(state.githubRepo()).isNull();
                                    assertThat(state.deployStatus()).isNull();
                                    assertThat(state.deployUrl())
                                            .isEqualTo(SiteFixtures.WELCOME_URL);
                                }));
    }

    @Test
    void cannotCreateAWelcomeSiteThatIsServedNowhere() {
        NewSite unserved =
                new NewSite(
                        newWelcomeSite().sessionId(),
                        newWelcomeSite().userId(),
                        null,
                        newWelcomeSite().slug(),
                        newWelcomeSite().hostingMode(),
                        newWelcomeSite().templateId(),
                        false,
                        null);

        site.givenNothing()
                .when(create(unserved))
                .expectNoEvents()
                .expectException(NullPointerException.class);
    }

    @Test
    void returnsTheSiteThatIsThere() {
        site.given(requested())
                .when(create(ownSite()))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.created()).isFalse();
                                    assertThat(it.replayed()).isFalse();
                                }));
    }

    @Test
    void answersARepeatAsIfItCreatedTheSite() {
        site.given(sentWith(keyed("k1"), requested()))
                .when(create(ownSite(), keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.created()).isTrue();
                                    assertThat(it.replayed()).isTrue();
                                }));
    }

    @Test
    void looksAtNoPreconditionSinceThatIsOfTheSession() {
        Request request = new Request(USER, SiteFixtures.CORRELATION, null, "", 41L);

        site.given(requested())
                .when(create(ownSite(), request))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void refusesAnotherHostingMode() {
        site.given(requested())
                .when(create(newWelcomeSite()))
                .expectNoEvents()
                .expectException(refused(Refusal.SITE_ALREADY_REQUESTED));
    }

    @Test
    void refusesAnotherTemplate() {
        site.given(requested().toBuilder().setTemplateId("docs").build())
                .when(create(ownSite()))
                .expectNoEvents()
                .expectException(refused(Refusal.SITE_ALREADY_REQUESTED));
    }

    @Test
    void refusesToMakeAPlaygroundOfAnAdoptedSite() {
        site.given(welcomeRequested(), welcomed(), adopted())
                .when(create(newWelcomeSite()))
                .expectNoEvents()
                .expectException(refused(Refusal.SITE_ALREADY_REQUESTED));
    }
}
