package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.User;

@ExtendWith(Stage.Shared.class)
class PushedSitesTest {

    private final Stage stage;
    private final RecordingHost host;
    private final PushedSites pushes;
    private final TextVault texts;
    private final User user;

    PushedSitesTest(Stage stage) {
        this.stage = stage;
        host = stage.host();
        pushes = stage.service().part(PushedSites.class);
        texts = stage.service().part(TextVault.class);
        user = User.of(stage.service());
        user.linkGithub();
    }

    @Test
    void areBuiltAgain() {
        SiteId site = live();

        pushes.pushed(site.value());

        awaitBuilds(site, 2);
        assertThat(stage.deploys(site)).containsExactly("building", "ready", "building", "ready");
    }

    @Test
    void stayLiveWhenABuildFails() {
        SiteId site = live();
        host.setBroken(site.value(), true);

        pushes.pushed(site.value());

        awaitBuilds(site, 2);
        assertThat(stage.read(site).deployStatus()).isEqualTo(DeployStatus.DEPLOY_STATUS_FAILED);
        assertThat(stage.read(site).detail(texts)).contains("index.md: cannot be read");
        assertThat(stage.read(site).deployUrl()).startsWith("http://sites.example/");
        assertThat(stage.read(site).provisioning()).isEqualTo(ProvisioningState.LIVE);
    }

    @Test
    void areBuiltOnceMoreForAllThePushesDuringABuild() throws Exception {
        SiteId site = live();
        CountDownLatch building = new CountDownLatch(1);
        CountDownLatch pushed = new CountDownLatch(1);
        host.atNext(
                RecordingHost.DEPLOY,
                site.value(),
                () -> {
                    building.countDown();
                    try {
                        pushed.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
        pushes.pushed(site.value());
        assertThat(building.await(30, TimeUnit.SECONDS)).isTrue();

        for (int i = 0; i < 10; i++) {
            pushes.pushed(site.value());
        }
        assertThat(stage.tasks(site)).hasSize(1);
        pushed.countDown();

        awaitBuilds(site, 3);
        assertThat(host.calls(RecordingHost.DEPLOY, site.value())).isEqualTo(3);
    }

    @Test
    void goLiveByThePushThatMendsTheirFirstBuild() {
        String session = user.started("default");
        SiteId site = stage.next(session);
        host.setBroken(site.value(), true);
        stage.request(user, session);
        stage.awaitUntil(() -> assertThat(stage.tries(site)).endsWith("hook_created waits"));
        host.setBroken(site.value(), false);

        pushes.pushed(site.value());

        stage.awaitAtRest(site, ProvisioningState.LIVE);
    }

    @Test
    void areTriedAgainWhereTheHostIsAwayForAWhile() {
        SiteId site = live();
        stage.failNext(site, RecordingHost.DEPLOY, HostingFailure.Kind.PASSING, 2);

        pushes.pushed(site.value());

        awaitBuilds(site, 4);
        assertThat(stage.read(site).deployStatus()).isEqualTo(DeployStatus.DEPLOY_STATUS_READY);
    }

    @Test
    void areGivenUpWhereTheHostStaysAway() {
        SiteId site = live();
        stage.failNext(site, RecordingHost.DEPLOY, HostingFailure.Kind.PASSING, Stage.TRIES_MAX);

        pushes.pushed(site.value());

        awaitBuilds(site, 1 + Stage.TRIES_MAX);
        assertThat(stage.read(site).deployStatus()).isEqualTo(DeployStatus.DEPLOY_STATUS_FAILED);
        assertThat(stage.read(site).detail(texts)).contains("as the test says");
        assertThat(stage.read(site).provisioning()).isEqualTo(ProvisioningState.LIVE);
    }

    private SiteId live() {
        SiteId site = stage.request(user);
        stage.awaitAtRest(site, ProvisioningState.LIVE);
        return site;
    }

    private void awaitBuilds(SiteId site, int builds) {
        stage.awaitUntil(
                () -> {
                    assertThat(host.calls(RecordingHost.DEPLOY, site.value())).isEqualTo(builds);
                    assertThat(stage.tasks(site)).isEmpty();
                });
    }
}
