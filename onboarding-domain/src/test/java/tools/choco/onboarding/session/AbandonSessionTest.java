package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.OPERATOR;
import static tools.choco.onboarding.session.SessionFixtures.SERVICE;
import static tools.choco.onboarding.session.SessionFixtures.abandon;
import static tools.choco.onboarding.session.SessionFixtures.abandoned;
import static tools.choco.onboarding.session.SessionFixtures.abandonedAfter;
import static tools.choco.onboarding.session.SessionFixtures.at;
import static tools.choco.onboarding.session.SessionFixtures.by;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.reopenStep;
import static tools.choco.onboarding.session.SessionFixtures.requestSite;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.resumedAfter;
import static tools.choco.onboarding.session.SessionFixtures.selectPath;
import static tools.choco.onboarding.session.SessionFixtures.siteStepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.start;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;

import com.google.protobuf.Message;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AbandonSessionTest {

    private static final Duration LIMIT = InMemoryFlows.IDLE_LIMIT;

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void waitsForTheIdleLimit() {
        session.clock.set(NOON.plus(LIMIT).minusNanos(1000));

        session.given(started())
                .when(abandon())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void abandonsAtTheIdleLimit() {
        session.clock.set(NOON.plus(LIMIT));

        session.given(started())
                .when(abandon())
                .expectEvents(abandonedAfter(LIMIT, ""))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().status())
                                            .isEqualTo(SessionStatus.ABANDONED);
                                    assertThat(it.state().lastActivityAt()).isEqualTo(NOON);
                                }));
    }

    @Test
    void namesTheServiceAsTheActor() {
        session.clock.set(NOON.plus(LIMIT));

        session.given(started())
                .when(abandon())
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(it.getFirst().getMetaData())
                                                .containsEntry("actor", SERVICE.subject())));
    }

    @Test
    void countsFromTheUsersLastStep() {
        session.clock.set(NOON.plus(LIMIT));

        session.given(started(), at(NOON.plusSeconds(1), stepCompleted("profile")))
                .when(abandon())
                .expectNoEvents();
    }

    @Test
    void countsFromTheResumption() {
        session.clock.set(NOON.plus(LIMIT).plus(Duration.ofHours(1)));

        session.given(started(), resumedAfter(Duration.ofHours(2), ""))
                .when(abandon())
                .expectNoEvents();
    }

    @Test
    void doesNotCountASiteAsActivity() {
        session.clock.set(NOON.plus(LIMIT));
        var site = siteStepCompleted();

        session.given(
                        started(),
                        stepCompleted("profile"),
                        by(
                                SERVICE,
                                at(NOON.plus(LIMIT).minusSeconds(1), (Message) site.getPayload())))
                .when(abandon())
                .expectEvents(abandonedAfter(LIMIT, "profile"));
    }

    @Test
    void doesNotCountAnOperatorAsActivity() {
        session.clock.set(NOON.plus(LIMIT));

        session.given(
                        started(),
                        stepCompleted("profile"),
                        by(OPERATOR, at(NOON.plus(LIMIT).minusSeconds(1), stepSkipped("tools"))))
                .when(abandon())
                .expectEvents(abandonedAfter(LIMIT, "profile"));
    }

    @Test
    void neverAbandonsTwice() {
        session.clock.set(NOON.plus(LIMIT.multipliedBy(3)));

        session.given(started(), abandoned())
                .when(abandon())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void abandonsAgainAfterAResumption() {
        Duration back = LIMIT.plusHours(1);
        session.clock.set(NOON.plus(back).plus(LIMIT));

        session.given(started(), abandoned(), resumedAfter(back, ""))
                .when(abandon())
                .expectEvents(at(NOON.plus(back).plus(LIMIT), abandonedAfter(LIMIT, "")));
    }

    @Test
    void leavesACompletedSessionAlone() {
        session.clock.set(NOON.plus(LIMIT.multipliedBy(3)));

        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(abandon())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void leavesAResetSessionAlone() {
        session.clock.set(NOON.plus(LIMIT.multipliedBy(3)));

        session.given(started(), reset())
                .when(abandon())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void trustsTheLogMoreThanAClockThatRunsBehind() {
        session.clock.set(NOON.minus(LIMIT));

        session.given(started()).when(abandon()).expectNoEvents();
    }

    @Test
    void leavesASessionAloneThatOnlyWaitsForItsSite() {
        LiveSessions live = waitingForNothingButASite();
        live.request(requestSite());
        live.clock.advance(LIMIT.multipliedBy(9));
        int appends = live.appends().size();

        assertThat(live.send(abandon()).state().status()).isEqualTo(SessionStatus.ACTIVE);
        assertThat(live.appends()).hasSize(appends);
    }

    @Test
    void abandonsASessionThatNeverAskedForItsSite() {
        LiveSessions live = waitingForNothingButASite();
        live.clock.advance(LIMIT);

        assertThat(live.send(abandon()).state().status()).isEqualTo(SessionStatus.ABANDONED);
    }

    @Test
    void abandonsASessionThatAskedForItsSiteAndLeftAFormOpen() {
        LiveSessions live = waitingForNothingButASite();
        live.request(requestSite());
        live.send(reopenStep("profile"));
        live.clock.advance(LIMIT);

        assertThat(live.send(abandon()).state().status()).isEqualTo(SessionStatus.ABANDONED);
    }

    private static LiveSessions waitingForNothingButASite() {
        LiveSessions live = new LiveSessions();
        live.send(start());
        live.send(completeStep("profile"));
        live.send(completeStep("workspace-hub"));
        live.send(selectPath("blog"));
        return live;
    }
}
