package tools.choco.onboarding.session.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;

/** What a process leaves behind that dies between the log and the pointer to the session. */
@ExtendWith(SharedService.class)
class UnfinishedResetTest {

    private final Tables tables;
    private final User user;

    UnfinishedResetTest(RunningService service) {
        this.tables = Tables.of(service);
        this.user = User.of(service);
    }

    @Test
    void isFinishedByTheNextStart() {
        String old = user.started("quick");
        String successor = user.reset(old).required("/sessionId");
        pointBackTo(old);

        Answer found = user.start("quick");

        assertThat(found.status()).isEqualTo(200);
        assertThat(found.at("/sessionId")).isEqualTo(successor);
        assertThat(claimed()).isEqualTo(successor);
        assertThat(tables.eventTypes(successor)).containsExactly("OnboardingStarted");
        assertThat(tables.eventsNaming(user.subject())).isEqualTo(3);
    }

    @Test
    void isSeenThroughByARead() {
        String old = user.started("quick");
        String successor = user.reset(old).required("/sessionId");
        pointBackTo(old);

        assertThat(user.mine("quick").at("/sessionId")).isEqualTo(successor);
        assertThat(user.mine("quick").at("/status")).isEqualTo("active");
        assertThat(tables.eventsNaming(user.subject())).isEqualTo(3);
    }

    @Test
    void isFollowedOverSeveralResets() {
        String first = user.started("quick");
        String second = user.reset(first).required("/sessionId");
        String third = user.reset(second).required("/sessionId");
        pointBackTo(first);

        assertThat(user.mine("quick").at("/sessionId")).isEqualTo(third);
        assertThat(user.start("quick").at("/sessionId")).isEqualTo(third);
        assertThat(claimed()).isEqualTo(third);
        assertThat(tables.eventsNaming(user.subject())).isEqualTo(5);
    }

    @Test
    void isFinishedByAnotherReset() {
        String old = user.started("quick");
        String successor = user.reset(old).required("/sessionId");
        pointBackTo(old);

        assertThat(user.reset(old).at("/sessionId")).isEqualTo(successor);
        assertThat(claimed()).isEqualTo(successor);
    }

    @Test
    void startsAClaimUnderTheIdItNames() {
        String id = UUID.randomUUID().toString();
        tables.update(
                """
                INSERT INTO session_claims (user_id, flow_id, session_id, claimed_at)
                VALUES (?, 'quick', ?, now())""",
                user.subject(),
                id);
        assertThat(user.mine("quick").status()).isEqualTo(404);

        Answer started = user.start("quick");

        assertThat(started.status()).isEqualTo(201);
        assertThat(started.at("/sessionId")).isEqualTo(id);
        assertThat(tables.eventTypes(id)).containsExactly("OnboardingStarted");
    }

    private void pointBackTo(String sessionId) {
        assertThat(
                        tables.update(
                                "UPDATE session_claims SET session_id = ? WHERE user_id = ?",
                                sessionId,
                                user.subject()))
                .isEqualTo(1);
    }

    private String claimed() {
        return tables.texts(
                        "SELECT session_id FROM session_claims WHERE user_id = ?", user.subject())
                .getFirst();
    }
}
