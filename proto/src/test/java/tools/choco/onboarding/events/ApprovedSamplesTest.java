package tools.choco.onboarding.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Today's code still reads yesterday's log. */
class ApprovedSamplesTest {

    static final List<EventType> EVENTS = EventType.all();

    @BeforeAll
    static void approveIfAsked() {
        Approved.approveIfAsked();
    }

    static Stream<Arguments> samples() {
        return Approved.versions().stream()
                .flatMap(v -> Approved.samples(v).stream().map(name -> arguments(v, name)));
    }

    @ParameterizedTest(name = "{1} of {0}")
    @MethodSource("samples")
    void stillReadsTheApprovedBytes(String version, String name)
            throws InvalidProtocolBufferException {
        Message read =
                Samples.emptyFor(name)
                        .getParserForType()
                        .parseFrom(Approved.sampleBytes(version, name));

        assertThat(read).isEqualTo(Approved.sampleMeaning(version, name));
    }

    @ParameterizedTest(name = "{1} of {0}")
    @MethodSource("samples")
    void hasEveryFieldOfItsVersionSet(String version, String name)
            throws InvalidProtocolBufferException {
        Map<String, Descriptor> types = Schema.messages(Approved.schema(version));
        Descriptor type = types.get(Samples.emptyFor(name).getDescriptorForType().getFullName());
        assertThat(type).isNotNull();

        Message read = DynamicMessage.parseFrom(type, Approved.sampleBytes(version, name));

        assertThat(Samples.unset(read)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("EVENTS")
    void existsForEveryEventOfTheCurrentVersion(EventType event) {
        assertThat(Approved.samples(EventType.SCHEMA_VERSION)).contains(event.wireName());
        assertThat(event.parse(Approved.sampleBytes(EventType.SCHEMA_VERSION, event.wireName())))
                .isEqualTo(Samples.of(event));
    }

    @Test
    void existsForTheEnvelopeOfTheCurrentVersion() {
        assertThat(Approved.sampleMeaning(EventType.SCHEMA_VERSION, Samples.ENVELOPE))
                .isEqualTo(Samples.envelope());
    }

    @Test
    void existsForEveryEventOfEachVersion() {
        for (String version : Approved.versions()) {
            List<String> events =
                    Approved.samples(version).stream()
                            .map(name -> Samples.emptyFor(name).getDescriptorForType())
                            .map(Descriptor::getFullName)
                            .toList();

            assertThat(Schema.messages(Approved.schema(version)).values())
                    .filteredOn(type -> type.findFieldByName("occurred_at") != null)
                    .extracting(Descriptor::getFullName)
                    .as("events of %s", version)
                    .isNotEmpty()
                    .isSubsetOf(events);
        }
    }

    @Test
    void namesTheFieldsThatAreNotSet() {
        var started = EventType.ONBOARDING_STARTED;
        Message.Builder event = Samples.of(started).toBuilder();
        event.clearField(started.descriptor().findFieldByName("variant"));
        var steps = started.descriptor().findFieldByName("steps");
        Message step = (Message) event.getRepeatedField(steps, 1);
        var title = step.getDescriptorForType().findFieldByName("title");
        event.setRepeatedField(steps, 1, step.toBuilder().clearField(title).build());

        assertThat(Samples.unset(event.build())).containsExactly("variant", "steps.title");
    }
}
