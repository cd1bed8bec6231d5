package tools.choco.onboarding.eventlog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells other processes on the same database that the log has grown, and is told by them.
 *
 * <p>Notifications are sent outside of appends, at most one in {@link #PAUSE}: they commit under a
 * lock of the whole server. They may get lost, so the signal is also raised at an interval.
 */
final class Notifications implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);

    private static final String CHANNEL = "event_log";
    private static final Duration PAUSE = Duration.ofMillis(10);

    /** After which a thread that has been told to end is interrupted. */
    private static final Duration END_LIMIT = Duration.ofSeconds(2);

    /** Nobody needs a notification after a crash, so its commit need not wait for the disk. */
    private static final String NOTIFY =
            "SELECT set_config('synchronous_commit', 'off', true), pg_notify(?, ?)";

    private final DataSource dataSource;
    private final AppendSignal signal;
    private final Duration pollInterval;

    /** Tells our own notifications from those of others. */
    private final String self = UUID.randomUUID().toString();

    private final Semaphore due = new Semaphore(0);
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread sender =
            Thread.ofVirtual().name("event-log-notifier").unstarted(this::send);
    private final Thread receiver =
            Thread.ofVirtual().name("event-log-listener").unstarted(this::receive);
    private volatile boolean closed;

    Notifications(DataSource dataSource, AppendSignal signal, Duration pollInterval) {
        this.dataSource = dataSource;
        this.signal = signal;
        this.pollInterval = pollInterval;
    }

    void start() {
        sender.start();
    }

    /** Begins to receive, once. */
    void listen() {
        if (started.compareAndSet(false, true)) {
            receiver.start();
        }
    }

    /** Has the others told, soon. */
    void announce() {
        due.release();
    }

    @Override
    public void close() {
        closed = true;
        // One more notification wakes our own receiver: interrupted, it would break its connection.
        announce();
        try {
            end(sender);
            if (started.get()) {
                end(receiver);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Thread thread) throws InterruptedException {
        if (!thread.join(END_LIMIT)) {
            thread.interrupt();
            thread.join();
        }
    }

    private void send() {
        try {
            boolean last = false;
            while (!last) {
                due.acquire();
                last = closed;
                due.drainPermits();
                try (var connection = dataSource.getConnection();
                        var notify = connection.prepareStatement(NOTIFY)) {
                    notify.setString(1, CHANNEL);
                    notify.setString(2, self);
                    notify.execute();
                } catch (SQLException e) {
                    LOG.debug("Other processes could not be notified; they will look later", e);
                }
                if (!last) {
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException e) {
            LOG.trace("The log is closed", e);
        }
    }

    private void receive() {
        while (!closed) {
            try (var connection = dataSource.getConnection()) {
                receive(connection);
            } catch (SQLException e) {
                LOG.debug("No notifications at present", e);
            }
            if (closed) {
                return;
            }
            signal.raise();
            try {
                Thread.sleep(pollInterval);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void receive(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
            long nextPoll = System.nanoTime();
            while (!closed && !Thread.currentThread().isInterrupted()) {
                long left = Math.max(1, (nextPoll - System.nanoTime()) / 1_000_000);
                var received =
                        connection
                                .unwrap(PGConnection.class)
                                .getNotifications(Math.toIntExact(left));
                if (fromOthers(received) || System.nanoTime() >= nextPoll) {
                    signal.raise();
                    nextPoll = System.nanoTime() + pollInterval.toNanos();
                }
            }
            statement.execute("UNLISTEN *");
        }
    }

    private boolean fromOthers(PGNotification @Nullable [] received) {
        if (received != null) {
            for (var notification : received) {
                if (!self.equals(notification.getParameter())) {
                    return true;
                }
            }
        }
        return false;
    }
}
