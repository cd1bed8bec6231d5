package tools.choco.onboarding.ingest;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.axonframework.common.IdentifierFactory;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.ConcurrencyException;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.AggregateReader;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.external.ExternalSession;
import tools.choco.onboarding.external.ExternalSessionId;
import tools.choco.onboarding.external.ReceiveEvents;
import tools.choco.onboarding.ingest.IngestClaims.Claim;
import tools.choco.onboarding.ingest.IngestClaims.Claims;

/**
 * Takes in batches. A batch is one command to each session it tells of, and one append of all that
 * is new: what is in the log of a batch is all of it, or nothing.
 *
 * <p>The order is what makes a repeat a repeat. First the sessions' last sequences are read, then
 * the events are claimed, then appended right after those sequences. An event that nobody had
 * claimed cannot have been in the log when the sequences were read; had it come there since, the
 * append would be refused. A session with an event that was claimed before is read from the log:
 * the claim's owner may have died before it appended, so only the log tells. The event then takes
 * the id that its first claim gave it.
 */
public final class Ingest {

    private static final int ATTEMPTS_MAX = 8;
    private static final int PAUSE_MILLIS_MAX = 40;
    private static final int EVENTS_PER_READ = 1_000;

    private final AggregateReader log;
    private final EventBus events;
    private final IngestClaims claims;
    private final MeterRegistry meters;

    public Ingest(AggregateReader log, EventBus events, IngestClaims claims, MeterRegistry meters) {
        this.log = log;
        this.events = events;
        this.claims = claims;
        this.meters = meters;
    }

    /**
     * What became of a batch.
     *
     * @param accepted events that are new in the log
     * @param repeated events that were there already
     * @param refused the others, in the batch's order
     */
    record Outcome(int accepted, int repeated, List<Incoming.Refused> refused) {}

    /**
     * Takes in a batch; what is new is durable when this returns.
     *
     * @throws ConcurrencyException if others tell of the same sessions all the time
     */
    Outcome receive(List<Incoming> batch, Instant receivedAt, String correlationId) {
        List<Incoming.Refused> refused = new ArrayList<>();
        List<Incoming.Event> readable = new ArrayList<>();
        for (Incoming incoming : batch) {
            switch (incoming) {
                case Incoming.Event event -> readable.add(event);
                case Incoming.Refused it -> refused.add(it);
            }
        }
        Map<String, Long> last = lastSequences(readable);
        Claims claimed = claim(readable);
        List<Incoming.Event> taken = new ArrayList<>();
        for (Incoming.Event event : readable) {
            if (claimOf(event, claimed).sessionId().equals(sessionOf(event))) {
                taken.add(event);
            } else {
                refused.add(
                        new Incoming.Refused(
                                event.index(),
                                RefusalCode.EVENT_ID_REUSED,
                                "The id was told of another session before."));
            }
        }
        refused.sort(Comparator.comparingInt(Incoming.Refused::index));
        int accepted = append(taken, claimed, last, receivedAt, correlationId);
        Outcome outcome = new Outcome(accepted, taken.size() - accepted, refused);
        count("accepted", outcome.accepted());
        count("repeated", outcome.repeated());
        count("refused", outcome.refused().size());
        return outcome;
    }

    private void count(String outcome, int events) {
        meters.counter("onboarding.ingest.events", "outcome", outcome).increment(events);
    }

    private Map<String, Long> lastSequences(List<Incoming.Event> readable) {
        return readable.isEmpty()
                ? Map.of()
                : log.lastSequences(
                        readable.stream().map(it -> sessionOf(it).toString()).collect(toSet()));
    }

    private static UUID sessionOf(Incoming.Event event) {
        return UUID.fromString(ExternalSessionId.of(event.source(), event.sessionId()).value());
    }

    private static UUID identityOf(Incoming.Event event) {
        return IngestClaims.identity(event.source(), event.event().sourceEventId());
    }

    private static Claim claimOf(Incoming.Event event, Claims claimed) {
        return claimed.of(identityOf(event));
    }

    private Claims claim(List<Incoming.Event> readable) {
        Map<UUID, Claim> wanted = new LinkedHashMap<>();
        for (Incoming.Event event : readable) {
            // The first of several with one id counts.
            wanted.computeIfAbsent(
                    identityOf(event),
                    identity ->
                            new Claim(
                                    identity,
                                    sessionOf(event),
                                    UUID.fromString(
                                            IdentifierFactory.getInstance().generateIdentifier())));
        }
        return wanted.isEmpty() ? new Claims(Map.of(), Set.of()) : claims.claim(wanted.values());
    }

    private int append(
            List<Incoming.Event> taken,
            Claims claimed,
            Map<String, Long> last,
            Instant receivedAt,
            String correlationId) {
        Map<UUID, List<Incoming.Event>> bySession =
                taken.stream().collect(groupingBy(Ingest::sessionOf, LinkedHashMap::new, toList()));
        Set<String> doubtful = new HashSet<>();
        for (Incoming.Event event : taken) {
            if (!claimed.own().contains(identityOf(event))) {
                doubtful.add(sessionOf(event).toString());
            }
        }
        for (int attempt = 1; ; attempt++) {
            Map<String, ExternalSession> read = histories(doubtful);
            List<EventMessage<?>> fresh = new ArrayList<>();
            for (Map.Entry<UUID, List<Incoming.Event>> session : bySession.entrySet()) {
                String id = session.getKey().toString();
                ExternalSession state = read.get(id);
                if (state == null) {
                    state = ExternalSession.afterOthers(last.getOrDefault(id, -1L) + 1);
                }
                Incoming.Event first = session.getValue().getFirst();
                List<ExternalEventReceived> decided =
                        state.decide(
                                new ReceiveEvents(
                                        first.source(),
                                        first.sessionId(),
                                        session.getValue().stream()
                                                .map(Incoming.Event::event)
                                                .toList(),
                                        receivedAt));
                fresh.addAll(messages(decided, state.events(), claimed, correlationId));
            }
            if (fresh.isEmpty()) {
                return 0;
            }
            try {
                events.publish(fresh);
                return fresh.size();
            } catch (ConcurrencyException other) {
                if (attempt == ATTEMPTS_MAX) {
                    throw other;
                }
                // Somebody told of one of these sessions meanwhile, perhaps of the same events.
                bySession.keySet().forEach(it -> doubtful.add(it.toString()));
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(1, PAUSE_MILLIS_MAX));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stopped);
        }
    }

    private static List<DomainEventMessage<?>> messages(
            List<ExternalEventReceived> decided,
            long events,
            Claims claimed,
            String correlationId) {
        List<DomainEventMessage<?>> messages = new ArrayList<>();
        long sequence = events;
        for (ExternalEventReceived event : decided) {
            UUID identity =
                    IngestClaims.identity(event.getSourceService(), event.getSourceEventId());
            messages.add(
                    new GenericDomainEventMessage<>(
                            EventType.EXTERNAL_SESSION,
                            event.getExternalSessionId(),
                            sequence++,
                            event,
                            MetaData.with(EventMetadata.ACTOR, event.getSourceService())
                                    .and(EventMetadata.CORRELATION_ID, correlationId),
                            claimed.of(identity).eventId().toString(),
                            GenericDomainEventMessage.clock.instant()));
        }
        return messages;
    }

    private Map<String, ExternalSession> histories(Collection<String> sessions) {
        if (sessions.isEmpty()) {
            return Map.of();
        }
        Map<String, List<ExternalEventReceived>> events = new HashMap<>();
        long position = 0;
        List<? extends TrackedEventMessage<?>> page;
        do {
            page = log.after(position, sessions, EVENTS_PER_READ);
            for (TrackedEventMessage<?> message : page) {
                ExternalEventReceived event = (ExternalEventReceived) message.getPayload();
                // Its payload is not looked at again.
                events.computeIfAbsent(event.getExternalSessionId(), id -> new ArrayList<>())
                        .add(event.toBuilder().clearPayload().build());
                position = ((GlobalSequenceTrackingToken) message.trackingToken()).getGlobalIndex();
            }
        } while (page.size() == EVENTS_PER_READ);
        Map<String, ExternalSession> histories = new HashMap<>();
        for (String session : sessions) {
            histories.put(session, ExternalSession.of(events.getOrDefault(session, List.of())));
        }
        return histories;
    }
}
