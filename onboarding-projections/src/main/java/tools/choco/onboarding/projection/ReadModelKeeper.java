package tools.choco.onboarding.projection;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this instance's work in step with the generations that the database names: fills those that
 * are being built, feeds those that are filled, lets go of those that were dropped.
 *
 * <p>A projection of a new version, or with another configuration, begins a generation by itself
 * while the old one is served; it is switched to as soon as it is filled, or by an operator, as
 * configured. The first generation of all is served as soon as it is filled.
 */
public final class ReadModelKeeper {

    private static final Logger log = LoggerFactory.getLogger(ReadModelKeeper.class);
    private static final Duration ROUND = Duration.ofMillis(500);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(10);

    private final DataSource dataSource;
    private final LogSource source;
    private final Projections processors;
    private final Generations generations;
    private final Map<String, Projection> projections;
    private final boolean switchesAlone;
    private final int eventsPerCommitMax;
    private final Consumer<Collection<ProjectionProcessor>> watcher;

    private final Map<Generation, ProjectionProcessor> following = new ConcurrentHashMap<>();
    private final Set<Generation> building = ConcurrentHashMap.newKeySet();
    private final Map<Generation, Instant> restingUntil = new ConcurrentHashMap<>();
    private @Nullable ScheduledExecutorService rounds;
    private @Nullable ExecutorService builders;

    /**
     * @param dataSource database that holds the read models
     * @param source the log, for rebuilds
     * @param processors makes what follows the log afterwards
     * @param projections every read model there is
     * @param switchesAlone whether a generation that a new version has filled is switched to at
     *     once
     * @param eventsPerCommitMax events that a rebuild applies in one transaction
     * @param watcher is told what this instance feeds whenever that changes
     */
    public ReadModelKeeper(
            DataSource dataSource,
            LogSource source,
            Projections processors,
            Collection<Projection> projections,
            boolean switchesAlone,
            int eventsPerCommitMax,
            Consumer<Collection<ProjectionProcessor>> watcher) {
        this.dataSource = dataSource;
        this.source = source;
        this.processors = processors;
        this.generations = new Generations(dataSource);
        this.projections = new ConcurrentHashMap<>();
        projections.forEach(it -> this.projections.put(it.name(), it));
        this.switchesAlone = switchesAlone;
        this.eventsPerCommitMax = eventsPerCommitMax;
        this.watcher = watcher;
    }

    /**
     * Begins; returns when what needed no time is done, so that on a new log every read model is
     * there.
     */
    public synchronized void start() {
        ExecutorService workers =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofPlatform().name("rebuild-", 0).daemon().factory());
        ScheduledExecutorService clock =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("read-models").daemon().factory());
        builders = workers;
        rounds = clock;
        projections.values().forEach(generations::ensure);
        if (isLogEmpty()) {
            fill(unfilled());
        }
        round();
        ScheduledFuture<?> _ =
                clock.scheduleWithFixedDelay(
                        this::tryRound, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    private boolean isLogEmpty() {
        try {
            return source.head() == 0;
        } catch (RuntimeException away) {
            log.warn("The read models wait for the log: {}", away.getMessage());
            return false;
        }
    }

    /** Stops after the batches under way. */
    public synchronized void stop() {
        if (rounds != null) {
            rounds.shutdownNow();
        }
        if (builders != null) {
            builders.shutdownNow();
        }
        following.values().forEach(ProjectionProcessor::stop);
        following.clear();
    }

    /** The generations of all read models. */
    public Generations generations() {
        return generations;
    }

    /** Every read model there is. */
    public Collection<Projection> projections() {
        return List.copyOf(projections.values());
    }

    /** The read model of that name, if there is one. */
    public Optional<Projection> projection(String name) {
        return Optional.ofNullable(projections.get(name));
    }

    /** What this instance feeds. */
    public Collection<ProjectionProcessor> processors() {
        return List.copyOf(following.values());
    }

    private void tryRound() {
        try {
            round();
        } catch (RuntimeException failed) {
            log.warn("The read models were not looked after: {}", failed.getMessage());
        }
    }

    private void round() {
        Set<Generation> before = Set.copyOf(following.keySet());
        Set<Generation> wanted = new HashSet<>();
        List<Rebuild.Target> unfilled = new ArrayList<>();
        Set<String> stopped = generations.stopped();
        for (Projection projection : projections.values()) {
            for (GenerationStatus status : generations.of(projection.name())) {
                if (!status.isOf(projection)) {
                    continue; // Another version feeds it, or nobody: this one's code cannot.
                }
                if (status.building()) {
                    unfilled.add(new Rebuild.Target(projection, status.generation()));
                } else if (!stopped.contains(status.generation().name())) {
                    wanted.add(status.generation());
                    following.computeIfAbsent(status.generation(), it -> follow(projection, it));
                }
            }
        }
        following.forEach(
                (generation, processor) -> {
                    if (!wanted.contains(generation) && following.remove(generation, processor)) {
                        processor.stop();
                    }
                });
        if (!following.keySet().equals(before)) {
            watcher.accept(processors());
        }
        fillInBackground(unfilled);
        projections.keySet().forEach(this::dropReplaced);
    }

    private void dropReplaced(String projection) {
        try {
            generations.dropReplaced(projection);
        } catch (ReplayRefused droppedByAnother) {
            log.debug("Another instance was quicker", droppedByAnother);
        }
    }

    private ProjectionProcessor follow(Projection projection, Generation generation) {
        ProjectionProcessor processor = processors.processorFor(projection, generation);
        processor.start();
        return processor;
    }

    private List<Rebuild.Target> unfilled() {
        return projections.values().stream()
                .flatMap(
                        projection ->
                                generations.of(projection.name()).stream()
                                        .filter(it -> it.building() && it.isOf(projection))
                                        .map(it -> new Rebuild.Target(projection, it.generation())))
                .toList();
    }

    /** All that nobody here is at, in one pass over the log. */
    private void fillInBackground(List<Rebuild.Target> unfilled) {
        Instant now = Instant.now();
        List<Rebuild.Target> free =
                unfilled.stream()
                        .filter(
                                it ->
                                        !now.isBefore(
                                                restingUntil.getOrDefault(
                                                        it.generation(), Instant.MIN)))
                        .filter(it -> building.add(it.generation()))
                        .toList();
        ExecutorService workers = builders;
        if (workers == null || free.isEmpty()) {
            return;
        }
        workers.execute(
                () -> {
                    try {
                        fill(free);
                    } catch (RuntimeException failed) {
                        log.warn("A rebuild broke off: {}", failed.getMessage());
                        free.forEach(it -> rest(it.generation()));
                    } finally {
                        free.forEach(it -> building.remove(it.generation()));
                    }
                });
    }

    private void fill(List<Rebuild.Target> targets) {
        new Rebuild(dataSource, source, eventsPerCommitMax).run(targets, new Filling());
    }

    private void rest(Generation generation) {
        restingUntil.put(generation, Instant.now().plus(PAUSE_AFTER_FAILURE));
    }

    /** What a rebuild's generations become. */
    private final class Filling implements Rebuild.Listener {

        @Override
        public void goesOn(Rebuild.Target target, long position) {
            generations.goesOn(target.generation(), position);
        }

        @Override
        public void filled(Rebuild.Target target, long position) {
            Generation generation = target.generation();
            Projection projection = target.projection();
            boolean alone =
                    generations.of(projection.name()).stream().noneMatch(GenerationStatus::current)
                            || (switchesAlone && isForANewVersion(projection));
            processors.beginAfter(position, generation);
            generations.built(generation);
            if (alone) {
                generations.serve(generation);
                log.info("Queries read {} now", generation);
            }
        }

        @Override
        public void failed(Rebuild.Target target, Exception cause) {
            Generation generation = target.generation();
            log.error("{} could not be filled: {}", generation, cause.getMessage(), cause);
            rest(generation);
            note(generation, cause);
        }
    }

    /** A rebuild that an operator asked for waits for the operator's word. */
    private boolean isForANewVersion(Projection projection) {
        return generations.of(projection.name()).stream()
                .filter(GenerationStatus::current)
                .noneMatch(it -> it.isOf(projection));
    }

    private void note(Generation generation, Exception failed) {
        try {
            generations.failed(generation, String.valueOf(failed.getMessage()));
        } catch (QueryFailed unreachable) {
            log.warn("Why {} could not be filled is not noted", generation);
        }
    }
}
