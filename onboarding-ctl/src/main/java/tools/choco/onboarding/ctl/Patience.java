package tools.choco.onboarding.ctl;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends a call again until the service has answered it: the same request, with the same key.
 *
 * <p>Silence (refused, reset, timed out) and the statuses 429, 502, 503 and 504 are waited out,
 * with a pause that doubles or the one that {@code Retry-After} asks for. Every other answer is
 * final. Safe for any number of threads.
 */
final class Patience {

    /** Lets time pass. */
    @FunctionalInterface
    interface Pause {
        void of(Duration length) throws InterruptedException;
    }

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** Statuses that pass by waiting. */
    static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

    private final Service service;
    private final Duration limit;
    private final InstantSource clock;
    private final Pause pause;
    private final LongAdder requests = new LongAdder();
    private final LongAdder retries = new LongAdder();

    /**
     * @param limit how long one call is pursued after it first failed
     */
    Patience(Service service, Duration limit, InstantSource clock, Pause pause) {
        this.service = service;
        this.limit = limit;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * The final answer to the call; a 429 or 5xx if that is still all there is when patience ends.
     *
     * @throws CommandFailure if there was no answer until then
     */
    Reply send(Call call) throws InterruptedException {
        Instant end = null;
        Duration next = FIRST_PAUSE;
        while (true) {
            Reply reply = null;
            IOException silence = null;
            requests.increment();
            try {
                reply = service.send(call);
                if (!PASSING.contains(reply.status())) {
                    return reply;
                }
            } catch (IOException noAnswer) {
                silence = noAnswer;
            }
            Instant now = clock.instant();
            end = end == null ? now.plus(limit) : end;
            Duration wait = waitAfter(reply, next);
            if (now.plus(wait).isAfter(end)) {
                if (reply != null) {
                    return reply;
                }
                throw CommandFailure.unreachable(service.address(), silence);
            }
            pause.of(wait);
            next = next.multipliedBy(2);
            next = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
            retries.increment();
        }
    }

    /** Requests sent so far, repetitions included. */
    long requests() {
        return requests.sum();
    }

    /** Repetitions so far. */
    long retries() {
        return retries.sum();
    }

    /**
     * What the service asks for, or up to half as much again as {@code usual}, so that a crowd
     * spreads out.
     */
    private static Duration waitAfter(@Nullable Reply reply, Duration usual) {
        Duration spread =
                usual.plusMillis(ThreadLocalRandom.current().nextLong(usual.toMillis() / 2 + 1));
        return reply == null ? spread : reply.retryAfter().orElse(spread);
    }
}
