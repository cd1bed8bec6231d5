package tools.choco.onboarding.ctl;

import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What happened to the simulated users, counted from any number of threads. */
final class Tally {

    /** How a simulated user's story ended. */
    enum Ending {
        /** Onboarding is completed. */
        COMPLETED("completed"),
        /** Everything is done but the site. */
        SITE_OPEN("left with the site step open"),
        /** Everything is done, and a site is asked for: onboarding is completed once it is up. */
        SITE_ASKED("asked for a site"),
        /** Gave up on the way. */
        DROPPED("dropped off"),
        /** The service refused what the story had to do. */
        STUCK("stuck");

        private final String words;

        Ending(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private final Map<Ending, LongAdder> endings = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> refusals = new ConcurrentHashMap<>();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder replayed = new LongAdder();
    private final LongAdder sessions = new LongAdder();
    private Instant lastActivity = Instant.MIN;
    private final AtomicReference<@Nullable String> firstTrouble = new AtomicReference<>();

    void end(Ending ending) {
        endings.computeIfAbsent(ending, each -> new LongAdder()).increment();
    }

    /** Counts a final answer to a write. */
    void answered(Reply reply) {
        if (!reply.accepted()) {
            refusals.computeIfAbsent(reply.code(), each -> new LongAdder()).increment();
            return;
        }
        acknowledged.increment();
        if (reply.replayed()) {
            replayed.increment();
        }
    }

    /** A session was started, at a start or by a reset. */
    void sessionStarted() {
        sessions.increment();
    }

    /** A session answered with this as the time of its latest event. */
    synchronized void active(Instant time) {
        lastActivity = time.isAfter(lastActivity) ? time : lastActivity;
    }

    /** Why a user is stuck; only the first reason is kept. */
    void trouble(String reason) {
        firstTrouble.compareAndSet(null, reason);
    }

    long ended() {
        return endings.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long ended(Ending ending) {
        LongAdder count = endings.get(ending);
        return count == null ? 0 : count.sum();
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    long replayed() {
        return replayed.sum();
    }

    long sessions() {
        return sessions.sum();
    }

    /** The time of the latest event that any session told of. */
    synchronized Instant lastActivity() {
        return lastActivity;
    }

    /** Refusals by problem code. */
    SortedMap<String, Long> refusals() {
        SortedMap<String, Long> counts = new TreeMap<>();
        refusals.forEach((code, count) -> counts.put(code, count.sum()));
        return counts;
    }

    @Nullable String firstTrouble() {
        return firstTrouble.get();
    }
}
