package tools.choco.onboarding.bench.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.relay.EventRelay;
import tools.choco.onboarding.relay.RelaySettings;
import tools.choco.onboarding.relay.StreamMessage;
import tools.choco.onboarding.relay.StreamMessages;
import tools.choco.onboarding.relay.Subjects;

/** Row 14: the relay from the log to the stream, beside a client that only publishes. */
public final class StreamBench implements Bench {

    private static final int CONNECTIONS = 6;
    private static final int IN_FLIGHT = 2_048;
    private static final int NOT_FOUND = 404;
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(30);
    private static final Duration ROUND_WAIT = Duration.ofMinutes(5);

    @Override
    public Row row() {
        return new Row(
                "14",
                "relaying the log to the stream",
                "acknowledged messages/s of the relay, from the start of a log",
                "the same messages, made before, published asynchronously",
                "1/s",
                Row.Aim.atLeast(0.5));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        NatsProcess server = resources.closing(NatsProcess.start(stage.directory()));
        var database = stage.copyOfLog(stage.scale().smallLog(), "stream");
        var pool = resources.closing(database.pool(CONNECTIONS));
        var log = resources.closing(new PostgresEventLog(pool));
        Connection connection = resources.closing(connect(server.url()));
        List<StreamMessage> messages = messages(log);
        var sides =
                new Comparison() {
                    @Override
                    public double a() throws Exception {
                        deleteStream(connection);
                        return relayed(server.url(), pool, log, messages.size());
                    }

                    @Override
                    public double b() throws Exception {
                        deleteStream(connection);
                        makeStream(connection);
                        return published(connection, messages);
                    }

                    @Override
                    public List<String> notes() {
                        return List.of(
                                "%,d messages of %,d bytes on average, without headers"
                                        .formatted(
                                                messages.size(),
                                                messages.stream()
                                                                .mapToLong(
                                                                        it -> it.envelope().length)
                                                                .sum()
                                                        / messages.size()));
                    }
                };
        sides.a();
        sides.b();
        return sides;
    }

    private static List<StreamMessage> messages(PostgresEventLog log) {
        var maker = new StreamMessages();
        List<StreamMessage> made = new ArrayList<>();
        log.reader()
                .read(
                        0,
                        Long.MAX_VALUE,
                        1_000,
                        rows ->
                                rows.forEach(
                                        row -> {
                                            var message = maker.of(row);
                                            if (message != null) {
                                                message.headers()
                                                        .put("Nats-Msg-Id", message.eventId());
                                                made.add(message);
                                            }
                                        }));
        return made;
    }

    private static double relayed(String url, DataSource source, PostgresEventLog log, int count)
            throws IOException {
        var meters = new SimpleMeterRegistry();
        try (var relay =
                new EventRelay(
                        settings(url),
                        source,
                        log.reader(),
                        log.growth(),
                        Clock.systemUTC(),
                        meters)) {
            relay.start();
            var done = meters.get("onboarding.relay.published").counter();
            // From the first acknowledgement on: B, too, is connected and has a stream.
            double before = awaitMore(relay, done, 1);
            long begin = System.nanoTime();
            awaitMore(relay, done, count);
            return (count - before) / ((System.nanoTime() - begin) / 1e9);
        }
    }

    /** Waits until so many were published; returns how many it were then. */
    private static double awaitMore(EventRelay relay, Counter published, int count)
            throws IOException {
        long end = System.nanoTime() + ROUND_WAIT.toNanos();
        while (published.count() < count) {
            if (System.nanoTime() > end) {
                throw new IOException("The relay does not get on: " + relay.status());
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
        return published.count();
    }

    private static RelaySettings settings(String url) {
        return new RelaySettings(
                url,
                null,
                1,
                Duration.ofMinutes(2),
                IN_FLIGHT,
                1 << 24,
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5));
    }

    private static double published(Connection connection, List<StreamMessage> messages)
            throws Exception {
        var jetStream = connection.jetStream();
        var inFlight = new ArrayDeque<CompletableFuture<PublishAck>>(IN_FLIGHT);
        long begin = System.nanoTime();
        for (var message : messages) {
            inFlight.add(
                    jetStream.publishAsync(
                            NatsMessage.builder()
                                    .subject(message.subject())
                                    .headers(message.headers())
                                    .data(message.envelope())
                                    .build()));
            if (inFlight.size() >= IN_FLIGHT) {
                acknowledged(inFlight.removeFirst());
            }
        }
        for (var answer : inFlight) {
            acknowledged(answer);
        }
        return messages.size() / ((System.nanoTime() - begin) / 1e9);
    }

    private static void acknowledged(CompletableFuture<PublishAck> answer) throws Exception {
        if (answer.get(ANSWER_WAIT.toSeconds(), TimeUnit.SECONDS).isDuplicate()) {
            throw new IllegalStateException("The stream was not empty");
        }
    }

    /** As the relay connects. */
    private static Connection connect(String url) throws IOException, InterruptedException {
        return Nats.connect(
                new Options.Builder()
                        .server(url)
                        .noReconnect()
                        .maxMessagesInOutgoingQueue(IN_FLIGHT + 1_000)
                        .dontForceFlushOnRequest()
                        .errorListener(new ErrorListener() {})
                        .build());
    }

    private static void makeStream(Connection connection)
            throws IOException, JetStreamApiException {
        connection
                .jetStreamManagement()
                .addStream(
                        StreamConfiguration.builder()
                                .name(Subjects.STREAM)
                                .subjects(Subjects.ALL)
                                .discardPolicy(DiscardPolicy.New)
                                .duplicateWindow(Duration.ofMinutes(2))
                                .build());
    }

    private static void deleteStream(Connection connection)
            throws IOException, JetStreamApiException {
        try {
            connection.jetStreamManagement().deleteStream(Subjects.STREAM);
        } catch (JetStreamApiException failed) {
            if (failed.getErrorCode() != NOT_FOUND) {
                throw failed;
            }
        }
    }
}
