package tools.choco.onboarding.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;
import tools.choco.onboarding.session.SessionId;

class SessionRefusalsTest {

    private static final Instant NOON = Instant.parse("2026-03-14T12:00:00Z");
    private static final SessionId SESSION = new SessionId("0195945c-2a00-7000-8000-000000000001");
    private static final RefusalsId ID = RefusalsId.of(SESSION);

    private final AggregateTestFixture<SessionRefusals> refusals =
            new AggregateTestFixture<>(SessionRefusals.class);

    @BeforeEach
    void stopTheClock() {
        refusals.registerInjectableResources(Clock.fixed(NOON, ZoneOffset.UTC));
    }

    @Test
    void remembersTheFirst() {
        refusals.givenNoPriorActivity().when(record()).expectEvents(refused(NOON));
    }

    @Test
    void remembersAsManyAsItMay() {
        refusals.given(Collections.nCopies(SessionRefusals.REFUSALS_MAX - 1, refused(NOON)))
                .when(record())
                .expectEvents(refused(NOON));
    }

    @Test
    void forgetsThoseBeyond() {
        refusals.given(Collections.nCopies(SessionRefusals.REFUSALS_MAX, refused(NOON)))
                .when(record())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void neverRunsBackInTime() {
        Instant later = NOON.plusSeconds(1);

        refusals.given(refused(later)).when(record()).expectEvents(refused(later));
    }

    @Test
    void isNamedAfterItsSession() {
        assertThat(RefusalsId.of(SESSION)).isEqualTo(ID);
        assertThat(RefusalsId.of(new SessionId("0195945c-2a00-7000-8000-000000000002")))
                .isNotEqualTo(ID);
    }

    private static RecordRefusal record() {
        return new RecordRefusal(
                ID,
                SESSION,
                "complete_step",
                "profile",
                "answers_invalid",
                List.of("/answers/firstName required"),
                Request.of(Caller.user("ada"), "correlation-1"));
    }

    private static CommandRefused refused(Instant at) {
        return CommandRefused.newBuilder()
                .setRefusalsId(ID.value())
                .setSessionId(SESSION.value())
                .setUserId("ada")
                .setOccurredAt(EventTime.toProto(at))
                .setCommand("complete_step")
                .setStepId("profile")
                .setCode("answers_invalid")
                .addIssues("/answers/firstName required")
                .build();
    }
}
