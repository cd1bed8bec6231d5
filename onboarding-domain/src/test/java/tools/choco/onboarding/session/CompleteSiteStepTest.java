package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.SERVICE;
import static tools.choco.onboarding.session.SessionFixtures.SITE_ID;
import static tools.choco.onboarding.session.SessionFixtures.abandoned;
import static tools.choco.onboarding.session.SessionFixtures.at;
import static tools.choco.onboarding.session.SessionFixtures.completeSiteStep;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.lasting;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.siteStepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.site.SiteId;

class CompleteSiteStepTest {

    private static final OnboardingStepCompleted SITE_STEP =
            (OnboardingStepCompleted) siteStepCompleted().getPayload();

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void completesTheStepAndLeavesWhatIsOpen() {
        Duration later = Duration.ofMinutes(7);
        session.clock.advance(later);

        session.given(started(), stepCompleted("profile"))
                .when(completeSiteStep())
                .expectEvents(at(NOON.plus(later), lasting(later, SITE_STEP)))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().siteIds()).containsExactly(SITE_ID);
                                    assertThat(it.state().status()).isEqualTo(SessionStatus.ACTIVE);
                                    assertThat(it.state().lastActivityAt()).isEqualTo(NOON);
                                }));
    }

    @Test
    void completesTheSessionInTheSameAppendIfNothingElseIsRequired() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        stepCompleted("workspace-hub"),
                        pathSelected("blog"))
                .when(completeSiteStep())
                .expectEvents(SITE_STEP, completed(5, 4, 0));
    }

    @Test
    void isCompletedByTheLastFormIfTheSiteCameFirst() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        siteStepCompleted())
                .when(completeStep("workspace-hub"))
                .expectEvents(stepCompleted("workspace-hub"), completed(5, 4, 0));
    }

    @Test
    void saysThatTheServiceDidIt() {
        session.given(started())
                .when(completeSiteStep())
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(it)
                                                .isNotEmpty()
                                                .allSatisfy(
                                                        event ->
                                                                assertThat(event.getMetaData())
                                                                        .containsEntry(
                                                                                "actor",
                                                                                SERVICE
                                                                                        .subject()))));
    }

    @Test
    void neverResumesAnAbandonedSession() {
        session.clock.set(NOON.plus(InMemoryFlows.IDLE_LIMIT));

        session.given(started(), abandoned())
                .when(completeSiteStep())
                .expectEvents(at(NOON.plus(InMemoryFlows.IDLE_LIMIT), SITE_STEP))
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().status())
                                                .isEqualTo(SessionStatus.ABANDONED)));
    }

    @Test
    void completesAStepThatWasSkipped() {
        session.given(started(), stepSkipped("site"))
                .when(completeSiteStep())
                .expectEvents(SITE_STEP);
    }

    @Test
    void changesNothingWhenTheStepIsCompleted() {
        session.given(started(), siteStepCompleted())
                .when(completeSiteStep())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void changesNothingForASecondSite() {
        session.given(started(), siteStepCompleted())
                .when(
                        new CompleteSiteStep(
                                SessionFixtures.SESSION,
                                new SiteId("5f0c2f3e-0000-5000-8000-000000000004"),
                                SessionFixtures.requestOf(SERVICE)))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.state().siteIds()).containsExactly(SITE_ID)));
    }

    @Test
    void changesNothingInASessionThatWasCompleted() {
        // With a site that was not required.
        session.given(started(), completed(5, 0, 0))
                .when(completeSiteStep())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void changesNothingInASessionThatWasReset() {
        session.given(started(), reset())
                .when(completeSiteStep())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void refusesASessionThatWasNotOfferedASite() {
        session.given(startedQuick())
                .when(completeSiteStep())
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_UNKNOWN));
    }
}
