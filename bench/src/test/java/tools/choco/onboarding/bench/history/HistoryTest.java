package tools.choco.onboarding.bench.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.v1.OnboardingPathSelected;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;

class HistoryTest {

    private static final int EVENTS = 100_000;
    private static final List<MadeEvent> HISTORY = told(EVENTS, 1);

    @Test
    void tellsTheSameForTheSameSeedAndAnotherForAnother() {
        assertThat(told(2_000, 7)).isEqualTo(told(2_000, 7)).isNotEqualTo(told(2_000, 8));
    }

    @Test
    void tellsAsManyEventsAsAskedForInTheTimeThatWasSet() {
        assertThat(HISTORY).hasSizeBetween(EVENTS, EVENTS + 5);
        assertThat(Duration.between(HISTORY.getFirst().time(), HISTORY.getLast().time()))
                .isBetween(Duration.ofDays(75), Duration.ofDays(105));
    }

    @Test
    void hasNoHolesInASequenceAndNoTimeThatRunsBackwardsWithinAnAggregate() {
        Map<UUID, Long> next = new HashMap<>();
        Map<UUID, Instant> last = new HashMap<>();
        Set<UUID> ids = new HashSet<>();
        for (var event : HISTORY) {
            assertThat(event.sequence())
                    .isEqualTo(next.merge(event.aggregateId(), 1L, Long::sum) - 1);
            assertThat(ids.add(event.eventId())).isTrue();
            if (EventType.of(event.event()) != EventType.EXTERNAL_EVENT_RECEIVED) {
                var at = EventFields.occurredAt(event.event());
                assertThat(at).isAfterOrEqualTo(last.getOrDefault(event.aggregateId(), at));
                assertThat(event.time()).isBetween(at, at.plusMillis(5));
                last.put(event.aggregateId(), at);
            }
            assertThat(event.metaData())
                    .containsKeys(EventMetadata.ACTOR, EventMetadata.CORRELATION_ID);
        }
    }

    @Test
    void givesOutIdsInTheirOrder() {
        assertThat(HISTORY.stream().map(event -> event.eventId().toString()).toList())
                .isSorted()
                .allSatisfy(id -> assertThat(id.charAt(14)).isEqualTo('7'));
    }

    @Test
    void holdsEveryTypeOfEventThatAServiceWithoutOperatorsWrites() {
        var types =
                HISTORY.stream()
                        .map(event -> EventType.of(event.event()))
                        .collect(Collectors.toUnmodifiableSet());

        assertThat(EventType.all())
                .allSatisfy(
                        type ->
                                assertThat(types.contains(type))
                                        .as(type.wireName())
                                        .isEqualTo(type != EventType.OPERATOR_ACTED));
    }

    @Test
    void variesFlowsVersionsVariantsSourcesAndPaths() {
        Map<String, String> paths = new HashMap<>();
        var started = new ArrayList<OnboardingStarted>();
        for (var event : HISTORY) {
            if (event.event() instanceof OnboardingPathSelected selected) {
                paths.put(selected.getSessionId(), selected.getPathId());
            } else if (event.event() instanceof OnboardingStarted start) {
                started.add(start);
            }
        }

        assertThat(
                        started.stream()
                                .map(
                                        start ->
                                                String.join(
                                                        " ",
                                                        start.getFlowId(),
                                                        "" + start.getFlowVersion(),
                                                        start.getVariant(),
                                                        start.getSource(),
                                                        paths.getOrDefault(
                                                                start.getSessionId(), ""))))
                .satisfies(all -> assertThat(new HashSet<>(all)).hasSizeGreaterThan(200));
        assertThat(share(started, start -> !start.getPreviousSessionId().isEmpty()))
                .isBetween(0.02, 0.04);
        assertThat(share(started, start -> start.getFlowId().equals("default")))
                .isBetween(0.4, 0.7);
    }

    @Test
    void givesSomeSessionsSeveralSites() {
        Map<String, Set<String>> sites = new HashMap<>();
        for (var event : HISTORY) {
            if (event.event() instanceof SiteProvisionRequested requested) {
                sites.computeIfAbsent(requested.getSessionId(), id -> new HashSet<>())
                        .add(requested.getSiteId());
            }
        }

        assertThat(share(List.copyOf(sites.values()), each -> each.size() > 1))
                .isBetween(0.05, 0.2);
    }

    @Test
    void tellsOfOtherSystemsLateAndTwice() {
        var received =
                HISTORY.stream()
                        .map(MadeEvent::event)
                        .filter(ExternalEventReceived.class::isInstance)
                        .map(ExternalEventReceived.class::cast)
                        .toList();
        Set<List<Object>> facts = new HashSet<>();
        long repeated =
                received.stream()
                        .filter(
                                event ->
                                        !facts.add(
                                                List.of(
                                                        event.getSourceSessionId(),
                                                        event.getSourceEventType(),
                                                        event.getOccurredAt())))
                        .count();

        assertThat(received)
                .extracting(ExternalEventReceived::getSourceEventId)
                .doesNotHaveDuplicates();
        assertThat((double) repeated / received.size()).isBetween(0.01, 0.03);
        assertThat(share(received, event -> delay(event).compareTo(Duration.ofSeconds(5)) > 0))
                .isBetween(0.04, 0.08);
        assertThat(received)
                .allSatisfy(event -> assertThat(delay(event)).isLessThan(Duration.ofDays(31)));
    }

    private static Duration delay(ExternalEventReceived event) {
        return Duration.between(
                EventTime.fromProto(event.getOccurredAt()),
                EventTime.fromProto(event.getReceivedAt()));
    }

    private static <T> double share(List<T> all, Predicate<T> which) {
        return (double) all.stream().filter(which).count() / all.size();
    }

    private static List<MadeEvent> told(long events, long seed) {
        List<MadeEvent> told = new ArrayList<>();
        new History(History.Settings.of(events, seed)).tell(told::add);
        return told;
    }
}
