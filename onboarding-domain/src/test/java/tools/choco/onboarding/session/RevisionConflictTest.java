package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.session.SessionFixtures.ADA;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.OPERATOR;
import static tools.choco.onboarding.session.SessionFixtures.SESSION;
import static tools.choco.onboarding.session.SessionFixtures.abandon;
import static tools.choco.onboarding.session.SessionFixtures.abandoned;
import static tools.choco.onboarding.session.SessionFixtures.answersOf;
import static tools.choco.onboarding.session.SessionFixtures.at;
import static tools.choco.onboarding.session.SessionFixtures.by;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.reopenStep;
import static tools.choco.onboarding.session.SessionFixtures.resumedAfter;
import static tools.choco.onboarding.session.SessionFixtures.selectPath;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.siteStepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.skipStep;
import static tools.choco.onboarding.session.SessionFixtures.start;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.stepAmended;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepReopened;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;
import static tools.choco.onboarding.testing.Expectations.satisfying;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.session.RevisionConflict.Difference;

class RevisionConflictTest {

    private static final Answers GRACE =
            FlatForms.answers("firstName", "Grace", "lastName", "Lovelace");
    private static final Answers GRACE_HOPPER =
            FlatForms.answers("firstName", "Grace", "lastName", "Hopper");

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void acceptsAWriteAgainstTheCurrentRevision() {
        session.given(started(), stepCompleted("profile"))
                .when(completeStep("tools", answersOf("tools"), 2L))
                .expectEvents(stepCompleted("tools"));
    }

    @Test
    void ignoresAnAbandonmentAndAResumptionSince() {
        Duration gap = InMemoryFlows.IDLE_LIMIT;
        session.clock.set(NOON.plus(gap));

        session.given(started(), abandoned(), resumedAfter(gap, ""))
                .when(completeStep("profile", answersOf("profile"), 1L))
                .expectEvents(at(NOON.plus(gap), stepCompleted("profile")));
    }

    @Test
    void ignoresASiteThatBecameReadySince() {
        session.given(started(), siteStepCompleted())
                .when(completeStep("profile", answersOf("profile"), 1L))
                .expectEvents(stepCompleted("profile"));
    }

    @Test
    void refusesARevisionThatTheSessionHasNotReached() {
        session.given(started())
                .when(completeStep("profile", answersOf("profile"), 2L))
                .expectNoEvents()
                .expectException(refused(Refusal.REVISION_UNKNOWN));
    }

    @Test
    void writesNothingAndNamesTheCurrentRevision() {
        session.given(started(), stepCompleted("profile"), abandoned())
                .when(completeStep("tools", answersOf("tools"), 1L))
                .expectNoEvents()
                .expectException(
                        conflict(
                                it -> {
                                    assertThat(it.refusal()).isEqualTo(Refusal.REVISION_CONFLICT);
                                    assertThat(it.revision()).isEqualTo(3);
                                    assertThat(it.checksum()).matches("[0-9a-f]{64}");
                                }));
        assertThat(session.vault.sealedSteps()).isEmpty();
    }

    @Test
    void namesTheFirstAnswersToAForm() {
        session.given(started(), at(NOON.plusSeconds(5), stepCompleted("profile")))
                .when(completeStep("tools", answersOf("tools"), 1L))
                .expectException(changes(change("/steps/profile/answers", 2, 5, ADA)));
    }

    @Test
    void namesEachMemberThatChangedAndWhenItDidLast() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        at(NOON.plusSeconds(5), stepAmended("profile", GRACE)),
                        by(OPERATOR, at(NOON.plusSeconds(9), stepAmended("profile", GRACE_HOPPER))))
                .when(completeStep("profile", answersOf("profile"), 2L))
                .expectNoEvents()
                .expectException(
                        changes(
                                change("/steps/profile/answers/firstName", 3, 5, ADA),
                                change(
                                        "/steps/profile/answers/lastName",
                                        4,
                                        9,
                                        OPERATOR.subject())));
    }

    @Test
    void leavesOutMembersThatHadChangedBefore() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        stepAmended("profile", GRACE),
                        at(NOON.plusSeconds(9), stepAmended("profile", GRACE_HOPPER)))
                .when(completeStep("profile", answersOf("profile"), 3L))
                .expectException(changes(change("/steps/profile/answers/lastName", 4, 9, ADA)));
    }

    @Test
    void namesTheStepAloneWhenItsKeyIsDestroyed() {
        session.vault.destroy(ADA);

        session.given(started(), stepCompleted("profile"), stepAmended("profile", GRACE))
                .when(completeStep("profile", answersOf("profile"), 2L))
                .expectException(changes(change("/steps/profile/answers", 3, 0, ADA)));
    }

    @Test
    void namesTheStatusOfASkippedAndOfAReopenedStep() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        at(NOON.plusSeconds(1), stepReopened("profile")),
                        at(NOON.plusSeconds(2), stepSkipped("tools")))
                .when(completeStep("profile", answersOf("profile"), 2L))
                .expectException(
                        changes(
                                change("/steps/profile/status", 3, 1, ADA),
                                change("/steps/tools/status", 4, 2, ADA)));
    }

    @Test
    void namesTheStatusOfAStepThatWasReopenedAndAnsweredAlike() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        stepReopened("profile"),
                        at(NOON.plusSeconds(2), stepCompleted("profile")))
                .when(completeStep("tools", answersOf("tools"), 2L))
                .expectException(changes(change("/steps/profile/status", 4, 2, ADA)));
    }

    @Test
    void namesAnswersAndStatusOfAStepThatWasAmendedAndReopened() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        at(NOON.plusSeconds(1), stepAmended("profile", GRACE)),
                        at(NOON.plusSeconds(2), stepReopened("profile")))
                .when(completeStep("tools", answersOf("tools"), 2L))
                .expectException(
                        changes(
                                change("/steps/profile/answers/firstName", 3, 1, ADA),
                                change("/steps/profile/status", 4, 2, ADA)));
    }

    @Test
    void namesThePath() {
        session.given(started(), at(NOON.plusSeconds(3), pathSelected("blog")))
                .when(completeStep("profile", answersOf("profile"), 1L))
                .expectException(changes(change("/pathId", 2, 3, ADA)));
    }

    @Test
    void namesThePathStepThatWasReopened() {
        session.given(started(), pathSelected("blog"), stepReopened("path"))
                .when(completeStep("profile", answersOf("profile"), 2L))
                .expectException(changes(change("/steps/path/status", 3, 0, ADA)));
    }

    @Test
    void listsChangesInTheOrderOfTheFlow() {
        session.given(started(), pathSelected("blog"), stepSkipped("tools"))
                .when(completeStep("profile", answersOf("profile"), 1L))
                .expectException(
                        changes(
                                change("/steps/tools/status", 3, 0, ADA),
                                change("/pathId", 2, 0, ADA)));
    }

    @Test
    void answersARetryBeforeItLooksAtTheRevision() {
        session.given(started(), sentWith(keyed("k1"), stepCompleted("profile")))
                .when(new CompleteStep(SESSION, "profile", answersOf("profile"), 1L, keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @Test
    void changesTheChecksumWithTheContentAndWithNothingElse() {
        LiveSessions live = new LiveSessions();
        live.send(start());
        live.send(completeStep("profile"));
        String first = checksum(live);

        live.clock.advance(InMemoryFlows.IDLE_LIMIT);
        live.send(abandon());
        live.send(start());
        assertThat(checksum(live)).isEqualTo(first);

        live.send(completeStep("profile", GRACE));
        String amended = checksum(live);
        live.send(selectPath("blog"));
        String chosen = checksum(live);
        live.send(selectPath("docs"));
        String chosenAnew = checksum(live);
        live.send(skipStep("tools"));
        String skipped = checksum(live);
        assertThat(List.of(first, amended, chosen, chosenAnew, skipped)).doesNotHaveDuplicates();

        live.send(reopenStep("tools"));
        assertThat(checksum(live)).isEqualTo(chosenAnew);
    }

    private static String checksum(LiveSessions live) {
        RevisionConflict[] conflict = new RevisionConflict[1];
        assertThatThrownBy(() -> live.send(completeStep("profile", GRACE_HOPPER, 1L)))
                .isInstanceOfSatisfying(RevisionConflict.class, it -> conflict[0] = it);
        return conflict[0].checksum();
    }

    private static Matcher<Object> conflict(Consumer<RevisionConflict> assertions) {
        return satisfying(RevisionConflict.class, assertions);
    }

    private static Matcher<Object> changes(Difference... expected) {
        return conflict(it -> assertThat(it.changes()).containsExactly(expected));
    }

    private static Difference change(String pointer, long revision, long seconds, String by) {
        return new Difference(pointer, revision, NOON.plusSeconds(seconds), by);
    }
}
