package tools.choco.onboarding.funnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;
import tools.choco.onboarding.events.v1.OnboardingStepSkipped;
import tools.choco.onboarding.events.v1.StepKind;
import tools.choco.onboarding.projection.BrokenHistory;
import tools.choco.onboarding.projection.LoggedEvent;

/**
 * The examples of docs/funnels.md. Histories are written as {@code A0 C3 B5}: stage and minute, in
 * the order in which they came; what was reached is written the same way, in funnel order.
 */
class FunnelExamplesTest {

    private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");

    private static final FunnelDefinition ABC = funnel(Window.UNLIMITED, false);

    @ParameterizedTest
    @CsvSource({
        "ORDERED, A0 B5 C7, A0 B5 C7",
        "ORDERED, A0 C3 B5, A0 B5",
        "ORDERED, A0 C3 B5 C7, A0 B5 C7",
        "ORDERED, A0 B0 C0, A0 B0 C0",
        "ORDERED, A0 C0 B0, A0 B0",
        "ORDERED, C7 B5 A0, A0 B5 C7",
        "ORDERED, B-1 A0 C3, A0",
        "STRICT, A0 B5 C7, A0 B5 C7",
        "STRICT, A0 A2 B5 C7, A0 B5 C7",
        "STRICT, A0 C3 B5, A0",
        "STRICT, A0 C3 A4 B5 C7, A0",
        "STRICT, A0 B5 A6 C7, A0 B5",
        "ANY, A0 C3 B5, A0 B5 C3",
        "ANY, B-1 A0, A0",
        "ANY, B0 A0, A0",
        "ANY, A0 B0, A0 B0",
        "ANY, A0 C3, A0 C3",
        "ANY, A0 B9 B5 B7, A0 B5",
        "ANY, A0 X4 B6, A0",
        "ANY, A0 X4 B4, A0",
        "ANY, A0 B4 X4, A0 B4",
        "ANY, X-1 A0 B4, A0 B4",
        "ORDERED, A0 B3 X4 C6, A0 B3",
    })
    void reaches(Order order, String history, String reached) {
        assertThat(reached(ABC, order, history)).isEqualTo(reached);
    }

    @ParameterizedTest
    @CsvSource({"A0 C3, A0 B3 C3", "A0 C3 B5, A0 B3 C3", "A0 C3 B1, A0 B1 C3", "A0 B2, A0 B2"})
    void countsTheFurthestForAllBefore(String history, String reached) {
        assertThat(reached(funnel(Window.UNLIMITED, true), Order.ANY, history)).isEqualTo(reached);
    }

    @ParameterizedTest
    @CsvSource({
        // The window of an hour opens with the stage before.
        "ORDERED, A0 B60 C120, A0 B60 C120",
        "ORDERED, A0 B60 C121, A0 B60",
        "ORDERED, A0 B61 C62, A0",
        "STRICT, A0 B60 C120, A0 B60 C120",
        "STRICT, A0 B61 C62, A0",
        "ANY, A0 C60, A0 C60",
        "ANY, A0 C61, A0",
        "ANY, A0 B50 C110, A0 B50 C110",
        "ANY, A0 C61 B30 C80, A0 B30 C61",
    })
    void holdsWindowsOfStages(Order order, String history, String reached) {
        assertThat(reached(funnel(Window.HOUR, false), order, history)).isEqualTo(reached);
    }

    @Test
    void countsWithinAWindowToItsEnd() {
        Counters counters = new Counters();
        FunnelSession session = session(ABC, "A0 B60 C61");
        session.entries().forEach(it -> Contribution.of(ABC, it, Order.ORDERED, 1, counters));
        int hour = Window.HOUR.lastBucket();

        assertThat(counters.sumTo(Metric.REACHED, "B", "", hour)).isEqualTo(1);
        assertThat(counters.sumTo(Metric.REACHED, "C", "", hour)).isZero();
        assertThat(counters.sumTo(Metric.PREVIOUS_PASSED, "C", "", hour)).isEqualTo(1);
        assertThat(counters.sumTo(Metric.BOTH, "C", "", hour)).isZero();
        assertThat(counters.sumTo(Metric.BOTH, "C", "", Window.SIX_HOURS.lastBucket()))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Window.class)
    void endsABucketWithEveryWindow(Window window) {
        int bucket = window.lastBucket();
        if (window != Window.UNLIMITED) {
            assertThat(Buckets.upperMillis(bucket) * 1_000).isEqualTo(window.micros());
            assertThat(Buckets.of(window.micros() + 1)).isEqualTo(bucket + 1);
        } else {
            assertThat(bucket).isEqualTo(Buckets.COUNT - 1);
        }
    }

    @Test
    void keepsBucketsNarrow() {
        assertThat(Buckets.of(-5)).isZero();
        assertThat(Buckets.of(1)).isEqualTo(1);
        assertThat(Buckets.of(20_000)).isEqualTo(20);
        for (int bucket = 21; bucket < Buckets.COUNT - 1; bucket++) {
            long lower = Buckets.upperMillis(bucket - 1);
            long upper = Buckets.upperMillis(bucket);
            assertThat(upper).isGreaterThan(lower);
            assertThat(upper * 100).isLessThanOrEqualTo(lower * 105);
            assertThat(Buckets.of(upper * 1_000)).isEqualTo(bucket);
            assertThat(Buckets.of(upper * 1_000 + 1)).isEqualTo(bucket + 1);
        }
        assertThat(Buckets.upperMillis(Buckets.COUNT - 2))
                .isEqualTo(Duration.ofDays(400).toMillis());
        assertThat(Buckets.upperMillis(Buckets.COUNT - 1)).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({
        // Hours since Monday 00:00, in minutes: 8, 33, 57, then Sunday 10 late.
        "A480 A1980, A480",
        "A480 A1980 A3420, A480 / A3420",
        "A480 A1980 A3420 A-840, A-840 / A3420",
        "A0 A2880, A0",
        "A0 A2881, A0 / A2881",
        "A2881 A0, A0 / A2881",
        "A0 A2881 B2882 B10, A0 B10 / A2881 B2882",
        "B5, ''",
        "B5 A0, A0 B5",
    })
    void beginsAnewAfterTwoDays(String history, String reached) {
        assertThat(reached(ABC, Order.ORDERED, history)).isEqualTo(reached);
    }

    @Test
    void knowsTheSameEventByItsId() {
        List<LoggedEvent> log = new ArrayList<>(log("A5 B7"));
        log.add(tell("e0", "A", 0, "{}", 2, 3));
        log.add(tell("e9", "B", 6, "{}", 3, 4));

        assertThat(reached(ABC, Order.ORDERED, log)).isEqualTo("A5 B6");
    }

    @Test
    void refusesAHoleAndKnowsARepeat() {
        List<LoggedEvent> log = log("A0 B5 C7");
        FunnelSession session = FunnelSession.startedBy(ABC, log.get(0));

        assertThat(session.contains(log.get(0))).isTrue();
        assertThat(session.contains(log.get(1))).isFalse();
        assertThatExceptionOfType(BrokenHistory.class)
                .isThrownBy(() -> session.after(ABC, log.get(2)));
        assertThatExceptionOfType(BrokenHistory.class)
                .isThrownBy(() -> FunnelSession.startedBy(ABC, log.get(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "A0, inFlight",
        "A0 C3, converted",
        "A0 X3, failed",
        "A0 X3 C4, converted",
        "X-1 A0, inFlight",
        "C-1 A0, inFlight",
    })
    void hasAnOutcome(String history, String outcome) {
        assertThat(session(ABC, history).entries().getFirst().outcome().key()).isEqualTo(outcome);
    }

    @Test
    void endsAnEntryWithTheNextStart() {
        assertThat(session(ABC, "A0 B1 A3000 C3001").entries())
                .extracting(it -> it.outcome().key())
                .containsExactly("reset", "converted");
    }

    @Test
    void leavesOutWhatWasNotOffered() {
        FunnelDefinition funnel =
                new FunnelDefinition(
                        "f",
                        "F",
                        new Sessions(Set.of("portal")),
                        List.of(
                                StageRule.of("A", event("A")),
                                new StageRule(
                                        "B",
                                        List.of(event("B")),
                                        null,
                                        Window.UNLIMITED,
                                        new EventRule(
                                                "C",
                                                List.of(
                                                        new Condition(
                                                                "data.status",
                                                                true,
                                                                Set.of("ok"))))),
                                StageRule.of("C", event("C"))),
                        List.of(),
                        List.of(),
                        Order.ORDERED,
                        false,
                        Window.UNLIMITED,
                        "hash");
        LoggedEvent start = tell("e0", "A", 0, "{}", 0, 1);
        LoggedEvent failed = tell("e1", "C", 5, "{\"data\":{\"status\":\"failed\"}}", 1, 2);
        LoggedEvent well = tell("e1", "C", 5, "{\"data\":{\"status\":\"ok\"}}", 1, 2);
        LoggedEvent silent = tell("e1", "C", 5, "no json", 1, 2);
        LoggedEvent synced = tell("e2", "B", 4, "{}", 2, 3);

        assertThat(offered(funnel, List.of(start, failed))).containsExactly("A", "C");
        assertThat(reached(funnel, Order.ORDERED, List.of(start, failed))).isEqualTo("A0 C5");
        assertThat(offered(funnel, List.of(start, well))).containsExactly("A", "B", "C");
        assertThat(reached(funnel, Order.ORDERED, List.of(start, well))).isEqualTo("A0");
        assertThat(offered(funnel, List.of(start, silent))).containsExactly("A", "B", "C");
        assertThat(offered(funnel, List.of(start, failed, synced))).containsExactly("A", "B", "C");
    }

    @Test
    void passesOverWhatWasSkipped() {
        FunnelDefinition funnel =
                new FunnelDefinition(
                        "f",
                        "F",
                        Sessions.OWN,
                        List.of(
                                StageRule.of("started", event("onboarding.started")),
                                StageRule.eachStep(new StepRule.OfKind(StepKind.STEP_KIND_FORM)),
                                StageRule.of("completed", event("onboarding.completed"))),
                        List.of(),
                        List.of(),
                        Order.ORDERED,
                        false,
                        Window.UNLIMITED,
                        "hash");
        List<LoggedEvent> log = new ArrayList<>();
        log.add(
                own(
                        OnboardingStarted.newBuilder()
                                .addSteps(form("tools", 1))
                                .addSteps(form("invite", 2))
                                .setOccurredAt(timestamp(0))
                                .build(),
                        0));
        log.add(
                own(
                        OnboardingStepSkipped.newBuilder()
                                .setStepId("tools")
                                .setOccurredAt(timestamp(3))
                                .build(),
                        1));
        log.add(
                own(
                        OnboardingStepCompleted.newBuilder()
                                .setStepId("invite")
                                .setOccurredAt(timestamp(5))
                                .build(),
                        2));
        FunnelSession skipped = folded(funnel, log);
        for (Order order : Order.values()) {
            Counters counters = new Counters();
            Contribution.of(funnel, skipped.entries().getFirst(), order, 1, counters);

            assertThat(counters.sum(Metric.SKIPPED, "tools", "")).isEqualTo(1);
            assertThat(counters.sum(Metric.REACHED, "tools", "")).isZero();
            assertThat(counters.sum(Metric.REACHED, "invite", "")).isEqualTo(1);
            assertThat(counters.sumTo(Metric.PREVIOUS_PASSED, "invite", "", Buckets.COUNT))
                    .isEqualTo(1);
        }
        log.add(
                own(
                        OnboardingStepReopened.newBuilder()
                                .setStepId("tools")
                                .setOccurredAt(timestamp(6))
                                .build(),
                        3));
        assertThat(reached(funnel, Order.ORDERED, log)).isEqualTo("started0");
        assertThat(reached(funnel, Order.ANY, log)).isEqualTo("started0 invite5");
        log.add(
                own(
                        OnboardingStepCompleted.newBuilder()
                                .setStepId("tools")
                                .setOccurredAt(timestamp(8))
                                .build(),
                        4));
        assertThat(reached(funnel, Order.ORDERED, log)).isEqualTo("started0 tools8");
    }

    @Test
    void restatesADayThatIsOver() {
        // Monday 10:00 in time; Monday 23:50 comes on Tuesday 00:10.
        LoggedEvent start = tell("e0", "A", 600, "{}", 0, 1);
        LoggedEvent late = tell("e1", "B", 1_430, "{}", 1, 2, 20);
        LoggedEvent next = tell("e2", "C", 1_460, "{}", 2, 3);
        FunnelSession first = FunnelSession.startedBy(ABC, start);
        FunnelSession second = first.after(ABC, late);

        assertThat(Restatement.of(ABC, null, first, start)).isEmpty();
        assertThat(Restatement.of(ABC, first, second, late))
                .singleElement()
                .satisfies(
                        it -> {
                            assertThat(it.day()).isEqualTo("2026-03-02");
                            assertThat(it.entries()).isZero();
                            assertThat(it.cause()).isEqualTo("B");
                            assertThat(it.stages())
                                    .containsExactly(new Restatement.StageChange("B", 0, 1, 0));
                        });
        assertThat(Restatement.of(ABC, second, second.after(ABC, next), next)).isEmpty();
    }

    @Test
    void keepsNoMoreFactsThanItNeeds() {
        StringBuilder history = new StringBuilder("A0");
        for (int i = 0; i < FunnelSession.FACTS_MAX + 100; i++) {
            history.append(" B5");
        }
        FunnelSession session = session(ABC, history + " C7");

        assertThat(session.entries().getFirst().facts()).hasSize(FunnelSession.FACTS_MAX + 1);
        assertThat(reached(ABC, Order.ORDERED, history + " C7")).isEqualTo("A0 B5 C7");
    }

    private static FunnelDefinition funnel(Window window, boolean furthest) {
        return new FunnelDefinition(
                "f",
                "F",
                new Sessions(Set.of("portal")),
                List.of(
                        StageRule.of("A", event("A")),
                        new StageRule("B", List.of(event("B")), null, window, null),
                        new StageRule("C", List.of(event("C")), null, window, null)),
                List.of(StageRule.of("X", event("X"))),
                List.of(),
                Order.ORDERED,
                furthest,
                Window.UNLIMITED,
                "hash");
    }

    private static EventRule event(String type) {
        return new EventRule(type, List.of());
    }

    private static FunnelSession session(FunnelDefinition funnel, String history) {
        return folded(funnel, log(history));
    }

    private static FunnelSession folded(FunnelDefinition funnel, List<LoggedEvent> log) {
        FunnelSession session = FunnelSession.startedBy(funnel, log.getFirst());
        for (LoggedEvent event : log.subList(1, log.size())) {
            session = session.after(funnel, event);
        }
        return session;
    }

    private static String reached(FunnelDefinition funnel, Order order, String history) {
        return reached(funnel, order, log(history));
    }

    /** Entries with {@code /} between them. */
    private static String reached(FunnelDefinition funnel, Order order, List<LoggedEvent> log) {
        List<String> entries = new ArrayList<>();
        for (FunnelEntry entry : folded(funnel, log).entries()) {
            List<String> stages = new ArrayList<>();
            for (StageReceipt it : StageReceipt.receipts(funnel, entry, order)) {
                if (!it.skipped()) {
                    stages.add(it.stage() + minute(it.timeMicros()));
                }
            }
            entries.add(String.join(" ", stages));
        }
        return String.join(" / ", entries);
    }

    private static List<String> offered(FunnelDefinition funnel, List<LoggedEvent> log) {
        Counters counters = new Counters();
        folded(funnel, log)
                .entries()
                .forEach(it -> Contribution.of(funnel, it, Order.ORDERED, 1, counters));
        return counters.keys().stream()
                .filter(it -> it.metric() == Metric.OFFERED)
                .map(Counters.Key::stage)
                .toList();
    }

    private static List<LoggedEvent> log(String history) {
        List<LoggedEvent> log = new ArrayList<>();
        for (String told : Arrays.asList(history.split(" "))) {
            log.add(
                    tell(
                            "e" + log.size(),
                            told.substring(0, 1),
                            Long.parseLong(told.substring(1)),
                            "{}",
                            log.size(),
                            log.size() + 1));
        }
        return log;
    }

    private static LoggedEvent tell(
            String id, String type, long minute, String json, long sequence, long position) {
        return tell(id, type, minute, json, sequence, position, 0);
    }

    private static LoggedEvent tell(
            String id,
            String type,
            long minute,
            String json,
            long sequence,
            long position,
            long minutesLate) {
        return new LoggedEvent(
                position,
                "session",
                sequence,
                id(position),
                ExternalEventReceived.newBuilder()
                        .setExternalSessionId("session")
                        .setSourceService("portal")
                        .setSourceEventId(id)
                        .setSourceEventType(type)
                        .setOccurredAt(timestamp(minute))
                        .setPayload(ByteString.copyFromUtf8(json))
                        .build(),
                "",
                MONDAY.plus(Duration.ofMinutes(minute)),
                MONDAY.plus(Duration.ofMinutes(minute + minutesLate)));
    }

    private static LoggedEvent own(Message event, long sequence) {
        Instant at = EventFields.occurredAt(event);
        return new LoggedEvent(
                sequence + 1, "session", sequence, id(sequence), event, "session", at, at);
    }

    private static OfferedStep form(String id, int ordinal) {
        return OfferedStep.newBuilder()
                .setStepId(id)
                .setKind(StepKind.STEP_KIND_FORM)
                .setOrdinal(ordinal)
                .build();
    }

    private static Timestamp timestamp(long minute) {
        return Timestamp.newBuilder()
                .setSeconds(MONDAY.plus(Duration.ofMinutes(minute)).getEpochSecond())
                .build();
    }

    private static long minute(long micros) {
        return Math.floorDiv(micros / 1_000_000 - MONDAY.getEpochSecond(), 60);
    }

    private static String id(long number) {
        return UUID.nameUUIDFromBytes(("event" + number).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
