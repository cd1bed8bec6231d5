package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;

import com.google.protobuf.Message;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;

/** A damaged log stops the load; it is never taken for a refusal. */
class BrokenStreamTest {

    private final SessionState state = SessionState.startedBy(started(), context(1));

    @Test
    void stopsAtAGap() {
        assertBroken(stepCompleted("profile"), 3);
    }

    @Test
    void stopsAtARepeat() {
        assertBroken(stepCompleted("profile"), 1);
    }

    @Test
    void stopsAtAStepThatWasNeverOffered() {
        assertBroken(stepCompleted("preferences"), 2);
    }

    @Test
    void stopsAtASecondStart() {
        assertBroken(started(), 2);
    }

    @Test
    void stopsAtTheEventOfASite() {
        assertBroken(SiteProvisionRequested.getDefaultInstance(), 2);
    }

    @Test
    void stopsAtAPathWithoutAPathStep() {
        SessionState formsOnly =
                SessionState.startedBy(started().toBuilder().removeSteps(3).build(), context(1));

        assertThatThrownBy(() -> formsOnly.after(pathSelected("blog"), context(2)))
                .isInstanceOf(BrokenStream.class);
    }

    @Test
    void stopsAtAStepOfUnknownKind() {
        var future =
                started().toBuilder()
                        .addSteps(OfferedStep.newBuilder().setStepId("x").setKindValue(77))
                        .build();

        assertThatThrownBy(() -> SessionState.startedBy(future, context(1)))
                .isInstanceOf(BrokenStream.class);
    }

    private void assertBroken(Message event, long revision) {
        assertThatThrownBy(() -> state.after(event, context(revision)))
                .isInstanceOf(BrokenStream.class);
    }

    private static EventContext context(long revision) {
        return new EventContext("event-" + revision, revision, Map.of());
    }
}
