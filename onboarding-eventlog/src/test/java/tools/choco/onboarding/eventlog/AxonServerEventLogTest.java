package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.AxonServerConnections;
import tools.choco.onboarding.eventlog.testing.FakeAxonServer;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** Against a fake: that we speak the protocol, not that Axon Server does as we think. */
class AxonServerEventLogTest {

    private static final String A = RandomEvents.id("a");
    private static final String B = RandomEvents.id("b");
    private static final AxonServerLogSettings SETTINGS =
            new AxonServerLogSettings(
                    Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofHours(1), 64);

    private final FakeAxonServer server = FakeAxonServer.stopped();
    private final TestDatabase database = TestDatabase.create();
    private final AxonServerConnectionManager connections =
            AxonServerConnections.to(server.address());
    private final RandomEvents events = new RandomEvents(1);
    private final AxonServerEventLog log =
            new AxonServerEventLog(database.dataSource(), connections, server.address(), SETTINGS);

    @AfterEach
    void close() {
        log.close();
        // First, or the connections wait for their streams to end.
        server.close();
        connections.shutdown();
        database.close();
    }

    private void reach() {
        server.start();
        awaitUsable();
    }

    private void awaitUsable() {
        await().until(() -> log.unavailability().isEmpty());
    }

    private DomainEventMessage<Message> message(String aggregate, long sequence) {
        return RandomEvents.message(aggregate, sequence, events.any());
    }

    @Test
    void waitsForAServerThatIsAway() {
        assertThat(log.unavailability()).hasValueSatisfying(it -> assertThat(it).contains("away"));
        assertThatThrownBy(() -> log.storageEngine().appendEvents(message(A, 0)))
                .isInstanceOfSatisfying(
                        LogUnavailable.class, it -> assertThat(it.outcomeKnown()).isTrue());
        assertThatThrownBy(log.reader()::head).isInstanceOf(LogUnavailable.class);

        reach();

        log.storageEngine().appendEvents(message(A, 0));
        assertThat(log.reader().head()).isEqualTo(1);
    }

    @Test
    void keepsTheEventsAsTheyWere() {
        reach();
        var appended = List.of(message(A, 0), message(A, 1), message(B, 0));
        log.storageEngine().appendEvents(appended);

        List<TrackedEventMessage<?>> read = new ArrayList<>();
        log.storageEngine().readEvents(null, false).forEach(read::add);
        assertThat(read).hasSameSizeAs(appended);
        for (int i = 0; i < read.size(); i++) {
            var was = appended.get(i);
            assertThat(read.get(i))
                    .isInstanceOfSatisfying(
                            DomainEventMessage.class,
                            it -> {
                                assertThat(it.getPayload()).isEqualTo(was.getPayload());
                                assertThat(it.getMetaData()).isEqualTo(was.getMetaData());
                                assertThat(it.getIdentifier()).isEqualTo(was.getIdentifier());
                                assertThat(it.getAggregateIdentifier())
                                        .isEqualTo(was.getAggregateIdentifier());
                                assertThat(it.getType()).isEqualTo(was.getType());
                                assertThat(it.getSequenceNumber())
                                        .isEqualTo(was.getSequenceNumber());
                                assertThat(it.getTimestamp())
                                        .isEqualTo(
                                                was.getTimestamp().truncatedTo(ChronoUnit.MILLIS));
                            });
        }
        assertThat(read)
                .extracting(it -> it.trackingToken().position().orElse(-1))
                .containsExactly(1L, 2L, 3L);
        assertThat(
                        log.storageEngine()
                                .readEvents(A, 1)
                                .asStream()
                                .map(DomainEventMessage::getIdentifier))
                .isEqualTo(List.of(appended.get(1).getIdentifier()));
        assertThat(log.storageEngine().lastSequenceNumberFor(A)).hasValue(1L);
        assertThat(log.storageEngine().lastSequenceNumberFor("no uuid")).isEmpty();
    }

    @Test
    void handsOutTheRowsOfARange() {
        reach();
        List<DomainEventMessage<Message>> appended = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            appended.add(message(A, i));
        }
        log.storageEngine().appendEvents(appended);
        List<LoggedRow> rows = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();

        long last =
                log.reader()
                        .read(
                                100,
                                450,
                                150,
                                batch -> {
                                    rows.addAll(batch);
                                    sizes.add(batch.size());
                                });

        assertThat(last).isEqualTo(450);
        assertThat(sizes).containsExactly(150, 150, 50);
        assertThat(rows)
                .extracting(LoggedRow::position)
                .containsExactlyElementsOf(LongStream.rangeClosed(101, 450).boxed().toList());
        for (var row : rows) {
            var was = appended.get((int) row.position() - 1);
            assertThat(row.event()).isEqualTo(was.getPayload());
            assertThat(row.payload()).isEqualTo(was.getPayload().toByteArray());
            assertThat(row.metaData()).isEqualTo(was.getMetaData());
            assertThat(row.eventId()).hasToString(was.getIdentifier());
            assertThat(row.aggregateId()).hasToString(A);
            assertThat(row.aggregateType()).isEqualTo(was.getType());
            assertThat(row.sequence()).isEqualTo(row.position() - 1);
            assertThat(row.time()).isEqualTo(was.getTimestamp().truncatedTo(ChronoUnit.MILLIS));
        }
        assertThat(log.reader().read(500, Long.MAX_VALUE, 10, batch -> {})).isEqualTo(500);
    }

    @Test
    void storesNothingOfAnAppendThatLostARace() {
        reach();
        log.storageEngine().appendEvents(message(A, 0));

        assertThatThrownBy(() -> log.storageEngine().appendEvents(message(B, 0), message(A, 0)))
                .isInstanceOf(ConcurrencyException.class);

        assertThat(log.reader().head()).isEqualTo(1);
        assertThat(log.storageEngine().lastSequenceNumberFor(B)).isEmpty();
    }

    @Test
    void findsTheEventsOfSomeAggregatesInTheOrderOfTheLog() {
        reach();
        var random = new Random(2);
        List<String> written = new ArrayList<>();
        long[] next = new long[4];
        for (int i = 0; i < 100; i++) {
            int aggregate = random.nextInt(4);
            log.storageEngine()
                    .appendEvents(message(RandomEvents.id("n" + aggregate), next[aggregate]++));
            written.add(RandomEvents.id("n" + aggregate));
        }
        var asked = Set.of(RandomEvents.id("n0"), RandomEvents.id("n2"), A, "no uuid");

        for (int after = 0; after < 100; after += 7) {
            int from = after;
            assertThat(log.aggregates().after(after, asked, 20))
                    .extracting(it -> it.trackingToken().position().orElse(-1))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(from + 1, 100)
                                    .filter(it -> asked.contains(written.get((int) it - 1)))
                                    .limit(20)
                                    .boxed()
                                    .toList());
        }
        assertThat(log.aggregates().position(RandomEvents.id("n3"), 0))
                .hasValue(written.indexOf(RandomEvents.id("n3")) + 1L);
        assertThat(log.aggregates().position(A, 0)).isEmpty();
        assertThat(log.aggregates().lastSequences(asked))
                .hasSize(2)
                .containsEntry(RandomEvents.id("n0"), next[0] - 1);
    }

    @Test
    void wakesTheReaderOfAStream() throws InterruptedException {
        reach();
        log.storageEngine().appendEvents(message(A, 0));
        var store = log.eventStore();
        try (var stream = store.openStream(new GlobalSequenceTrackingToken(1))) {
            assertThat(stream.hasNextAvailable(0, TimeUnit.SECONDS)).isFalse();
            var appending =
                    Thread.startVirtualThread(
                            () -> log.storageEngine().appendEvents(message(A, 1)));

            assertThat(stream.nextAvailable().trackingToken())
                    .isEqualTo(new GlobalSequenceTrackingToken(2));
            appending.join();
        }
    }

    @Test
    void goesOnWhenTheServerIsBack() throws InterruptedException {
        reach();
        log.storageEngine().appendEvents(message(A, 0));
        var store = log.eventStore();
        try (var stream = store.openStream(null)) {
            assertThat(stream.nextAvailable().trackingToken().position()).hasValue(1);
            server.stop();
            await().until(() -> log.unavailability().isPresent());
            assertThatThrownBy(() -> stream.hasNextAvailable(1, TimeUnit.SECONDS))
                    .isInstanceOf(LogUnavailable.class);
            reach();

            log.storageEngine().appendEvents(message(A, 1));

            assertThat(stream.nextAvailable().trackingToken().position()).hasValue(2);
        }
        assertThat(log.storageEngine().readEvents(A).asStream()).hasSize(2);
    }

    @Test
    void keepsAwayFromALogThatIsNotItsOwn() {
        reach();
        log.storageEngine().appendEvents(message(A, 0), message(A, 1));
        log.aggregates().after(0, Set.of(A), 1);
        server.stop();
        await().until(() -> log.unavailability().isPresent());
        server.loseStore();
        server.start();

        await().untilAsserted(
                        () -> assertThat(log.unavailability().orElse("")).contains("another log"));

        assertThatThrownBy(() -> log.storageEngine().appendEvents(message(B, 0)))
                .isInstanceOf(LogUnavailable.class);
        assertThat(server.events()).isEmpty();
    }
}
