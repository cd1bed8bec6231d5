package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.SESSION;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.selectPath;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.siteStepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepReopened;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.flow.Flow;

class SelectPathTest {

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void completesTheStepOfKindPath() {
        session.given(started())
                .when(selectPath("blog"))
                .expectEvents(pathSelected("blog"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    Progress progress = it.state().progress();
                                    assertThat(progress.pathId()).isEqualTo("blog");
                                    assertThat(progress.pathStep().orElseThrow().isCompleted())
                                            .isTrue();
                                    assertThat(it.state().lastStepId()).isEqualTo("path");
                                }));
    }

    @Test
    void changesTheChoice() {
        session.given(started(), pathSelected("blog"))
                .when(selectPath("docs"))
                .expectEvents(pathSelected("docs"));
    }

    @Test
    void confirmsTheChoiceAfterReopening() {
        session.given(started(), pathSelected("blog"), stepReopened("path"))
                .when(selectPath("blog"))
                .expectEvents(pathSelected("blog"));
    }

    @Test
    void ignoresTheSameChoice() {
        session.given(started(), pathSelected("blog"))
                .when(selectPath("blog"))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void answersARetryEvenAfterAnotherChoice() {
        session.given(started(), sentWith(keyed("k1"), pathSelected("blog")), pathSelected("docs"))
                .when(selectPath("blog", keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.replayed()).isTrue();
                                    assertThat(it.state().progress().pathId()).isEqualTo("docs");
                                }));
    }

    @Test
    void completesTheSessionWhenTheSiteIsThereAlready() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        stepCompleted("workspace-hub"),
                        siteStepCompleted())
                .when(selectPath("blog"))
                .expectEvents(pathSelected("blog"), completed(5, 4, 0));
    }

    @Test
    void refusesAPathThatWasNotOffered() {
        session.given(started())
                .when(selectPath("wiki"))
                .expectNoEvents()
                .expectException(refused(Refusal.PATH_UNKNOWN));
    }

    @Test
    void refusesEveryPathInAFlowWithoutAPathStep() {
        Flow formsOnly =
                new Flow(
                        "guided",
                        3,
                        "d".repeat(64),
                        "Forms only",
                        List.of("calm"),
                        InMemoryFlows.GUIDED.steps().subList(0, 2),
                        List.of(),
                        List.of(),
                        InMemoryFlows.RESUME_THRESHOLD,
                        InMemoryFlows.IDLE_LIMIT);

        session.given(started(SESSION, formsOnly))
                .when(selectPath("blog"))
                .expectNoEvents()
                .expectException(refused(Refusal.PATH_UNKNOWN));
    }

    @Test
    void refusesACompletedSession() {
        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(selectPath("docs"))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_COMPLETED));
    }

    @Test
    void refusesAResetSession() {
        session.given(started(), reset())
                .when(selectPath("docs"))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_RESET));
    }
}
