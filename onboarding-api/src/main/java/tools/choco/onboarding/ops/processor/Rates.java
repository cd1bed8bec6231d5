package tools.choco.onboarding.ops.processor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How fast processors move on, over the last half minute in which somebody looked. */
final class Rates {

    private static final Duration SPAN = Duration.ofSeconds(30);

    private record Sample(Instant at, long position) {}

    private final Clock clock;
    private final Map<String, Deque<Sample>> samples = new ConcurrentHashMap<>();

    Rates(Clock clock) {
        this.clock = clock;
    }

    /**
     * Notes where a processor is.
     *
     * @return events of the log per second that it has passed since the oldest note of the span
     */
    double note(String processor, long position) {
        Instant now = clock.instant();
        Deque<Sample> of = samples.computeIfAbsent(processor, it -> new ArrayDeque<>());
        synchronized (of) {
            while (!of.isEmpty() && of.getFirst().at().isBefore(now.minus(SPAN))) {
                of.removeFirst();
            }
            of.addLast(new Sample(now, position));
            Sample first = of.getFirst();
            double seconds = Duration.between(first.at(), now).toNanos() / 1e9;
            return seconds <= 0 ? 0 : Math.max(0, (position - first.position()) / seconds);
        }
    }
}
