package tools.choco.onboarding.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;

class ExternalSessionTest {

    private static final Instant ARRIVAL = Instant.parse("2026-11-21T10:00:00.000001Z");

    @Property(tries = 200)
    void receivesEachEventOnceInTheOrderOfItsFirstArrival(
            @ForAll @Size(max = 8)
                    List<@Size(max = 20) List<@IntRange(min = 0, max = 15) Integer>> batches) {
        List<ExternalEventReceived> history = new ArrayList<>();
        Set<String> expected = new LinkedHashSet<>();
        for (List<Integer> batch : batches) {
            batch.forEach(number -> expected.add("e" + number));
            history.addAll(ExternalSession.of(history).decide(receive("ps-1", batch)));
        }

        assertThat(history)
                .extracting(ExternalEventReceived::getSourceEventId)
                .containsExactlyElementsOf(expected);
        assertThat(ExternalSession.of(history).events()).isEqualTo(expected.size());
    }

    @Test
    void keepsBothTimesAndTheBytes() {
        ExternalEventReceived event =
                ExternalSession.afterOthers(7).decide(receive("ps-1", List.of(3))).getFirst();

        assertThat(event.getOccurredAt().getSeconds())
                .isEqualTo(ARRIVAL.minusSeconds(3).getEpochSecond());
        assertThat(event.getReceivedAt().getNanos()).isEqualTo(1_000);
        assertThat(event.getPayload().toStringUtf8()).isEqualTo("{\"n\":3}");
        assertThat(event.getExternalSessionId())
                .isEqualTo(ExternalSessionId.of("portal", "ps-1").value());
    }

    @Test
    void hasAnIdForEachSourceAndSession() {
        assertThat(ExternalSessionId.of("portal", "1"))
                .isEqualTo(ExternalSessionId.of("portal", "1"))
                .isNotEqualTo(ExternalSessionId.of("portal", "2"))
                .isNotEqualTo(ExternalSessionId.of("portals", "1"));
    }

    @Test
    void refusesTheHistoryOfTwo() {
        List<ExternalEventReceived> mixed = new ArrayList<>();
        mixed.addAll(ExternalSession.afterOthers(0).decide(receive("ps-1", List.of(1))));
        mixed.addAll(ExternalSession.afterOthers(0).decide(receive("ps-2", List.of(2))));

        assertThatThrownBy(() -> ExternalSession.of(mixed)).isInstanceOf(BrokenStream.class);
    }

    private static ReceiveEvents receive(String session, List<Integer> numbers) {
        return new ReceiveEvents(
                "portal",
                session,
                numbers.stream()
                        .map(
                                number ->
                                        new ExternalEvent(
                                                "e" + number,
                                                "domain.validated",
                                                ARRIVAL.minusSeconds(number),
                                                ByteString.copyFromUtf8("{\"n\":" + number + "}")))
                        .toList(),
                ARRIVAL);
    }
}
