package tools.choco.onboarding.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingStarted;

class EventTypeTest {

    static final List<EventType> EVENTS = EventType.all();

    private static final Map<String, String> ID_FIELDS =
            Map.of(
                    EventType.SESSION, "session_id",
                    EventType.SITE, "site_id",
                    EventType.REFUSALS, "refusals_id",
                    EventType.EXTERNAL_SESSION, "external_session_id",
                    EventType.OPERATION, "operation_id");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                onboarding.v1.OnboardingStarted          | onboarding.started          | OnboardingSession
                onboarding.v1.OnboardingStepCompleted    | onboarding.step_completed   | OnboardingSession
                onboarding.v1.OnboardingStepSkipped      | onboarding.step_skipped     | OnboardingSession
                onboarding.v1.OnboardingStepReopened     | onboarding.step_reopened    | OnboardingSession
                onboarding.v1.OnboardingPathSelected     | onboarding.path_selected    | OnboardingSession
                onboarding.v1.OnboardingAbandoned        | onboarding.abandoned        | OnboardingSession
                onboarding.v1.OnboardingResumed          | onboarding.resumed          | OnboardingSession
                onboarding.v1.OnboardingReset            | onboarding.reset            | OnboardingSession
                onboarding.v1.OnboardingCompleted        | onboarding.completed        | OnboardingSession
                onboarding.v1.SiteProvisionRequested     | site.provision_requested    | Site
                onboarding.v1.SiteProvisionStateChanged  | site.state_changed          | Site
                onboarding.v1.SiteProvisionCompleted     | site.provision_completed    | Site
                onboarding.v1.SiteProvisionFailed        | site.provision_failed       | Site
                onboarding.v1.WelcomeSiteProvisioned     | site.welcome_provisioned    | Site
                onboarding.v1.WelcomeSiteAdopted         | site.welcome_adopted        | Site
                onboarding.v1.SiteDeployStatusChanged    | site.deploy_status_changed  | Site
                onboarding.v1.SiteLifecycleStageChanged  | site.stage_changed          | Site
                refusal.v1.CommandRefused            | refusal.command_refused     | SessionRefusals
                ingest.v1.ExternalEventReceived      | ingest.event_received       | ExternalSession
                audit.v1.OperatorActed               | audit.operator_acted        | Operation
                """)
    void namesEveryEvent(String message, String wireName, String aggregateType) {
        EventType type = EventType.byWireName(wireName);

        assertThat(type.wireName()).isEqualTo(wireName);
        assertThat(type.protoName()).isEqualTo("events." + message);
        assertThat(type.aggregateType()).isEqualTo(aggregateType);
    }

    @Test
    void holdsEveryEventOfTheSchema() {
        // Only an event says when it occurred.
        assertThat(Schema.events())
                .flatExtracting(FileDescriptor::getMessageTypes)
                .filteredOn(message -> message.findFieldByName("occurred_at") != null)
                .containsExactlyElementsOf(
                        EventType.all().stream().map(EventType::descriptor).toList());
    }

    @ParameterizedTest
    @FieldSource("EVENTS")
    void isFoundByEachOfItsNamesAndByItsMessage(EventType type)
            throws InvalidProtocolBufferException {
        Message event = Samples.of(type);

        assertThat(EventType.byWireName(type.wireName())).isEqualTo(type);
        assertThat(EventType.byProtoName(type.protoName())).isEqualTo(type);
        assertThat(EventType.of(event)).isEqualTo(type);
        assertThat(type.parser().parseFrom(event.toByteArray())).isEqualTo(event);
        assertThat(type.parse(event.toByteArray())).isEqualTo(event);
        assertThat(type.defaultInstance()).isEqualTo(event.getDefaultInstanceForType());
    }

    @ParameterizedTest
    @FieldSource("EVENTS")
    void carriesTheIdOfItsAggregate(EventType type) {
        assertThat(type.descriptor().findFieldByName(ID_FIELDS.get(type.aggregateType())))
                .isNotNull();
    }

    @Test
    void refusesWhatIsNotInTheCatalogue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventType.byWireName("onboarding.lost"))
                .withMessage("no event of the catalogue: onboarding.lost");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventType.byProtoName("events.onboarding.v1.OfferedStep"))
                .withMessageContaining("events.onboarding.v1.OfferedStep");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventType.of(OfferedStep.getDefaultInstance()))
                .withMessageContaining("events.onboarding.v1.OfferedStep");
    }

    @Test
    void refusesBytesThatAreNoMessage() {
        byte[] cutOff = {0x0a, 0x10, 0x41};

        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventType.ONBOARDING_STARTED.parse(cutOff))
                .withMessage("not a readable events.onboarding.v1.OnboardingStarted");
    }

    @Test
    void keepsFieldsOfANewerSchema() throws InvalidProtocolBufferException {
        byte[] newer = {0x0a, 0x01, 0x41, (byte) 0xfa, 0x06, 0x01, 0x42};

        Message read = EventType.ONBOARDING_STARTED.parse(newer);

        assertThat(((OnboardingStarted) read).getSessionId()).isEqualTo("A");
        assertThat(read.toByteArray()).isEqualTo(newer);
    }
}
