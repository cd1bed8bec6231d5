package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static tools.choco.onboarding.events.v1.DeployStatus.DEPLOY_STATUS_BUILDING;
import static tools.choco.onboarding.events.v1.DeployStatus.DEPLOY_STATUS_FAILED;
import static tools.choco.onboarding.events.v1.DeployStatus.DEPLOY_STATUS_READY;
import static tools.choco.onboarding.events.v1.DeployStatus.DEPLOY_STATUS_UNSPECIFIED;
import static tools.choco.onboarding.site.SiteFixtures.LIVE_URL;
import static tools.choco.onboarding.site.SiteFixtures.adoptedSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.deploy;
import static tools.choco.onboarding.site.SiteFixtures.deployed;
import static tools.choco.onboarding.site.SiteFixtures.ownSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.welcomeSite;
import static tools.choco.onboarding.site.SiteTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.events.v1.LifecycleStage;

class RecordDeployTest {

    private final SiteTestBed site = new SiteTestBed();

    @Test
    void leavesALiveSiteLiveAndServedWhenARedeployFails() {
        site.given(liveAnd(deployed(DEPLOY_STATUS_READY, LIVE_URL, "built a1b2c3")))
                .when(deploy(DEPLOY_STATUS_FAILED, "", "broken link"))
                .expectEvents(deployed(DEPLOY_STATUS_FAILED, "", "broken link"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    SiteState state = it.state();
                                    assertThat(state.deployStatus())
                                            .isEqualTo(DEPLOY_STATUS_FAILED);
                                    assertThat(state.lifecycleStage())
                                            .isEqualTo(LifecycleStage.LIFECYCLE_STAGE_LIVE);
                                    assertThat(state.provisioning())
                                            .isEqualTo(ProvisioningState.LIVE);
                                    assertThat(state.deployUrl()).isEqualTo(LIVE_URL);
                                }));
    }

    @Test
    void leavesTheAdoptionToItsFirstDeploy() {
        site.given(adoptedSiteAt(ProvisioningState.HOOK_CREATED))
                .when(deploy(DEPLOY_STATUS_READY, LIVE_URL, ""))
                .expectEvents(deployed(DEPLOY_STATUS_READY, LIVE_URL, ""))
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().lifecycleStage())
                                                .isEqualTo(
                                                        LifecycleStage.LIFECYCLE_STAGE_ADOPTED)));
    }

    @Test
    void ignoresWhatItKnows() {
        site.given(liveAnd(deployed(DEPLOY_STATUS_READY, LIVE_URL, "built a1b2c3")))
                .when(deploy(DEPLOY_STATUS_READY, "", "built a1b2c3"))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void keepsNothingReadableOfWhatWasSaid() {
        site.given(liveAnd(deployed(DEPLOY_STATUS_FAILED, "", "ada.md: not closed")))
                .when(deploy(DEPLOY_STATUS_FAILED, "", "grace.md: not closed"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().detail(site.texts))
                                            .contains("grace.md: not closed");
                                    assertThat(it.state().toString()).doesNotContain("grace.md");
                                }));
    }

    @Test
    void tellsTwoBuildsOfTheSameOutcomeApart() {
        site.given(liveAnd(deployed(DEPLOY_STATUS_READY, LIVE_URL, "built a1b2c3")))
                .when(deploy(DEPLOY_STATUS_READY, LIVE_URL, "built d4e5f6"))
                .expectEvents(deployed(DEPLOY_STATUS_READY, LIVE_URL, "built d4e5f6"));
    }

    @Test
    void followsTheSiteToAnotherAddress() {
        String moved = "https://elsewhere.test/";

        site.given(liveAnd(deployed(DEPLOY_STATUS_READY, LIVE_URL, "")))
                .when(deploy(DEPLOY_STATUS_READY, moved, ""))
                .expectEvents(deployed(DEPLOY_STATUS_READY, moved, ""))
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.state().deployUrl()).isEqualTo(moved)));
    }

    @Test
    void refusesAWelcomeSite() {
        site.given(welcomeSite())
                .when(deploy(DEPLOY_STATUS_BUILDING, "", ""))
                .expectNoEvents()
                .expectException(refused(Refusal.SITE_HOSTED_BY_PLATFORM));
    }

    @Test
    void neverRecordsABuildWithoutAnOutcome() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> deploy(DEPLOY_STATUS_UNSPECIFIED, "", ""));
    }

    private static List<Object> liveAnd(Object event) {
        List<Object> events = new ArrayList<>(ownSiteAt(ProvisioningState.LIVE));
        events.add(event);
        return events;
    }
}
