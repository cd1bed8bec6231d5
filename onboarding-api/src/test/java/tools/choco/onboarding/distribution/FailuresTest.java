package tools.choco.onboarding.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLTransientConnectionException;
import java.time.Instant;
import java.util.List;
import org.axonframework.commandhandling.CommandExecutionException;
import org.axonframework.commandhandling.NoHandlerForCommandException;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.eventlog.LogUnavailable;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.choco.onboarding.session.RevisionConflict;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.site.SlugTaken;
import tools.choco.onboarding.transaction.Databases;

class FailuresTest {

    private static Throwable sent(Throwable happened) {
        return Failures.received(
                new CommandExecutionException("failed", null, Failures.of(happened)));
    }

    @Test
    void bringARefusalWithAllItSays() {
        List<Issue> issues = List.of(new Issue("/answers/firstName", "required", "It is missing."));

        assertThat(sent(Refused.because(Refusal.ANSWERS_INVALID, "They are not.", issues)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        it -> {
                            assertThat(it.refusal()).isEqualTo(Refusal.ANSWERS_INVALID);
                            assertThat(it).hasMessage("They are not.");
                            assertThat(it.issues()).isEqualTo(issues);
                        });
    }

    @Test
    void bringWhatOnlySomeRefusalsSay() {
        List<RevisionConflict.Difference> changes =
                List.of(new RevisionConflict.Difference("/path", 3, Instant.EPOCH, "ada"));
        assertThat(sent(new RevisionConflict(4, "abc", changes)))
                .isInstanceOfSatisfying(
                        RevisionConflict.class,
                        it -> {
                            assertThat(it.revision()).isEqualTo(4);
                            assertThat(it.checksum()).isEqualTo("abc");
                            assertThat(it.changes()).isEqualTo(changes);
                        });
        assertThat(sent(new SlugTaken(List.of(new Slug("ada-2")))))
                .isInstanceOfSatisfying(
                        SlugTaken.class,
                        it -> assertThat(it.suggestions()).containsExactly(new Slug("ada-2")));
    }

    @Test
    void bringWhatSendersTellApart() {
        assertThat(sent(new AggregateNotFoundException("1", "none")))
                .isInstanceOf(AggregateNotFoundException.class);
        assertThat(sent(new ConcurrencyException("lost"))).isInstanceOf(ConcurrencyException.class);
        assertThat(sent(LogUnavailable.elsewhere("away", true)))
                .isInstanceOfSatisfying(
                        LogUnavailable.class, it -> assertThat(it.outcomeKnown()).isTrue());
        assertThat(sent(new IllegalStateException(new SQLTransientConnectionException("away"))))
                .matches(Databases::isAway);
        assertThat(sent(new HostingFailure(HostingFailure.Kind.PASSING, "Later.", null)))
                .isInstanceOfSatisfying(
                        HostingFailure.class,
                        it -> assertThat(it.kind()).isEqualTo(HostingFailure.Kind.PASSING));
    }

    @Test
    void sayNothingOfADefectButItsType() {
        assertThat(sent(new IllegalArgumentException("with a name in it")))
                .hasMessageContaining("IllegalArgumentException")
                .hasMessageNotContaining("a name");
    }

    @Test
    void countAnAnswerThatWasLostAsUnknown() {
        assertThat(Failures.received(new IllegalStateException("connection lost")))
                .isInstanceOfSatisfying(
                        LogUnavailable.class, it -> assertThat(it.outcomeKnown()).isFalse());
        assertThat(Failures.received(new NoHandlerForCommandException("none")))
                .isInstanceOfSatisfying(
                        LogUnavailable.class, it -> assertThat(it.outcomeKnown()).isTrue());
    }
}
