package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.OPERATOR;
import static tools.choco.onboarding.session.SessionFixtures.SESSION;
import static tools.choco.onboarding.session.SessionFixtures.USER;
import static tools.choco.onboarding.session.SessionFixtures.abandoned;
import static tools.choco.onboarding.session.SessionFixtures.read;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Refusal;

class ReadSessionTest {

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void answersWithTheStateAndChangesNothing() {
        session.clock.set(NOON.plus(Duration.ofDays(30)));

        session.given(started(), stepCompleted("profile"), abandoned())
                .when(read(USER))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().revision()).isEqualTo(3);
                                    assertThat(it.state().status())
                                            .isEqualTo(SessionStatus.ABANDONED);
                                    assertThat(it.state().progress().step("profile"))
                                            .hasValueSatisfying(
                                                    step ->
                                                            assertThat(step.isCompleted())
                                                                    .isTrue());
                                }));
    }

    @Test
    void letsAnOperatorRead() {
        session.given(started()).when(read(OPERATOR)).expectSuccessfulHandlerExecution();
    }

    @Test
    void hidesTheSessionFromAnotherUser() {
        session.given(started())
                .when(read(Caller.user("mallory")))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_NOT_FOUND));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not-an-id",
                "1-1-1-1-1",
                "01960000-0000-7000-8000-00000000000A",
                " 01960000-0000-7000-8000-000000000001"
            })
    void findsNothingUnderAnIdThatWasNeverMinted(String id) {
        assertThatThrownBy(() -> SessionId.of(id))
                .matches(refused(Refusal.SESSION_NOT_FOUND)::matches);
    }

    @Test
    void takesAnIdAsItIsPrinted() {
        assertThat(SessionId.of(SESSION.toString())).isEqualTo(SESSION);
    }
}
