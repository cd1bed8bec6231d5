package tools.choco.onboarding.eventlog;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.eventlog.LogListener.Failure;

/**
 * Group commit: a thread with a connection of its own writes what has queued while its last commit
 * was under way, in one insert and one commit.
 *
 * <p>Two appends that touch the same aggregate go into different batches, so that within a batch
 * none depends on another. Appends of one aggregate keep their order.
 *
 * <p>Where a connection is lost before the answer came, the same batch is written once more: under
 * the lock, an append that is refused now is looked up by its event id, and if that is at its
 * place, the first attempt had succeeded.
 */
final class LogWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    private static final Duration PAUSE_MIN = Duration.ofMillis(20);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(1);

    private final DataSource dataSource;
    private final EventKinds kinds;
    private final EventLogSettings settings;
    private final LogListener listener;
    private final Runnable onStored;

    private final Semaphore free;
    private final BlockingQueue<Append> queue = new LinkedBlockingQueue<>();
    private final Thread thread =
            Thread.ofPlatform().name("event-log-writer").daemon().unstarted(this::run);
    private volatile boolean closing;
    private volatile boolean ended;

    // Of the writer's thread.
    private final Deque<Append> deferred = new ArrayDeque<>();
    private @Nullable WriterSession session;

    /**
     * @param onStored called by the writer's thread after each batch
     */
    LogWriter(
            DataSource dataSource,
            EventKinds kinds,
            EventLogSettings settings,
            LogListener listener,
            Runnable onStored) {
        this.dataSource = dataSource;
        this.kinds = kinds;
        this.settings = settings;
        this.listener = listener;
        this.onStored = onStored;
        free = new Semaphore(settings.appendsPendingMax());
    }

    void start() {
        thread.start();
    }

    int pending() {
        return settings.appendsPendingMax() - free.availablePermits();
    }

    /**
     * Stores all of {@code append}, durably, or nothing.
     *
     * <p>A caller that is interrupted or has waited long enough withdraws what the writer has not
     * begun with; anything else it waits for, and then looks up.
     *
     * @throws ConcurrencyException if it does not follow what the log has of an aggregate
     * @throws LogOverloaded if too many appends are waiting
     * @throws LogUnavailable if the database is not able to; it says whether the outcome is known
     * @throws EventStoreException on any other failure; nothing is stored
     */
    void write(Append append) {
        if (closing) {
            throw LogUnavailable.nothingStored(append, null);
        }
        if (!free.tryAcquire()) {
            throw new LogOverloaded(
                    "Nothing is stored of %s: %d appends are waiting"
                            .formatted(append, settings.appendsPendingMax()));
        }
        var unused = append.outcome().whenComplete((done, failed) -> free.release());
        queue.add(append);
        if (ended && append.withdraw()) {
            throw LogUnavailable.nothingStored(append, null);
        }
        await(append);
    }

    private void await(Append append) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    append.outcome().get(Math.max(0, append.nanosLeft()), TimeUnit.NANOSECONDS);
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (append.withdraw()) {
                        throw new EventStoreException(
                                "Interrupted: nothing is stored of " + append, e);
                    }
                } catch (TimeoutException e) {
                    if (append.withdraw()) {
                        throw LogUnavailable.nothingStored(append, e);
                    }
                    append.leave();
                    lookUp(append, e);
                    return;
                } catch (ExecutionException e) {
                    throw rethrown(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void lookUp(Append append, Exception reason) {
        boolean stored;
        try (var connection = dataSource.getConnection()) {
            stored = WriterSession.stored(connection, append);
        } catch (SQLException e) {
            reason.addSuppressed(e);
            stored = false;
        }
        if (!stored) {
            throw LogUnavailable.unknown(append, reason);
        }
    }

    private static RuntimeException rethrown(ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
            return failure;
        }
        return new EventStoreException("The writer of the log failed", e.getCause());
    }

    /** Writes what is waiting, then ends. */
    @Override
    public void close() {
        closing = true;
        // A way for the writer to notice now.
        queue.add(new Append(List.of(), Duration.ZERO));
        try {
            if (!thread.join(settings.appendTimeout())) {
                LOG.warn("The log's writer has not ended in time, its database may hang");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty() || !deferred.isEmpty()) {
                var batch = nextBatch();
                try {
                    write(batch);
                } catch (RuntimeException e) {
                    LOG.error("A batch failed in a way nobody thought of", e);
                    batch.forEach(append -> append.outcome().completeExceptionally(e));
                    abandon();
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("The log's writer was interrupted and ends", e);
        } finally {
            closing = true;
            ended = true;
            disconnect();
            deferred.addAll(queue);
            deferred.forEach(append -> fail(append, null));
        }
    }

    /** Waits for a first append and adds what else is there, up to the bounds. */
    private List<Append> nextBatch() throws InterruptedException {
        if (deferred.isEmpty()) {
            deferred.add(queue.take());
        }
        var batch = new Batch();
        for (Iterator<Append> waiting = deferred.iterator(); waiting.hasNext(); ) {
            if (batch.accepts(waiting.next())) {
                waiting.remove();
            }
        }
        while (!batch.isFull()) {
            var next = queue.poll();
            if (next == null) {
                break;
            }
            if (!batch.accepts(next)) {
                deferred.add(next);
            }
        }
        return batch.appends;
    }

    /** Appends of different aggregates, within the bounds on rows and bytes. */
    private final class Batch {

        final List<Append> appends = new ArrayList<>();
        private final Set<UUID> touched = new HashSet<>();
        private int rows;
        private long bytes;
        private boolean full;

        boolean isFull() {
            return full;
        }

        /** Whether it has been dealt with, by taking it or because its caller has left. */
        boolean accepts(Append append) {
            boolean fits =
                    appends.isEmpty()
                            || rows + append.rows().size() <= settings.rowsPerBatchMax()
                                    && bytes + append.bytes() <= settings.bytesPerBatchMax();
            boolean alone = append.firstSequences().keySet().stream().noneMatch(touched::contains);
            // Also when refused: what comes later on its aggregates must not overtake it.
            touched.addAll(append.firstSequences().keySet());
            full |= !fits;
            if (full || !alone) {
                return false;
            }
            if (append.take()) {
                appends.add(append);
                rows += append.rows().size();
                bytes += append.bytes();
            } else {
                fail(append, null);
            }
            return true;
        }
    }

    private void write(List<Append> batch) throws InterruptedException {
        var open = batch.stream().filter(append -> !isEmpty(append)).toList();
        var pause = PAUSE_MIN;
        while (!open.isEmpty()) {
            boolean sent = false;
            try {
                var current = session;
                if (current == null) {
                    current = WriterSession.open(dataSource, kinds);
                    session = current;
                }
                sent = true;
                finish(current, open);
                return;
            } catch (SQLException e) {
                open = remaining(open, e, sent);
            }
            if (!open.isEmpty()) {
                Thread.sleep(pause);
                pause = Duration.ofMillis(Math.min(2 * pause.toMillis(), PAUSE_MAX.toMillis()));
            }
        }
    }

    private static boolean isEmpty(Append append) {
        return append.rows().isEmpty() && append.outcome().complete(null);
    }

    private void finish(WriterSession current, List<Append> open) throws SQLException {
        long sent = System.nanoTime();
        Map<Integer, String> refused = current.write(open);
        var duration = Duration.ofNanos(System.nanoTime() - sent);
        // All are looked up before the first is told, so that a failure leaves them together.
        for (Iterator<Integer> index = refused.keySet().iterator(); index.hasNext(); ) {
            var append = open.get(index.next());
            if (append.isUncertain() && current.stored(append)) {
                index.remove();
            }
        }
        int events = 0;
        for (int i = 0; i < open.size(); i++) {
            var append = open.get(i);
            var reason = refused.get(i);
            if (reason == null) {
                events += append.rows().size();
                append.outcome().complete(null);
            } else {
                append.outcome()
                        .completeExceptionally(
                                new ConcurrencyException(
                                        "Another append was first. Refused is %s: %s"
                                                .formatted(append, reason)));
            }
        }
        if (refused.size() < open.size()) {
            onStored.run();
        }
        listener.onWritten(open.size() - refused.size(), events, refused.size(), duration);
    }

    /** Tells those appends that have failed, and leaves those that are to be tried again. */
    private List<Append> remaining(List<Append> open, SQLException e, boolean sent)
            throws InterruptedException {
        var failure = failure(e);
        listener.onFailed(failure);
        if (failure == Failure.DATA && open.size() > 1) {
            // One of them cannot be stored; the others shall not suffer.
            for (var append : open) {
                write(List.of(append));
            }
            return List.of();
        }
        if (failure == Failure.LOST || failure == Failure.UNABLE) {
            LOG.warn("The log cannot be written at present: {}", e.getMessage());
            abandon();
        }
        if (!sent || failure == Failure.UNABLE && open.stream().anyMatch(Append::isUncertain)) {
            // Nobody else shall wait for those whose outcome has to be found out.
            queue.drainTo(deferred);
            deferred.forEach(append -> fail(append, e));
            deferred.clear();
        }
        if (sent && failure == Failure.LOST) {
            open.forEach(Append::becomeUncertain);
        }
        List<Append> again = new ArrayList<>();
        for (var append : open) {
            if (!append.isOver() && (failure == Failure.BUSY || append.isUncertain())) {
                again.add(append);
            } else if (failure == Failure.DATA && !append.isUncertain()) {
                append.outcome()
                        .completeExceptionally(
                                new EventStoreException("Nothing is stored of " + append, e));
            } else {
                fail(append, e);
            }
        }
        return again;
    }

    private static void fail(Append append, @Nullable Exception e) {
        append.outcome()
                .completeExceptionally(
                        append.isUncertain()
                                ? LogUnavailable.unknown(append, e)
                                : LogUnavailable.nothingStored(append, e));
    }

    private void abandon() {
        var current = session;
        session = null;
        if (current != null) {
            current.abandon();
        }
    }

    private void disconnect() {
        var current = session;
        session = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException e) {
                LOG.debug("The writer's connection was broken already", e);
            }
        }
    }

    /** What an error of the database says about a batch. */
    private static Failure failure(SQLException e) {
        var state = e.getSQLState() == null ? "08000" : e.getSQLState();
        return switch (state) {
            case "55P03", "57014", "40001", "40P01" -> Failure.BUSY;
            // The transaction or the idle session was ended by its limit.
            case "25P03", "25P04" -> Failure.LOST;
            // A right is missing, or the file system lets nobody write.
            case "42501" -> Failure.UNABLE;
            default ->
                    switch (state.substring(0, 2)) {
                        case "08", "57" -> Failure.LOST;
                        case "22", "23", "42", "54" -> Failure.DATA;
                        default -> Failure.UNABLE;
                    };
        };
    }
}
