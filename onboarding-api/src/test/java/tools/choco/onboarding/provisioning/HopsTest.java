package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.User;

@ExtendWith(Stage.Shared.class)
class HopsTest {

    private final Stage stage;
    private final RecordingHost host;
    private final Restart restart;
    private final User user;

    HopsTest(Stage stage) {
        this.stage = stage;
        host = stage.host();
        restart = stage.service().part(Restart.class);
        user = User.of(stage.service());
    }

    @Test
    void leadAUserWithGithubStraightToALiveSite() {
        user.linkGithub();

        SiteState live = stage.awaitAtRest(stage.request(user), ProvisioningState.LIVE);

        assertThat(live.deployStatus()).isEqualTo(DeployStatus.DEPLOY_STATUS_READY);
        assertThat(live.deployUrl()).isEqualTo("http://sites.example/" + live.slug() + "/");
        assertThat(live.projectId()).isEqualTo("project-" + live.id());
        assertThat(stage.tries(live.id()))
                .containsExactly(
                        "requested done",
                        "source_resolving done",
                        "source_resolved done",
                        "vercel_creating done",
                        "vercel_created done",
                        "hook_creating done",
                        "hook_created done");
        stage.awaitUntil(
                () ->
                        assertThat(
                                        stage.tables()
                                                .count(
                                                        """
                                                        SELECT count(*) FROM saga_associations
                                                        WHERE association_value = ?""",
                                                        live.id().value()))
                                .as("sagas of the site")
                                .isZero());
    }

    @Test
    void parkASiteAndHoldNothingForIt() {
        SiteId parked = stage.request(user);

        stage.awaitAtRest(parked, ProvisioningState.AWAITING_GITHUB);

        assertThat(host.calls(RecordingHost.SOURCE, parked.value())).isZero();
        assertThat(stage.tries(parked)).containsExactly("requested done", "source_resolving waits");
    }

    @Test
    void goOnForEverySiteOfAUserWhoLinksGithub() {
        String session = user.started("default");
        List<SiteId> parked =
                IntStream.range(0, 3).mapToObj(i -> stage.request(user, session)).toList();
        parked.forEach(site -> stage.awaitAtRest(site, ProvisioningState.AWAITING_GITHUB));
        SiteId others = stage.request(User.of(stage.service()));
        stage.awaitAtRest(others, ProvisioningState.AWAITING_GITHUB);

        user.linkGithub();

        parked.forEach(site -> stage.awaitAtRest(site, ProvisioningState.LIVE));
        assertThat(stage.read(others).provisioning()).isEqualTo(ProvisioningState.AWAITING_GITHUB);
    }

    @Test
    void doNotMissALinkThatIsMadeBetweenTheLookAndTheParking() {
        String session = user.started("default");
        SiteId site = stage.next(session);
        stage.at(
                "source_resolving/" + Checkpoints.BEFORE_PARKING,
                site,
                () -> {
                    assertThat(user.linkGithub().status()).isEqualTo(200);
                    // The link's own task comes too early: it finds nothing parked.
                    stage.awaitUntil(
                            () ->
                                    assertThat(
                                                    stage.tables()
                                                            .count(
                                                                    """
                                                                    SELECT count(*)
                                                                    FROM scheduled_tasks
                                                                    WHERE task_name = ?""",
                                                                    ParkedSites.RESUME))
                                            .isZero());
                });

        assertThat(stage.request(user, session)).isEqualTo(site);

        stage.awaitAtRest(site, ProvisioningState.LIVE);
        assertThat(stage.tries(site))
                .startsWith("requested done", "source_resolving waits", "source_resolving done");
    }

    @Test
    void areTriedAgainWhereItPasses() {
        user.linkGithub();
        SiteId site =
                stage.requestFailing(user, RecordingHost.PROJECT, HostingFailure.Kind.PASSING, 2);

        stage.awaitAtRest(site, ProvisioningState.LIVE);

        assertThat(host.calls(RecordingHost.PROJECT, site.value())).isEqualTo(3);
        assertThat(stage.tries(site))
                .containsSubsequence(
                        "vercel_creating again", "vercel_creating again", "vercel_creating done");
    }

    @ParameterizedTest
    @CsvSource({
        "source, source_resolving, USER_ACTION",
        "source, source_resolving, OPERATOR_ACTION",
        "source, source_resolving, INVALID_SOURCE",
        "project, vercel_creating, USER_ACTION",
        "hook, hook_creating, OPERATOR_ACTION"
    })
    void areGivenUpAtOnceWhereSomebodyMustAct(
            String operation, String hop, HostingFailure.Kind kind) {
        user.linkGithub();
        SiteId site = stage.requestFailing(user, operation, kind, 1);

        SiteState failed = stage.awaitAtRest(site, ProvisioningState.FAILED);

        assertThat(failed.errorKind()).isEqualTo(ErrorKind.valueOf("ERROR_KIND_" + kind));
        assertThat(failed.lastError()).isEqualTo("as the test says");
        assertThat(host.calls(operation, site.value())).isEqualTo(1);
        assertThat(stage.tries(site).getLast()).isEqualTo(hop + " failed");
    }

    @Test
    void areGivenUpWhereItDoesNotPassInTime() {
        user.linkGithub();
        SiteId site =
                stage.requestFailing(
                        user, RecordingHost.HOOK, HostingFailure.Kind.PASSING, Stage.TRIES_MAX);

        SiteState failed = stage.awaitAtRest(site, ProvisioningState.FAILED);

        assertThat(failed.errorKind()).isEqualTo(ErrorKind.ERROR_KIND_EXHAUSTED);
        assertThat(host.calls(RecordingHost.HOOK, site.value())).isEqualTo(Stage.TRIES_MAX);
    }

    @Test
    void areGivenUpWhereTheAttemptTakesTooLong() {
        user.linkGithub();
        String session = user.started("default");
        SiteId site = stage.next(session);
        host.atNext(
                RecordingHost.PROJECT,
                site.value(),
                () -> {
                    stage.service().clock().advance(Duration.ofHours(2));
                    throw new HostingFailure(HostingFailure.Kind.PASSING, "too slow", null);
                });
        stage.request(user, session);

        SiteState failed = stage.awaitAtRest(site, ProvisioningState.FAILED);

        assertThat(failed.errorKind()).isEqualTo(ErrorKind.ERROR_KIND_EXHAUSTED);
        assertThat(host.calls(RecordingHost.PROJECT, site.value())).isEqualTo(1);
    }

    @Test
    void doNotCountTheTimeInWhichASiteWaitedForItsUser() {
        SiteId site = stage.request(user);
        stage.awaitAtRest(site, ProvisioningState.AWAITING_GITHUB);
        stage.service().clock().advance(Duration.ofDays(5));
        stage.failNext(site, RecordingHost.SOURCE, HostingFailure.Kind.PASSING, 1);

        user.linkGithub();

        stage.awaitAtRest(site, ProvisioningState.LIVE);
    }

    @Test
    void sayOfADefectOfOursThatItIsOne() {
        user.linkGithub();
        String session = user.started("default");
        SiteId site = stage.next(session);
        for (int i = 0; i < Stage.TRIES_MAX; i++) {
            host.atNext(
                    RecordingHost.PROJECT,
                    site.value(),
                    () -> {
                        throw new IllegalArgumentException("inner details");
                    });
        }
        stage.request(user, session);

        SiteState failed = stage.awaitAtRest(site, ProvisioningState.FAILED);

        assertThat(failed.errorKind()).isEqualTo(ErrorKind.ERROR_KIND_INTERNAL);
        assertThat(failed.lastError()).doesNotContain("inner details");
    }

    @Test
    void restWhereTheFirstBuildIsBrokenAndGoOnAtAStart() {
        user.linkGithub();
        String session = user.started("default");
        SiteId site = stage.next(session);
        host.setBroken(site.value(), true);
        stage.request(user, session);

        SiteState stuck = awaitStuck(site, 1);
        assertThat(stuck.deployStatus()).isEqualTo(DeployStatus.DEPLOY_STATUS_FAILED);
        assertThat(stuck.deployUrl()).isNull();

        restart.restart(site);
        awaitStuck(site, 2);
        host.setBroken(site.value(), false);
        restart.restart(site);
        stage.awaitAtRest(site, ProvisioningState.LIVE);
    }

    @Test
    void restWhereTheHostCannotBuild() {
        user.linkGithub();
        SiteId site =
                stage.requestFailing(
                        user, RecordingHost.DEPLOY, HostingFailure.Kind.OPERATOR_ACTION, 1);

        SiteState stuck = awaitStuck(site, 1);

        assertThat(stuck.deployStatus()).isEqualTo(DeployStatus.DEPLOY_STATUS_FAILED);
        assertThat(stuck.detail(stage.service().part(TextVault.class)))
                .contains("as the test says");
        restart.restart(site);
        stage.awaitAtRest(site, ProvisioningState.LIVE);
    }

    @Test
    void areStartedAgainAsOftenAsOneLikes() throws Exception {
        user.linkGithub();
        String session = user.started("default");
        SiteId site = stage.next(session);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        host.atNext(
                RecordingHost.PROJECT,
                site.value(),
                () -> {
                    inside.countDown();
                    awaitQuietly(started);
                });
        stage.request(user, session);
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();

        for (int i = 0; i < 20; i++) {
            restart.restart(site);
        }
        assertThat(stage.tasks(site)).hasSize(1);
        started.countDown();

        stage.awaitAtRest(site, ProvisioningState.LIVE);
        restart.restart(site);
        assertThat(stage.tasks(site)).isEmpty();
        assertThat(host.calls(RecordingHost.PROJECT, site.value())).isEqualTo(1);
    }

    @Test
    void doNotWaitForTheirPauseOnceTheyAreStarted() {
        SiteId site = stage.request(user);
        stage.awaitAtRest(site, ProvisioningState.AWAITING_GITHUB);
        restart.restart(site);
        assertThat(stage.tasks(site)).isEmpty();
        stage.failNext(site, RecordingHost.SOURCE, HostingFailure.Kind.PASSING, 1);
        stage.at(
                "source_resolving/" + Checkpoints.BEFORE_CALL,
                site,
                () ->
                        stage.host()
                                .atNext(
                                        RecordingHost.PROJECT,
                                        site.value(),
                                        () -> restart.restart(site)));

        user.linkGithub();

        stage.awaitAtRest(site, ProvisioningState.LIVE);
        assertThat(host.calls(RecordingHost.PROJECT, site.value())).isEqualTo(1);
    }

    /** Waits until so many builds of a site that is not live yet have been given up. */
    private SiteState awaitStuck(SiteId site, int builds) {
        stage.awaitUntil(
                () -> {
                    assertThat(stage.tries(site))
                            .filteredOn("hook_created waits"::equals)
                            .hasSize(builds);
                    assertThat(stage.tasks(site)).isEmpty();
                });
        assertThat(stage.read(site).provisioning()).isEqualTo(ProvisioningState.HOOK_CREATED);
        return stage.read(site);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
