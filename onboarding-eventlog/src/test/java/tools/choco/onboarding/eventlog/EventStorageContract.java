package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/**
 * What an event storage engine does, two of them on one database. Axon's own engine runs beside
 * ours as the control; where the two differ, a method says how.
 */
abstract class EventStorageContract {

    private static final int WRITERS = 10;
    private static final String A = RandomEvents.id("a");
    private static final String B = RandomEvents.id("b");
    private static final String C = RandomEvents.id("c");

    /** Longer than Axon's engine waits for the transaction behind a gap. */
    private static final Duration LONG = Duration.ofSeconds(61);

    final TestDatabase database = TestDatabase.create();
    private final RandomEvents events = new RandomEvents(11);

    /** The storage of one process. */
    abstract EventStorageEngine one();

    /** The storage of another process on the same database. */
    abstract EventStorageEngine two();

    /** An event store over {@link #two()}. */
    abstract EventStore storeOfTwo();

    /** The transactions of the first process. */
    abstract JdbcTransactionManager transactions();

    /** What the loser gets when two create the same aggregate. */
    abstract Class<? extends Exception> conflictOnCreation();

    /** Which event a reader never gets that was appended in a transaction which stayed open. */
    abstract List<String> missedOfALongTransaction(String slow);

    @AfterEach
    void resetClock() {
        GenericEventMessage.clock = Clock.systemUTC();
    }

    @Test
    void givesEveryReaderTheOrderOfTheAppends() {
        var appended = new ArrayList<String>();
        for (int sequence = 0; sequence < 120; sequence++) {
            var event = next(sequence % 2 == 0 ? A : B, sequence / 2);
            (sequence % 3 == 0 ? one() : two()).appendEvents(event);
            appended.add(event.getIdentifier());
        }

        assertThat(ids(tail(one(), null))).isEqualTo(appended);
        assertThat(ids(tail(two(), null))).isEqualTo(appended);
        assertThat(ids(one().readEvents(B).asStream().toList())).hasSize(60).isSubsetOf(appended);
    }

    @Test
    void letsOneOfManyCreateAnAggregate() throws Exception {
        Callable<Boolean> create =
                () -> {
                    try {
                        one().appendEvents(RandomEvents.message(A, 0, new RandomEvents(1).any()));
                        return true;
                    } catch (RuntimeException e) {
                        assertThat(e).isInstanceOf(conflictOnCreation());
                        return false;
                    }
                };
        int won = 0;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var result : executor.invokeAll(Collections.nCopies(WRITERS, create))) {
                won += result.get() ? 1 : 0;
            }
        }

        assertThat(won).isEqualTo(1);
        assertThat(tail(two(), null)).hasSize(1);
    }

    @Test
    void storesNothingOfAnAppendThatIsInConflict() {
        one().appendEvents(next(B, 0));

        assertThatThrownBy(() -> two().appendEvents(next(A, 0), next(A, 1), next(B, 0)))
                .isInstanceOf(RuntimeException.class);

        assertThat(tail(one(), null)).hasSize(1);
        assertThat(one().lastSequenceNumberFor(A)).isEmpty();
        assertThat(one().lastSequenceNumberFor(B)).hasValue(0L);
    }

    @Test
    void startsWhereATokenSays() {
        assertThat(tail(one(), one().createTailToken())).isEmpty();
        assertThat(tail(one(), one().createHeadToken())).isEmpty();
        one().appendEvents(next(A, 0));
        var head = one().createHeadToken();
        var between = Instant.now();
        GenericEventMessage.clock = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(1));
        var later = next(A, 1);
        two().appendEvents(later);

        assertThat(ids(tail(one(), head))).containsExactly(later.getIdentifier());
        assertThat(ids(tail(one(), one().createTokenAt(between))))
                .containsExactly(later.getIdentifier());
        assertThat(tail(one(), one().createTailToken())).hasSize(2);
        assertThat(tail(one(), one().createHeadToken())).isEmpty();
    }

    @Test
    void streamsWhatAnotherProcessAppends() throws Exception {
        try (var stream = storeOfTwo().openStream(null)) {
            assertThat(stream.hasNextAvailable()).isFalse();
            var appended = new ArrayList<String>();
            var received = new ArrayList<String>();
            for (int sequence = 0; sequence < 3; sequence++) {
                var event = next(A, sequence);
                one().appendEvents(event);
                appended.add(event.getIdentifier());
                assertThat(stream.hasNextAvailable(30, TimeUnit.SECONDS)).isTrue();
                received.add(stream.nextAvailable().getIdentifier());
            }

            assertThat(received).isEqualTo(appended);
        }
    }

    @Test
    void deliversWhatATransactionHoldsForLong() throws Exception {
        var slow = next(A, 0);
        var prompt = next(B, 0);
        var later = next(C, 0);
        List<String> delivered;

        var transaction = transactions().startTransaction();
        one().appendEvents(slow);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            executor.submit(() -> one().appendEvents(prompt)).get();
        }
        GenericEventMessage.clock = Clock.offset(Clock.systemUTC(), LONG);
        var before = tail(two(), null);
        transaction.commit();
        one().appendEvents(later);

        delivered = new ArrayList<>(ids(before));
        delivered.addAll(ids(tail(two(), before.getLast().trackingToken())));
        var all = new ArrayList<>(ids(List.of(slow, prompt, later)));
        all.removeAll(delivered);
        assertThat(all).isEqualTo(missedOfALongTransaction(slow.getIdentifier()));
        assertThat(tail(two(), null)).hasSize(3);
    }

    final DomainEventMessage<Message> next(String aggregateId, long sequence) {
        return RandomEvents.message(aggregateId, sequence, events.any());
    }

    static List<? extends TrackedEventMessage<?>> tail(
            EventStorageEngine engine, @Nullable TrackingToken token) {
        return engine.readEvents(token, false).toList();
    }

    static List<String> ids(List<? extends EventMessage<?>> messages) {
        return messages.stream().<String>map(EventMessage::getIdentifier).toList();
    }
}
