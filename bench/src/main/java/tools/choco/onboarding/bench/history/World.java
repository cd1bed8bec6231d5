package tools.choco.onboarding.bench.history;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.choco.onboarding.EventMetadata;

/** The stories under way, the time they have come to, and the log they write. */
final class World {

    /** An aggregate's stream of events. */
    static final class Stream {

        private final UUID aggregateId;
        private long next;

        Stream(UUID aggregateId) {
            this.aggregateId = aggregateId;
        }

        String id() {
            return aggregateId.toString();
        }
    }

    /** Longest that storing takes; so times in the log are not quite in its order. */
    private static final int STORING_MICROS_MAX = 3_000;

    /** A request in three carries no idempotency key. */
    private static final double KEYED = 0.66;

    private final Consumer<MadeEvent> log;
    private final Dice dice;
    private final PriorityQueue<Story> stories =
            new PriorityQueue<>(Comparator.comparingLong(Story::nextAt));
    private long now;
    private long events;
    private long lastMillis;
    private long lastRandom;

    World(Instant begin, Dice dice, Consumer<MadeEvent> log) {
        this.now = micros(begin);
        this.dice = dice;
        this.log = log;
    }

    /** Microseconds since 1970. */
    long now() {
        return now;
    }

    Timestamp timestamp() {
        return timestamp(now);
    }

    static Timestamp timestamp(long micros) {
        return Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(micros, 1_000_000L))
                .setNanos((int) Math.floorMod(micros, 1_000_000L) * 1_000)
                .build();
    }

    void begin(Story story) {
        if (story.nextAt() != Story.NEVER) {
            stories.add(story);
        }
    }

    /** Lets the stories go on until the log has so many events more, or all have ended. */
    void run(long eventsWanted) {
        while (events < eventsWanted && !stories.isEmpty()) {
            var story = stories.remove();
            now = Math.max(now, story.nextAt());
            story.act();
            begin(story);
        }
    }

    /** What comes with a request of a user's. */
    Map<String, String> requestOf(String actor) {
        Map<String, String> request = cause(actor);
        if (dice.chance(KEYED)) {
            request.put(EventMetadata.IDEMPOTENCY_KEY, dice.uuid().toString());
            request.put(EventMetadata.REQUEST_HASH, dice.sha256());
        }
        return request;
    }

    /** What comes with an act of somebody who sends no keys. */
    Map<String, String> cause(String actor) {
        Map<String, String> cause = new HashMap<>();
        cause.put(EventMetadata.CORRELATION_ID, newId().toString());
        cause.put(EventMetadata.ACTOR, actor);
        return cause;
    }

    /** The same request, for what an event of it causes in turn. */
    static Map<String, String> because(UUID eventId, Map<String, String> cause) {
        Map<String, String> next = new HashMap<>(cause);
        next.put(EventMetadata.CAUSATION_ID, eventId.toString());
        return next;
    }

    /** Stores an event now and returns its id. */
    UUID store(Stream stream, Message event, Map<String, String> metaData) {
        var eventId = newId();
        var time = instant(now + dice.below(STORING_MICROS_MAX));
        events++;
        log.accept(
                new MadeEvent(stream.aggregateId, stream.next++, eventId, time, event, metaData));
        return eventId;
    }

    /** A UUIDv7 of now, greater than every one before it. */
    UUID newId() {
        long millis = TimeUnit.MICROSECONDS.toMillis(now);
        if (millis > lastMillis) {
            lastMillis = millis;
            lastRandom = dice.nextLong() >>> 3;
        } else {
            lastRandom += 1 + dice.below(1 << 20);
        }
        return new UUID(
                lastMillis << 16 | 0x7000L | lastRandom >>> 50,
                1L << 63 | lastRandom & (1L << 50) - 1);
    }

    private static long micros(Instant instant) {
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond())
                + TimeUnit.NANOSECONDS.toMicros(instant.getNano());
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }
}
