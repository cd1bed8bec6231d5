package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.session.SessionFixtures.ADA;
import static tools.choco.onboarding.session.SessionFixtures.CORRELATION;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.OPERATOR;
import static tools.choco.onboarding.session.SessionFixtures.SESSION;
import static tools.choco.onboarding.session.SessionFixtures.SLUG;
import static tools.choco.onboarding.session.SessionFixtures.USER;
import static tools.choco.onboarding.session.SessionFixtures.abandoned;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.ifMatch;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.keyedMetadata;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.requestSite;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.skipStep;
import static tools.choco.onboarding.session.SessionFixtures.start;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedIn;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepReopened;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.testing.Expectations.payloads;
import static tools.choco.onboarding.testing.Expectations.refused;
import static tools.choco.onboarding.testing.Expectations.satisfying;

import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.OnboardingResumed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.site.NewSite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;

class RequestSiteTest {

    private static final SessionId OTHER = new SessionId("01960000-0000-7000-8000-000000000009");

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void asksTheSitesAndWritesNothingItself() {
        session.given(startedIn("ws-1"), pathSelected("blog"))
                .when(requestSite())
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        satisfying(
                                SiteAnswer.class,
                                it -> {
                                    assertThat(it.created()).isTrue();
                                    assertThat(it.state().id()).isEqualTo(SiteId.of(SESSION, SLUG));
                                }));

        assertThat(session.sites.requested())
                .containsExactly(
                        new NewSite(
                                SESSION,
                                ADA,
                                "ws-1",
                                SLUG,
                                HostingMode.HOSTING_MODE_USER_GIT,
                                "blog-starter",
                                false,
                                null));
    }

    @Test
    void copiesTheWorkspaceThatAStepFixed() {
        session.given(started(), stepCompleted("workspace-hub")).when(requestSite());

        assertThat(session.sites.requested())
                .singleElement()
                .satisfies(it -> assertThat(it.workspaceId()).isEqualTo("ws-1"));
    }

    @Test
    void copiesNoWorkspaceFromAStepThatIsOpenAgain() {
        session.given(started(), stepCompleted("workspace-hub"), stepReopened("workspace-hub"))
                .when(requestSite());

        assertThat(session.sites.requested())
                .singleElement()
                .satisfies(it -> assertThat(it.workspaceId()).isNull());
    }

    @Test
    void asksForASiteAtAnyTimeAndForMoreThanOne() {
        LiveSessions live = new LiveSessions();
        live.send(start());

        SiteAnswer first = live.request(requestSite());
        SiteAnswer second = live.request(siteNamed(new Slug("another"), SessionFixtures.request()));

        assertThat(first.created()).isTrue();
        assertThat(second.created()).isTrue();
        assertThat(second.state().id()).isNotEqualTo(first.state().id());
    }

    @Test
    void takesTheTemplateThatIsNamed() {
        session.given(started(), pathSelected("blog"))
                .when(requestSite("docs", SessionFixtures.request()));

        assertThat(session.sites.requested())
                .singleElement()
                .satisfies(it -> assertThat(it.templateId()).isEqualTo("docs"));
    }

    @Test
    void takesTheTemplateThatIsNamedLikeThePath() {
        session.given(started(), pathSelected("docs")).when(requestSite());

        assertThat(session.sites.requested())
                .singleElement()
                .satisfies(it -> assertThat(it.templateId()).isEqualTo("docs"));
    }

    @Test
    void takesTheFirstTemplateBeforeAPathIsChosen() {
        session.given(started()).when(requestSite());

        assertThat(session.sites.requested())
                .singleElement()
                .satisfies(it -> assertThat(it.templateId()).isEqualTo("plain"));
    }

    @Test
    void refusesATemplateThatTheFlowDoesNotOffer() {
        session.given(started())
                .when(requestSite("portfolio", SessionFixtures.request()))
                .expectNoEvents()
                .expectException(refused(Refusal.TEMPLATE_UNKNOWN));

        assertThat(session.sites.requested()).isEmpty();
    }

    @Test
    void refusesASessionThatWasNotOfferedASite() {
        session.given(startedQuick())
                .when(requestSite())
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_UNKNOWN));

        assertThat(session.sites.requested()).isEmpty();
    }

    @Test
    void refusesACompletedSession() {
        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(requestSite())
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_COMPLETED));
    }

    @Test
    void refusesAResetSession() {
        session.given(started(), reset())
                .when(requestSite())
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_RESET));
    }

    @Test
    void hidesTheSessionFromAnotherUser() {
        session.given(started())
                .when(requestSite(SessionFixtures.requestOf(Caller.user("mallory"))))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_NOT_FOUND));

        assertThat(session.sites.requested()).isEmpty();
    }

    @Test
    void holdsThePreconditionOnTheSession() {
        session.given(started(), stepSkipped("tools"))
                .when(requestSite(ifMatch(1)))
                .expectNoEvents()
                .expectException(refused(Refusal.PRECONDITION_FAILED));
        new SessionTestBed()
                .given(started(), stepSkipped("tools"))
                .when(requestSite(ifMatch(2)))
                .expectSuccessfulHandlerExecution();
    }

    @Test
    void resumesAnAbandonedSessionAndRequestsTheSiteInOneAppend() {
        LiveSessions live = abandonedSession();

        live.request(requestSite(keyed("k1")));

        List<EventMessage<?>> append = live.appends().getLast();
        assertThat(payloads(append))
                .satisfiesExactly(
                        resumed -> assertThat(resumed).isInstanceOf(OnboardingResumed.class),
                        site -> assertThat(site).isInstanceOf(SiteProvisionRequested.class));
        assertThat(append)
                .allSatisfy(
                        event -> assertThat(event.getMetaData()).isEqualTo(keyedMetadata("k1")));
    }

    @Test
    void resumesTheSessionAlsoWhenTheSiteIsThereAlready() {
        LiveSessions live = new LiveSessions();
        live.send(start());
        live.request(requestSite());
        live.clock.advance(InMemoryFlows.IDLE_LIMIT);
        live.send(SessionFixtures.abandon());

        SiteAnswer back = live.request(requestSite(keyed("k1")));
        int appends = live.appends().size();
        SiteAnswer repeat = live.request(requestSite(keyed("k1")));

        assertThat(payloads(live.appends().getLast()))
                .singleElement()
                .isInstanceOf(OnboardingResumed.class);
        assertThat(back.replayed()).isFalse();
        assertThat(repeat.replayed()).isTrue();
        assertThat(live.appends()).hasSize(appends);
    }

    @Test
    void doesNotResumeForAnOperator() {
        session.given(started(), abandoned())
                .when(requestSite(SessionFixtures.requestOf(OPERATOR)))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void doesNotResumeWhenTheSiteIsRefused() {
        session.sites.refuse(Refusal.SLUG_TAKEN);

        session.given(started(), abandoned())
                .when(requestSite())
                .expectNoEvents()
                .expectException(refused(Refusal.SLUG_TAKEN));
    }

    @Test
    void resumesOnlyWhenTheSiteIsAccepted() {
        LiveSessions live = abandonedSession();
        live.send(otherSession());
        live.request(
                new RequestSite(
                        OTHER,
                        SLUG,
                        HostingMode.HOSTING_MODE_USER_GIT,
                        null,
                        false,
                        SessionFixtures.requestOf(Caller.user("grace"))));
        int appends = live.appends().size();

        assertThatThrownBy(() -> live.request(requestSite()))
                .matches(refused(Refusal.SLUG_TAKEN)::matches);

        assertThat(live.appends()).hasSize(appends);
        assertThat(live.replayed(SESSION).status()).isEqualTo(SessionStatus.ABANDONED);
    }

    @Test
    void answersARepeatWithTheSiteEvenWhenTheSessionIsOver() {
        LiveSessions live = new LiveSessions();
        live.send(start());
        live.request(requestSite(keyed("k1")));
        live.send(SessionFixtures.resetSession());
        int appends = live.appends().size();

        SiteAnswer repeat = live.request(requestSite(keyed("k1")));

        assertThat(repeat.replayed()).isTrue();
        assertThat(repeat.created()).isTrue();
        assertThat(live.appends()).hasSize(appends);
    }

    @Test
    void refusesTheKeyOfAnotherRequestForASite() {
        LiveSessions live = new LiveSessions();
        live.send(start());
        live.request(requestSite(keyed("k1")));

        assertThatThrownBy(
                        () ->
                                live.request(
                                        siteNamed(
                                                new Slug("another"),
                                                keyed(USER, "k1", "another hash"))))
                .matches(refused(Refusal.IDEMPOTENCY_KEY_REUSED)::matches);
    }

    @Test
    void refusesTheKeyOfAnotherRequestToTheSession() {
        session.given(started(), sentWith(keyed("k1"), stepSkipped("tools")))
                .when(requestSite(keyed(USER, "k1", "another hash")))
                .expectNoEvents()
                .expectException(refused(Refusal.IDEMPOTENCY_KEY_REUSED));

        assertThat(session.sites.requested()).isEmpty();
    }

    @Test
    void hostsASiteSomewhere() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new RequestSite(
                                        SESSION,
                                        SLUG,
                                        HostingMode.HOSTING_MODE_UNSPECIFIED,
                                        null,
                                        false,
                                        SessionFixtures.request()));
    }

    private static StartOnboarding otherSession() {
        return new StartOnboarding(
                OTHER, "grace", "guided", null, "", Request.of(Caller.user("grace"), CORRELATION));
    }

    private static RequestSite siteNamed(Slug slug, Request request) {
        return new RequestSite(
                SESSION, slug, HostingMode.HOSTING_MODE_USER_GIT, null, false, request);
    }

    private static LiveSessions abandonedSession() {
        LiveSessions live = new LiveSessions();
        live.send(start());
        live.send(completeStep("profile"));
        live.send(skipStep("tools"));
        live.clock.set(NOON.plus(InMemoryFlows.IDLE_LIMIT));
        live.send(SessionFixtures.abandon());
        assertThat(live.replayed(SESSION).status()).isEqualTo(SessionStatus.ABANDONED);
        return live;
    }
}
