package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.User;

@ExtendWith(Stage.Shared.class)
class StuckWatchTest {

    private static final String GAUGE = "onboarding_provisioning_stuck{state=\"hook_created\"} ";

    private final Stage stage;
    private final RunningService service;
    private final StuckWatch watch;

    StuckWatchTest(Stage stage) {
        this.stage = stage;
        service = stage.service();
        watch = service.part(StuckWatch.class);
    }

    @Test
    void tellsOfASiteThatStaysAndOfItsGoing() {
        User user = User.of(service);
        user.linkGithub();
        SiteId parked = stage.request(User.of(service));
        String session = user.started("default");
        SiteId site = stage.next(session);
        stage.host().setBroken(site.value(), true);
        stage.request(user, session);
        stage.awaitUntil(() -> assertThat(stage.tries(site)).endsWith("hook_created waits"));
        stage.awaitAtRest(parked, ProvisioningState.AWAITING_GITHUB);
        double before = stuck();

        service.clock().advance(Duration.ofMinutes(11));
        service.awaitReadModels();
        watch.look();
        watch.look();

        assertThat(stuck()).isEqualTo(before + 1);
        assertThat(log()).containsOnlyOnce("Site " + site + " is stuck in hook_created");
        assertThat(log()).doesNotContain("Site " + parked + " is stuck");

        stage.host().setBroken(site.value(), false);
        service.part(Restart.class).restart(site);
        stage.awaitAtRest(site, ProvisioningState.LIVE);
        service.awaitReadModels();
        watch.look();

        assertThat(stuck()).isEqualTo(before);
        assertThat(log()).containsOnlyOnce("Site " + site + " has left hook_created");
    }

    private double stuck() {
        watch.look();
        String metrics = service.operator().get("/metrics").text();
        int at = metrics.indexOf(GAUGE) + GAUGE.length();
        return Double.parseDouble(metrics.substring(at, metrics.indexOf('\n', at)));
    }

    private String log() {
        try {
            return Files.readString(service.home().resolve("logs/onboarding.log"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
