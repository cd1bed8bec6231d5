package tools.choco.onboarding.ops.processor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.launch.Instance;
import tools.choco.onboarding.projection.ProjectionProcessor;
import tools.choco.onboarding.projection.ReadModelKeeper;

/**
 * Shares the segments of all processors out among the instances. Whoever starts first claims them
 * all; so an instance that works on two more than another lets go of one, which the others claim.
 *
 * <p>An instance is there while it has sessions at the database, also if it is frozen. What it does
 * not take goes to one that has enough already; then there is a pause before the next try.
 */
public final class Shares {

    /** Long enough for the others, who look for free segments every second. */
    private static final Duration LET_GO = Duration.ofSeconds(3);

    private static final Logger log = LoggerFactory.getLogger(Shares.class);

    private final ReadModelKeeper readModels;
    private final Collection<StreamingEventProcessor> others;
    private final Positions positions;
    private final Duration claimTimeout;
    private final Clock clock;
    private final String self = Instance.session(Instance.name());

    private Positions.@Nullable Stored letGo;
    private Instant letGoUntil = Instant.MIN;
    private Instant next = Instant.MIN;

    /**
     * @param others processors of this instance that feed no read model
     * @param claimTimeout time after which a claim that was not renewed is nobody's
     */
    public Shares(
            ReadModelKeeper readModels,
            Collection<StreamingEventProcessor> others,
            Positions positions,
            Duration claimTimeout,
            Clock clock) {
        this.readModels = readModels;
        this.others = List.copyOf(others);
        this.positions = positions;
        this.claimTimeout = claimTimeout;
        this.clock = clock;
    }

    /** Lets go of a segment if this instance has too many. */
    public synchronized void level() {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return;
        }
        try {
            level(now);
        } catch (RuntimeException failed) {
            log.debug("Who works on what is not known at present", failed);
        }
    }

    private void level(Instant now) {
        List<Positions.Stored> claimed =
                positions.segments().values().stream()
                        .flatMap(List::stream)
                        .filter(it -> it.isClaimed(now, claimTimeout))
                        .toList();
        Map<String, Integer> shares = new HashMap<>();
        positions.instances().forEach(instance -> shares.put(instance, 0));
        claimed.forEach(it -> shares.computeIfPresent(session(it), (key, count) -> count + 1));
        int own = shares.getOrDefault(self, 0);
        int least = shares.values().stream().mapToInt(it -> it).min().orElse(own);
        Positions.Stored last = letGo;
        if (last != null) {
            Optional<String> taker =
                    claimed.stream()
                            .filter(
                                    it ->
                                            it.processor().equals(last.processor())
                                                    && it.segment() == last.segment())
                            .map(Shares::session)
                            .filter(it -> !it.equals(self))
                            .findFirst();
            if (taker.isEmpty() && now.isBefore(letGoUntil)) {
                return;
            }
            letGo = null;
            if (taker.isEmpty() || shares.getOrDefault(taker.get(), own + 1) > own) {
                next = now.plus(claimTimeout);
                return;
            }
        }
        if (own < least + 2) {
            return;
        }
        Map<String, StreamingEventProcessor> here =
                Stream.concat(
                                others.stream(),
                                readModels.processors().stream()
                                        .map(ProjectionProcessor::processor))
                        .collect(
                                Collectors.toMap(
                                        StreamingEventProcessor::getName, Function.identity()));
        List<Positions.Stored> mine = new ArrayList<>(claimed);
        mine.removeIf(it -> !session(it).equals(self) || !here.containsKey(it.processor()));
        if (mine.isEmpty()) {
            return;
        }
        Positions.Stored surplus = mine.get(ThreadLocalRandom.current().nextInt(mine.size()));
        log.debug("Lets go of segment {} of {}", surplus.segment(), surplus.processor());
        Optional.ofNullable(here.get(surplus.processor()))
                .ifPresent(
                        it ->
                                it.releaseSegment(
                                        surplus.segment(),
                                        LET_GO.toMillis(),
                                        TimeUnit.MILLISECONDS));
        letGo = surplus;
        letGoUntil = now.plus(LET_GO);
    }

    private static String session(Positions.Stored claimed) {
        return Instance.session(String.valueOf(claimed.owner()));
    }
}
