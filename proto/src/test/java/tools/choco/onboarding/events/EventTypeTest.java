package tools.choco.onboarding.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingStarted;

class EventTypeTest {

    static final List<EventType> EVENTS = EventType.all();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                OnboardingStarted          | onboarding.started          | OnboardingSession
                OnboardingStepCompleted    | onboarding.step_completed   | OnboardingSession
                OnboardingStepSkipped      | onboarding.step_skipped     | OnboardingSession
                OnboardingStepReopened     | onboarding.step_reopened    | OnboardingSession
                OnboardingPathSelected     | onboarding.path_selected    | OnboardingSession
                OnboardingAbandoned        | onboarding.abandoned        | OnboardingSession
                OnboardingResumed          | onboarding.resumed          | OnboardingSession
                OnboardingReset            | onboarding.reset            | OnboardingSession
                OnboardingCompleted        | onboarding.completed        | OnboardingSession
                SiteProvisionRequested     | site.provision_requested    | Site
                SiteProvisionStateChanged  | site.state_changed          | Site
                SiteProvisionCompleted     | site.provision_completed    | Site
                SiteProvisionFailed        | site.provision_failed       | Site
                WelcomeSiteProvisioned     | site.welcome_provisioned    | Site
                WelcomeSiteAdopted         | site.welcome_adopted        | Site
                SiteDeployStatusChanged    | site.deploy_status_changed  | Site
                SiteLifecycleStageChanged  | site.stage_changed          | Site
                """)
    void namesEveryEvent(String message, String wireName, String aggregateType) {
        EventType type = EventType.byWireName(wireName);

        assertThat(type.wireName()).isEqualTo(wireName);
        assertThat(type.protoName()).isEqualTo("events.onboarding.v1." + message);
        assertThat(type.aggregateType()).isEqualTo(aggregateType);
        assertThat(type.descriptor().getName()).isEqualTo(message);
    }

    @Test
    void holdsEveryEventOfTheSchema() {
        // Only an event says when it occurred.
        assertThat(EventType.ONBOARDING_STARTED.descriptor().getFile().getMessageTypes())
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
        Descriptor descriptor = type.descriptor();

        assertThat(
                        descriptor.findFieldByName(
                                type.aggregateType().equals(EventType.SITE)
                                        ? "site_id"
                                        : "session_id"))
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
