package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventType;

/**
 * Fills generations from the log, all of them in one pass: the log is read and decoded once, and
 * each generation has a thread and a connection of its own.
 *
 * <p>What a generation holds is committed together with the position it goes up to: after a crash
 * it goes on where it was. Of several instances one works on a generation, as long as its
 * connection holds the lock.
 */
final class Rebuild {

    /** Few enough that decoded events never live long. */
    private static final int EVENTS_PER_READ = 4_000;

    private static final int READS_AHEAD_MAX = 4;
    private static final long OFFER_MILLIS = 100;

    private final DataSource dataSource;
    private final LogSource log;
    private final int eventsPerCommitMax;

    Rebuild(DataSource dataSource, LogSource log, int eventsPerCommitMax) {
        this.dataSource = dataSource;
        this.log = log;
        this.eventsPerCommitMax = eventsPerCommitMax;
    }

    /** A generation that is to be filled, by the projection that it is of. */
    record Target(Projection projection, Generation generation) {}

    /** What becomes of each generation; called by the thread that fills it. */
    interface Listener {

        /** It is locked and goes on after a position. */
        void goesOn(Target target, long position);

        /** It was filled up to the end of the log; the lock is still held. */
        void filled(Target target, long position);

        /** It could not be filled; what was committed stays. */
        void failed(Target target, Exception cause);
    }

    /**
     * Works until the end of the log is reached. Generations that another instance is at are left
     * to it.
     */
    void run(List<Target> targets, Listener listener) {
        int eventsPerRead = Math.min(EVENTS_PER_READ, eventsPerCommitMax);
        List<Lane> lanes = new ArrayList<>();
        try {
            for (Target target : targets) {
                Lane lane = new Lane(target, listener);
                if (lane.open()) {
                    lanes.add(lane);
                }
            }
            lanes.forEach(lane -> lane.thread.start());
            long reached = lanes.stream().mapToLong(lane -> lane.position).min().orElse(0);
            long head = log.head();
            while (reached < head && lanes.stream().anyMatch(Lane::isAlive)) {
                log.read(reached, head, eventsPerRead, batch -> handOut(lanes, batch));
                reached = head;
                head = log.head();
            }
            for (Lane lane : lanes) {
                lane.end(reached);
            }
            for (Lane lane : lanes) {
                lane.thread.join();
            }
        } catch (NobodyLeft ended) {
            // Each has said why.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            lanes.forEach(Lane::stop);
        }
    }

    private static void handOut(List<Lane> lanes, List<LoggedEvent> batch) {
        boolean taken = false;
        for (Lane lane : lanes) {
            taken |= lane.offer(new Work(batch, batch.getLast().position(), false));
        }
        if (!taken) {
            throw new NobodyLeft();
        }
    }

    /** Ends the reading. */
    private static final class NobodyLeft extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NobodyLeft() {
            super("Nothing is left to be filled", null, false, false);
        }
    }

    /** Events that were read, up to a position; the last of all says so. */
    private record Work(List<LoggedEvent> events, long position, boolean last) {}

    /** One generation on its way. */
    private final class Lane {

        private final Target target;
        private final Listener listener;
        private final BlockingQueue<Work> ahead = new ArrayBlockingQueue<>(READS_AHEAD_MAX);
        private final Thread thread;
        private @Nullable Connection connection;
        private volatile long position;
        private volatile boolean done;

        Lane(Target target, Listener listener) {
            this.target = target;
            this.listener = listener;
            this.thread =
                    Thread.ofPlatform()
                            .name("rebuild-" + target.generation().name())
                            .daemon()
                            .unstarted(this::fill);
        }

        boolean isAlive() {
            return !done;
        }

        /** Takes the lock, if nobody has it. */
        boolean open() {
            try {
                Connection fresh = dataSource.getConnection();
                connection = fresh;
                if (!lock(fresh, target.generation())) {
                    close();
                    return false;
                }
                position = position(fresh, target.generation());
                fresh.setAutoCommit(false);
                listener.goesOn(target, position);
                return true;
            } catch (SQLException | RuntimeException e) {
                close();
                listener.failed(target, e);
                return false;
            }
        }

        /** Waits until there is room; false if the lane has ended. */
        boolean offer(Work work) {
            try {
                while (!done) {
                    if (ahead.offer(work, OFFER_MILLIS, TimeUnit.MILLISECONDS)) {
                        return true;
                    }
                }
                return false;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new NobodyLeft();
            }
        }

        void end(long reached) {
            offer(new Work(List.of(), reached, true));
        }

        void stop() {
            if (thread.getState() == Thread.State.NEW) {
                close();
            } else {
                thread.interrupt();
            }
        }

        private void fill() {
            try {
                Connection own = connection;
                if (own != null) {
                    fill(own);
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } catch (SQLException | RuntimeException e) {
                listener.failed(target, e);
            } finally {
                done = true;
                close();
            }
        }

        private void fill(Connection own) throws SQLException, InterruptedException {
            BulkFilling filling = new BulkFilling(own, target.projection(), target.generation());
            int taken = 0;
            @Nullable LoggedEvent last = null;
            while (true) {
                Work work = ahead.take();
                long before = position;
                List<LoggedEvent> handled =
                        work.events().stream()
                                .filter(it -> it.position() > before)
                                .filter(
                                        it ->
                                                target.projection()
                                                        .handles(EventType.of(it.payload())))
                                .toList();
                if (!handled.isEmpty()) {
                    filling.add(own, handled);
                }
                if (!work.events().isEmpty() && work.position() > before) {
                    taken += work.events().size();
                    last = work.events().getLast();
                    position = work.position();
                }
                if (last != null && (taken >= eventsPerCommitMax || work.last())) {
                    filling.commit(own, last);
                    taken = 0;
                    last = null;
                }
                if (work.last()) {
                    filling.end(own);
                    listener.filled(target, work.position());
                    return;
                }
            }
        }

        private void close() {
            Connection own = connection;
            connection = null;
            if (own == null) {
                return;
            }
            try (own) {
                if (!own.getAutoCommit()) {
                    own.rollback();
                    own.setAutoCommit(true);
                }
                unlock(own, target.generation());
            } catch (SQLException broken) {
                // The lock went with the connection.
            }
        }
    }

    private static long position(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT max(position) FROM projection_progress WHERE projection = ?")) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static boolean lock(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_try_advisory_lock(hashtextextended('rebuild ' || ?, 0))")) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static void unlock(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_advisory_unlock(hashtextextended('rebuild ' || ?, 0))")) {
            statement.setString(1, generation.name());
            statement.execute();
        }
    }
}
