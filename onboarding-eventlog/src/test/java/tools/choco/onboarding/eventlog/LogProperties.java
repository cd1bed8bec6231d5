package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.modelling.command.ConcurrencyException;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** Writers on two processes at once, each with a list of appends over few aggregates. */
class LogProperties {

    /**
     * @param writers each a list of appends, each append the aggregates that get an event by it
     */
    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void keepsOneOrderForAllAndNoHolesWithinAnAggregate(
            @ForAll @Size(min = 2, max = 6)
                    List<
                                    @Size(max = 12) List<
                                            @Size(min = 1, max = 3) List<
                                                    @IntRange(max = 3) Integer>>>
                            writers)
            throws Exception {
        try (var database = TestDatabase.create();
                var one = new PostgresEventLog(database.dataSource());
                var two = new PostgresEventLog(database.dataSource())) {
            var store = two.eventStore();
            var streamed = new ArrayList<String>();
            var acknowledged = new ArrayList<List<String>>();
            try (var stream = store.openStream(null);
                    var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                var running =
                        writers.stream()
                                .map(
                                        appends ->
                                                executor.submit(
                                                        () ->
                                                                write(
                                                                        writers.indexOf(appends) % 2
                                                                                        == 0
                                                                                ? one
                                                                                : two,
                                                                        appends)))
                                .toList();
                for (var writer : running) {
                    acknowledged.addAll(writer.get());
                }
                int all = acknowledged.stream().mapToInt(List::size).sum();
                while (streamed.size() < all && stream.hasNextAvailable(30, TimeUnit.SECONDS)) {
                    streamed.add(stream.nextAvailable().getIdentifier());
                }
            }

            var read = one.storageEngine().readEvents(null, false).toList();
            var order = read.stream().<String>map(EventMessage::getIdentifier).toList();
            assertThat(streamed).isEqualTo(order);
            assertThat(order)
                    .containsExactlyInAnyOrderElementsOf(
                            acknowledged.stream().flatMap(List::stream).toList());
            // An append stays together.
            acknowledged.forEach(append -> assertThat(order).containsSequence(append));
            var next = new HashMap<String, Long>();
            for (var event : read) {
                var domainEvent = (DomainEventMessage<?>) event;
                long expected = next.merge(domainEvent.getAggregateIdentifier(), 1L, Long::sum) - 1;
                assertThat(domainEvent.getSequenceNumber()).isEqualTo(expected);
            }
            store.shutDown();
        }
    }

    /** Appends on top of what the log has, once each; those that lose the race are left out. */
    private static List<List<String>> write(PostgresEventLog log, List<List<Integer>> appends) {
        var events = new RandomEvents(5);
        var acknowledged = new ArrayList<List<String>>();
        for (var aggregates : appends) {
            var next = new HashMap<String, Long>();
            var append = new ArrayList<DomainEventMessage<?>>();
            for (int aggregate : aggregates) {
                var id = RandomEvents.id("aggregate" + aggregate);
                long sequence =
                        next.computeIfAbsent(
                                id,
                                it ->
                                        log.storageEngine().lastSequenceNumberFor(it).orElse(-1L)
                                                + 1);
                append.add(RandomEvents.message(id, sequence, events.any()));
                next.put(id, sequence + 1);
            }
            try {
                log.storageEngine().appendEvents(append);
                acknowledged.add(append.stream().<String>map(EventMessage::getIdentifier).toList());
            } catch (ConcurrencyException e) {
                // Another writer was first.
            }
        }
        return acknowledged;
    }
}
