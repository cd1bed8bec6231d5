package tools.choco.onboarding.relay;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.eventlog.LogReader;
import tools.choco.onboarding.eventlog.LogSignal;
import tools.choco.onboarding.eventlog.LoggedRow;

/**
 * Copies the log to the stream, in order, for as long as it runs.
 *
 * <p>Of all instances the one that holds {@link RelayLock} relays. A term begins with the lock, a
 * connection and a look at the stream's last message, goes on from its log position, and ends with
 * the first failure, or when another asks for the lock. So whatever happened, to this process, to
 * the connection or to the stream itself, the next term finds out from the stream and the log.
 *
 * <p>Nothing here fails the service: what goes wrong shows in {@link #status()} and the metrics.
 */
public final class EventRelay implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EventRelay.class);

    private static final int ROWS_PER_READ = 2_000;

    /** How often the lock is looked after, and an idle relay after its connection. */
    private static final Duration TICK = Duration.ofSeconds(1);

    private static final Duration RETRY_PAUSE_MIN = Duration.ofMillis(100);

    /** Wait of a rebuild for the relay to come to an end of its term. */
    private static final Duration REBUILD_WAIT = Duration.ofSeconds(10);

    private static final Duration END_WAIT = Duration.ofSeconds(2);

    private final RelaySettings settings;
    private final DataSource dataSource;
    private final LogReader reader;
    private final LogSignal growth;
    private final Clock clock;
    private final RelayHint hint;
    private final RelayMetrics metrics;
    private final StreamMessages messages = new StreamMessages();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("event-relay").daemon().unstarted(this::run);

    private volatile RelayState state;
    private volatile long reached;
    private volatile RelayStatus.@Nullable Failure lastFailure;

    // Of the relay's thread alone.
    private int failuresInARow;
    private boolean disowned;
    private long disownedUpTo;
    private long hinted = -1;
    private long nextTick;

    /**
     * @param dataSource of the log's database; one connection of it is held while this relays
     * @param reader reads the log
     * @param growth tells that it has grown
     */
    public EventRelay(
            RelaySettings settings,
            DataSource dataSource,
            LogReader reader,
            LogSignal growth,
            Clock clock,
            MeterRegistry meters) {
        this.settings = settings;
        this.dataSource = dataSource;
        this.reader = reader;
        this.growth = growth;
        this.clock = clock;
        this.hint = new RelayHint(dataSource);
        this.state = settings.isOn() ? RelayState.STANDBY : RelayState.OFF;
        this.metrics = new RelayMetrics(this, meters);
    }

    /** Begins to relay, if there is a stream to relay to. */
    public void start() {
        if (settings.isOn()) {
            thread.start();
        }
    }

    /** Lets what is under way arrive, and ends. */
    @Override
    public void close() {
        ended.countDown();
        try {
            if (thread.isAlive() && !thread.join(END_WAIT)) {
                thread.interrupt();
                thread.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    RelayState state() {
        return state;
    }

    /**
     * How the stream is doing.
     *
     * @throws EventStoreException if the log cannot be read
     */
    public RelayStatus status() {
        RelayState now = state;
        Long position = position(now);
        long head = reader.head();
        return new RelayStatus(
                now,
                position,
                head,
                position == null ? null : Long.valueOf(Math.max(0, head - position)),
                position == null ? null : Long.valueOf(backlog(position, head).toMillis()),
                lastFailure);
    }

    private @Nullable Long position(RelayState now) {
        if (now == RelayState.OFF) {
            return null;
        }
        if (now == RelayState.CATCHING_UP || now == RelayState.IN_STEP) {
            return reached;
        }
        try {
            // Before anything was ever relayed, nothing is in the stream.
            Long last = hint.read();
            return last == null ? Long.valueOf(0) : last;
        } catch (SQLException away) {
            throw new EventStoreException("The database cannot be read", away);
        }
    }

    private Duration backlog(long position, long head) {
        if (head <= position) {
            return Duration.ZERO;
        }
        List<LoggedRow> oldest = read(position, 1);
        if (oldest.isEmpty()) {
            return Duration.ZERO;
        }
        Duration age = Duration.between(oldest.getFirst().time(), clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /**
     * Empties the stream, whatever is in it, and has it filled from the start of the log; its
     * consumers stay, and get every event again. Returns once it is empty.
     *
     * @throws StreamUnavailable if NATS cannot be reached, the relay does not let go, or there is
     *     no stream to relay to
     */
    public void rebuild() throws StreamUnavailable {
        // Holding the lock: what another relay had under way would be the first of the new stream.
        try (RelayLock lock = RelayLock.take(dataSource, REBUILD_WAIT)) {
            if (lock == null) {
                throw new StreamUnavailable("The relay does not come to an end of its term.");
            }
            try (NatsStream stream = NatsStream.open(settings)) {
                stream.empty();
                hint.store(0, clock.instant().toString());
            }
        } catch (SQLException away) {
            throw new EventStoreException("The database cannot be reached", away);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StreamUnavailable("The service is about to end.");
        }
    }

    private void run() {
        while (!hasEnded()) {
            Duration pause = Duration.ZERO;
            try {
                if (!relayIfMine()) {
                    pause = TICK;
                }
            } catch (StreamRefused refused) {
                pause = failed(RelayState.REFUSED, "refused", refused);
            } catch (Pipeline.DisownedDuplicate duplicate) {
                disowned = true;
                pause = failed(RelayState.AWAY, "stream", duplicate);
            } catch (StreamUnavailable unavailable) {
                pause = failed(RelayState.AWAY, "stream", unavailable);
            } catch (SQLException | EventStoreException unreadable) {
                pause = failed(RelayState.AWAY, "log", unreadable);
            } catch (InterruptedException interrupted) {
                break;
            } catch (RuntimeException defect) {
                log.error("The relay met a defect", defect);
                pause = failed(RelayState.AWAY, "defect", defect);
            }
            if (!pause(pause)) {
                break;
            }
        }
        state = RelayState.STANDBY;
    }

    private Duration failed(RelayState next, String kind, Exception failure) {
        // What the database says may quote a row.
        String detail =
                switch (kind) {
                    case "log" -> "The log cannot be read.";
                    case "defect" -> "A defect: " + failure.getClass().getSimpleName() + ".";
                    default -> String.valueOf(failure.getMessage());
                };
        RelayStatus.Failure before = lastFailure;
        boolean news =
                state != next
                        || before == null
                        || !before.detail().equals(detail)
                        || failuresInARow == 0;
        lastFailure = new RelayStatus.Failure(clock.instant(), kind, detail);
        state = next;
        metrics.countFailure(kind);
        if (news && next == RelayState.REFUSED) {
            log.error(
                    "Nothing is published: {} Look at docs/operations.md, \"The stream\"", detail);
        } else if (news) {
            log.warn("The stream has to wait: {}", detail);
        }
        long pause = RETRY_PAUSE_MIN.toMillis() << Math.min(failuresInARow, 16);
        failuresInARow++;
        return Duration.ofMillis(Math.min(pause, settings.retryPauseMax().toMillis()));
    }

    /** One term, if no other instance has the lock. */
    private boolean relayIfMine()
            throws SQLException,
                    StreamUnavailable,
                    StreamRefused,
                    Pipeline.DisownedDuplicate,
                    InterruptedException {
        try (RelayLock lock = RelayLock.tryTake(dataSource)) {
            if (lock == null) {
                state = RelayState.STANDBY;
                return false;
            }
            try (NatsStream stream = NatsStream.open(settings)) {
                StreamEnd end = stream.end();
                requireOurs(end);
                // A server goes on knowing what it was told to forget.
                if (disowned || end.position() == 0 && end.sequence() > 0) {
                    disownedUpTo = reader.head();
                    disowned = false;
                }
                reached = end.position();
                Pipeline pipeline =
                        new Pipeline(
                                stream, end.sequence(), settings, disownedUpTo, this::acknowledged);
                try {
                    publish(lock, stream, pipeline, end);
                } finally {
                    pipeline.drain();
                    hint();
                }
            }
            // Somebody wants the lock, and gets it before we ask again.
            state = RelayState.STANDBY;
            return false;
        }
    }

    /**
     * @throws StreamRefused if the stream's last event is not the one that the log has there
     */
    private void requireOurs(StreamEnd end) throws StreamRefused {
        if (end.position() == 0) {
            return;
        }
        long head = reader.head();
        if (end.position() > head) {
            throw new StreamRefused(
                    "The stream is ahead of the log: its last event has position %d, the log ends at %d."
                            .formatted(end.position(), head));
        }
        String there = read(end.position() - 1, 1).getFirst().eventId().toString();
        if (!there.equals(end.eventId())) {
            throw new StreamRefused(
                    "The stream is another log's: its last event, at position %d, is not the one that is there."
                            .formatted(end.position()));
        }
    }

    private void publish(RelayLock lock, NatsStream stream, Pipeline pipeline, StreamEnd begin)
            throws SQLException,
                    StreamUnavailable,
                    StreamRefused,
                    Pipeline.DisownedDuplicate,
                    InterruptedException {
        StreamEnd last = begin;
        long read = begin.position();
        long nextCheck = System.nanoTime() + settings.checkInterval().toNanos();
        while (!hasEnded()) {
            long count = growth.count();
            List<LoggedRow> rows = read(read, ROWS_PER_READ);
            for (LoggedRow row : rows) {
                if (tick(lock)) {
                    pipeline.settle();
                    return;
                }
                StreamMessage message = messages.of(row);
                if (message != null) {
                    state = RelayState.CATCHING_UP;
                    pipeline.send(message);
                    last =
                            new StreamEnd(
                                    pipeline.lastSequence(), message.position(), message.eventId());
                }
                read = row.position();
            }
            if (rows.size() == ROWS_PER_READ) {
                continue;
            }
            pipeline.settle();
            reached = read;
            inStep();
            if (tick(lock)) {
                return;
            }
            if (!stream.isConnected()) {
                throw NatsStream.lost();
            }
            if (System.nanoTime() - nextCheck >= 0) {
                if (!stream.end().equals(last)) {
                    throw new StreamUnavailable("The stream is not as the relay left it.");
                }
                nextCheck = System.nanoTime() + settings.checkInterval().toNanos();
            }
            growth.awaitAfter(count, TICK);
        }
    }

    private void inStep() {
        if (state != RelayState.IN_STEP) {
            if (failuresInARow > 0) {
                log.info("The stream has every event of the log");
            }
            state = RelayState.IN_STEP;
        }
        failuresInARow = 0;
    }

    /** Whether to let go of the lock. */
    private boolean tick(RelayLock lock) throws SQLException {
        if (System.nanoTime() - nextTick < 0) {
            return false;
        }
        nextTick = System.nanoTime() + TICK.toNanos();
        hint();
        return lock.isWanted();
    }

    private void hint() throws SQLException {
        long position = reached;
        if (hinted != position) {
            hint.store(position, clock.instant().toString());
            hinted = position;
        }
    }

    private void acknowledged(long position) {
        reached = position;
        failuresInARow = 0;
        metrics.countPublished();
    }

    private List<LoggedRow> read(long after, int rows) {
        List<LoggedRow> found = new ArrayList<>();
        // Positions have no gaps.
        reader.read(after, after + rows, rows, found::addAll);
        return found;
    }

    private boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Whether to go on. */
    private boolean pause(Duration length) {
        try {
            return length.isZero()
                    ? !hasEnded()
                    : !ended.await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            return false;
        }
    }

    /** Events that the stream lacks; NaN if the log cannot be read. */
    double backlogEvents() {
        try {
            Long position = position(state);
            return position == null ? 0 : Math.max(0, reader.head() - position);
        } catch (EventStoreException away) {
            return Double.NaN;
        }
    }

    /** Age of the oldest event that the stream lacks; NaN if the log cannot be read. */
    double backlogSeconds() {
        try {
            Long position = position(state);
            return position == null ? 0 : backlog(position, reader.head()).toMillis() / 1e3;
        } catch (EventStoreException away) {
            return Double.NaN;
        }
    }
}
