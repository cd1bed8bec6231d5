package tools.choco.onboarding.eventlog;

import io.axoniq.axonserver.grpc.event.Event;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;

/**
 * Finds events of a few aggregates on Axon Server: their places come from the index in PostgreSQL,
 * which is filled up to the head of the log first, and they themselves from Axon Server.
 */
final class AxonServerAggregates implements AggregateReader {

    private final AxonServerEvents events;
    private final AxonServerStorageEngine storageEngine;
    private final AxonServerLogReader reader;
    private final EventPositions positions;

    AxonServerAggregates(
            AxonServerEvents events,
            AxonServerStorageEngine storageEngine,
            AxonServerLogReader reader,
            EventPositions positions) {
        this.events = events;
        this.storageEngine = storageEngine;
        this.reader = reader;
        this.positions = positions;
    }

    @Override
    public OptionalLong position(String aggregateId, long sequence) {
        var uuid = MetaDataCodec.uuid(aggregateId);
        if (uuid == null) {
            return OptionalLong.empty();
        }
        var known = positions.position(uuid, sequence);
        if (known.isPresent()) {
            return known;
        }
        fill();
        return positions.position(uuid, sequence);
    }

    @Override
    public Map<String, Long> lastSequences(Collection<String> aggregateIds) {
        return events.lastSequences(
                aggregateIds.stream().filter(it -> MetaDataCodec.uuid(it) != null).toList());
    }

    @Override
    public List<? extends TrackedEventMessage<?>> after(
            long position, Collection<String> aggregateIds, int eventsMax) {
        fill();
        var uuids =
                aggregateIds.stream()
                        .map(MetaDataCodec::uuid)
                        .filter(Objects::nonNull)
                        .map(it -> (UUID) it)
                        .distinct()
                        .toList();
        var places = positions.after(position, uuids, eventsMax);
        Map<UUID, Set<Long>> wanted = new LinkedHashMap<>();
        for (var place : places) {
            wanted.computeIfAbsent(place.aggregateId(), it -> new TreeSet<>())
                    .add(place.sequence());
        }
        Map<UUID, Map<Long, Event>> read = new HashMap<>();
        wanted.forEach((aggregate, sequences) -> read.put(aggregate, read(aggregate, sequences)));
        List<TrackedEventMessage<?>> found = new ArrayList<>();
        for (var place : places) {
            var event = Objects.requireNonNull(read.get(place.aggregateId())).get(place.sequence());
            if (event == null) {
                throw new EventStoreException(
                        "Axon Server does not have event %d of %s, which is at %d"
                                .formatted(
                                        place.sequence(), place.aggregateId(), place.position()));
            }
            found.add(storageEngine.tracked(place.position(), event));
        }
        return found;
    }

    /** What an aggregate has between the least and the greatest of the sequences. */
    private Map<Long, Event> read(UUID aggregate, Set<Long> sequences) {
        long first = sequences.stream().mapToLong(it -> it).min().orElseThrow();
        int count = sequences.size();
        Map<Long, Event> read = new HashMap<>();
        storageEngine
                .stored(aggregate.toString(), first)
                .takeWhile(it -> read.size() < count)
                .forEach(it -> read.put(it.getAggregateSequenceNumber(), it));
        return read;
    }

    /** Fills the index up to the present head of the log. */
    void fill() {
        fill(reader.head());
    }

    /** One at a time in a process: the others would insert the same. */
    private synchronized void fill(long head) {
        long filled = positions.filled();
        if (filled >= head) {
            return;
        }
        filled = positions.last().map(EventPositions.Place::position).orElse(0L);
        positions.seen(filled);
        List<EventPositions.Place> batch = new ArrayList<>();
        reader.readEvents(
                filled,
                head,
                (position, event) -> {
                    batch.add(place(position, event));
                    if (batch.size() == EventPositions.ROWS_PER_INSERT || position == head) {
                        positions.add(batch);
                        batch.clear();
                    }
                });
    }

    static EventPositions.Place place(long position, Event event) {
        return new EventPositions.Place(
                position,
                event.getAggregateSequenceNumber(),
                AxonServerEvents.required(event.getAggregateIdentifier()));
    }
}
