package tools.choco.onboarding.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.choco.onboarding.events.audit.v1.OperatorActed;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingAbandoned;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;

class EventFieldsTest {

    static final List<EventType> EVENTS = EventType.all();

    static final List<EventType> EVENTS_OF_USERS =
            EVENTS.stream()
                    .filter(it -> it.descriptor().findFieldByName("user_id") != null)
                    .toList();

    @ParameterizedTest
    @FieldSource("EVENTS_OF_USERS")
    void readsWhatEveryEventHas(EventType type) {
        Instant occurredAt = Instant.parse("2026-03-14T09:26:53.123456Z");
        Message event =
                type.defaultInstance().toBuilder()
                        .setField(type.descriptor().findFieldByName("session_id"), "session")
                        .setField(type.descriptor().findFieldByName("user_id"), "user")
                        .setField(
                                type.descriptor().findFieldByName("occurred_at"),
                                Timestamp.newBuilder()
                                        .setSeconds(occurredAt.getEpochSecond())
                                        .setNanos(occurredAt.getNano())
                                        .build())
                        .build();

        assertThat(EventFields.sessionId(event)).isEqualTo("session");
        assertThat(EventFields.userId(event)).isEqualTo("user");
        assertThat(EventFields.occurredAt(event)).isEqualTo(occurredAt);
        assertThat(EventFields.siteId(event)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("EVENTS")
    void readsTheSiteWhereThereIsOne(EventType type) {
        Message event = Samples.of(type);
        boolean hasSite =
                type.aggregateType().equals(EventType.SITE)
                        || type == EventType.ONBOARDING_STEP_COMPLETED;

        assertThat(EventFields.siteId(event).isPresent()).isEqualTo(hasSite);
    }

    @Test
    void findsNoSiteInAFormStep() {
        assertThat(EventFields.siteId(OnboardingStepCompleted.getDefaultInstance())).isEmpty();
    }

    @Test
    void findsNoSessionInAnotherSystemsEventOrAnOperatorsAct() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventFields.sessionId(ExternalEventReceived.getDefaultInstance()))
                .withMessage("events.ingest.v1.ExternalEventReceived belongs to no session");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventFields.userId(OperatorActed.getDefaultInstance()))
                .withMessage("events.audit.v1.OperatorActed belongs to no session");
    }

    @Test
    void refusesAnEventWithoutATime() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventFields.occurredAt(OnboardingAbandoned.getDefaultInstance()))
                .withMessage("events.onboarding.v1.OnboardingAbandoned without occurred_at");
    }

    @Test
    void refusesWhatIsNoEvent() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventFields.sessionId(OfferedStep.getDefaultInstance()));
    }
}
