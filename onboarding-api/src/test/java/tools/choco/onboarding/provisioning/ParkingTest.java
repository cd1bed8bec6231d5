package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.deadletter.DeadLetter;
import tools.choco.onboarding.deadletter.DeadLetters;
import tools.choco.onboarding.deadletter.ParkingInvoker;
import tools.choco.onboarding.site.AdvanceSite;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.testing.User;

/** One site's poison, and what becomes of the others. */
@ExtendWith(Stage.Shared.class)
class ParkingTest {

    private static final String SAGA = "site-provisioning";

    private final Stage stage;
    private final DeadLetters letters;
    private final ParkingInvoker saga;
    private final User user;

    ParkingTest(Stage stage) {
        this.stage = stage;
        letters = stage.service().part(DeadLetters.class);
        saga = stage.service().part("sagaInvoker", ParkingInvoker.class);
        user = User.of(stage.service());
        user.linkGithub();
    }

    @Test
    void keepsThePoisonOfOneSiteFromTheOthers() {
        SiteId poisoned = poisonedFromItsRequest();
        SiteId sound = stage.request(User.of(stage.service()));

        awaitLetters(poisoned, 1);
        stage.awaitAtRest(sound, ProvisioningState.AWAITING_GITHUB);

        DeadLetter letter = letters.of(SAGA, poisoned.value()).getFirst();
        assertThat(letter.eventType()).isEqualTo("site.provision_requested");
        assertThat(letter.cause()).isEqualTo(IllegalStateException.class.getName());
        assertThat(letter.message()).isEqualTo("IllegalStateException: poison of the test");
        assertThat(letter.position()).isPositive();
        // What the handler had done before it failed is undone.
        assertThat(stage.tasks(poisoned)).isEmpty();
        assertThat(stage.read(poisoned).provisioning()).isEqualTo(ProvisioningState.REQUESTED);
        assertThat(stage.service().operator().get("/metrics").text())
                .contains("onboarding_processor_parked{processor=\"site-provisioning\"}")
                .doesNotContain("onboarding_processor_parked{processor=\"site-provisioning\"} 0.0")
                .contains("onboarding_processor_healthy{processor=\"site-provisioning\"} 1.0");
        release(poisoned);
    }

    @Test
    void parksWhatFollowsBehindInOrder() {
        SiteId site = poisonedFromItsRequest();
        awaitLetters(site, 1);
        stage.setPoisoned(site, false);

        move(site, ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING);
        move(site, ProvisioningState.SOURCE_RESOLVING, ProvisioningState.SOURCE_RESOLVED);

        awaitLetters(site, 3);
        List<DeadLetter> parked = letters.of(SAGA, site.value());
        assertThat(parked)
                .extracting(DeadLetter::eventType)
                .containsExactly(
                        "site.provision_requested", "site.state_changed", "site.state_changed");
        assertThat(parked).extracting(DeadLetter::position).isSorted();
        assertThat(parked.subList(1, 3)).allMatch(it -> it.cause() == null);
        assertThat(stage.tasks(site)).isEmpty();

        assertThat(saga.retry(site.value())).isTrue();

        stage.awaitAtRest(site, ProvisioningState.LIVE);
        assertThat(letters.of(SAGA, site.value())).isEmpty();
    }

    @Test
    void keepsThemWhenARetryFails() {
        SiteId site = poisonedFromItsRequest();
        awaitLetters(site, 1);
        move(site, ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING);
        awaitLetters(site, 2);

        assertThat(saga.retry(site.value())).isFalse();

        assertThat(letters.of(SAGA, site.value())).hasSize(2);
        assertThat(stage.tasks(site)).isEmpty();
        release(site);
    }

    @Test
    void goesOnAfterADiscardedEvent() {
        String session = user.started("default");
        SiteId site = stage.next(session);
        stage.at(
                "requested/" + Checkpoints.BEFORE_COMMAND,
                site,
                () -> stage.setPoisoned(site, true));
        stage.request(user, session);
        awaitLetters(site, 1);
        DeadLetter letter = letters.of(SAGA, site.value()).getFirst();
        assertThat(letter.eventType()).isEqualTo("site.state_changed");
        assertThat(letters.find(letter.id())).contains(letter);
        assertThat(
                        letters.sequences(
                                new DeadLetters.Filter(SAGA, letter.sessionId(), null),
                                letter.id() - 1,
                                1))
                .extracting(DeadLetters.Sequence::first)
                .containsExactly(letter);
        stage.setPoisoned(site, false);

        assertThat(saga.discard(letter)).isTrue();
        stage.service().part(Restart.class).restart(site);

        stage.awaitAtRest(site, ProvisioningState.LIVE);
    }

    @Test
    void goesOnWithoutItsFirstEvent() {
        SiteId site = poisonedFromItsRequest();
        awaitLetters(site, 1);
        stage.setPoisoned(site, false);

        assertThat(saga.discard(letters.of(SAGA, site.value()).getFirst())).isTrue();
        stage.service().part(Restart.class).restart(site);

        stage.awaitAtRest(site, ProvisioningState.LIVE);
    }

    private SiteId poisonedFromItsRequest() {
        String session = user.started("default");
        SiteId site = stage.next(session);
        stage.setPoisoned(site, true);
        return stage.request(user, session);
    }

    private void awaitLetters(SiteId site, int count) {
        stage.awaitUntil(() -> assertThat(letters.of(SAGA, site.value())).hasSize(count));
    }

    private void release(SiteId site) {
        stage.setPoisoned(site, false);
        assertThat(saga.retry(site.value())).isTrue();
        stage.awaitAtRest(site, ProvisioningState.LIVE);
    }

    private void move(SiteId site, ProvisioningState from, ProvisioningState to) {
        stage.service()
                .part(CommandGateway.class)
                .sendAndWait(
                        new AdvanceSite(
                                site, 1, from, to, "", Request.of(Caller.service("test"), "c")));
    }
}
