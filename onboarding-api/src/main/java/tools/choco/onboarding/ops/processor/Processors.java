package tools.choco.onboarding.ops.processor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.projection.GenerationStatus;
import tools.choco.onboarding.projection.Poison;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.ProjectionProcessor;
import tools.choco.onboarding.projection.ReadModelKeeper;

/**
 * Every processor there is: one for each generation of each read model, and those whose work leaves
 * a mark elsewhere and is never done again.
 *
 * <p>Starting and stopping is for all instances; splitting and merging is done by the instance that
 * is asked, to segments that it has or can claim.
 */
public final class Processors {

    private static final Duration ACT_MAX = Duration.ofSeconds(10);

    private final ReadModelKeeper readModels;
    private final Collection<StreamingEventProcessor> others;
    private final StoppedProcessors stopped;
    private final Positions positions;
    private final Duration claimTimeout;
    private final Clock clock;
    private final Rates rates;

    /**
     * @param others processors of this instance that feed no read model; each has one segment
     * @param claimTimeout time after which a claim that was not renewed is nobody's
     */
    public Processors(
            ReadModelKeeper readModels,
            Collection<StreamingEventProcessor> others,
            StoppedProcessors stopped,
            Positions positions,
            Duration claimTimeout,
            Clock clock) {
        this.readModels = readModels;
        this.others = List.copyOf(others);
        this.stopped = stopped;
        this.positions = positions;
        this.claimTimeout = claimTimeout;
        this.clock = clock;
        this.rates = new Rates(clock);
    }

    /**
     * A part of a processor's work.
     *
     * @param segment number of the segment
     * @param position log position of the last event taken
     * @param claimedBy process that works on it; null if none does
     */
    record SegmentView(int segment, String position, @Nullable String claimedBy) {}

    /**
     * A processor.
     *
     * @param name name of the generation, or of the process
     * @param kind {@code read_model} or {@code process}
     * @param state {@code quiet}: has nothing to do; {@code working}; {@code dead}: fails, or
     *     nobody works on it; {@code stopped}: by an operator
     * @param position log position of the last event taken, of the segment furthest behind
     * @param head position of the log's last event
     * @param lagEvents positions between the two
     * @param lagMs age of the first event not taken yet; 0 if there is none
     * @param eventsPerSecond how fast it moves on, since somebody looked in the last half minute
     * @param building whether a rebuild fills it, without segments
     * @param current whether queries read it; null for a process
     * @param lastError why it fails; null if it does not
     */
    record ProcessorView(
            String name,
            String kind,
            String state,
            String position,
            String head,
            long lagEvents,
            long lagMs,
            double eventsPerSecond,
            boolean building,
            @Nullable Boolean current,
            @Nullable String lastError,
            List<SegmentView> segments) {}

    /** Whether nothing fails that this instance works on; asks no database. */
    public boolean areHealthy() {
        return readModels.processors().stream().allMatch(it -> it.status().isHealthy())
                && others.stream().allMatch(it -> errorOf(it) == null);
    }

    /** All of them, the read models' first. */
    List<ProcessorView> all() {
        Reading reading = new Reading();
        List<ProcessorView> all = new ArrayList<>();
        for (Projection projection : readModels.projections()) {
            for (GenerationStatus status : readModels.generations().of(projection.name())) {
                all.add(reading.of(status));
            }
        }
        others.forEach(it -> all.add(reading.of(it)));
        return all;
    }

    /** The processor of that name. */
    ProcessorView find(String name) {
        return all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                EdgeProblem.of(
                                        ProblemCode.PROCESSOR_UNKNOWN,
                                        "There is no such processor."));
    }

    void start(String name) {
        stopped.start(name);
    }

    void stop(String name) {
        stopped.stop(name);
    }

    void split(String name, int segment) {
        finish(splittable(name).splitSegment(segment));
    }

    void merge(String name, int segment) {
        finish(splittable(name).mergeSegment(segment));
    }

    private StreamingEventProcessor splittable(String name) {
        if (others.stream().anyMatch(it -> it.getName().equals(name))) {
            throw EdgeProblem.of(
                    ProblemCode.PROCESSOR_NOT_SPLITTABLE,
                    "The processor handles the log in one piece.");
        }
        return readModels.processors().stream()
                .map(ProjectionProcessor::processor)
                .filter(it -> it.getName().equals(name))
                .findFirst()
                .orElseThrow(Processors::notAvailable);
    }

    private static void finish(CompletableFuture<Boolean> act) {
        try {
            if (!act.get(ACT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                throw notAvailable();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw notAvailable();
        } catch (ExecutionException | TimeoutException failed) {
            throw notAvailable();
        }
    }

    private static EdgeProblem notAvailable() {
        return EdgeProblem.of(
                ProblemCode.SEGMENT_NOT_AVAILABLE,
                "The processor has no such segment, or this instance cannot claim it.");
    }

    /** What the database says at one moment. */
    private final class Reading {

        private final long head = positions.head();
        private final Map<String, List<Positions.Stored>> segments = positions.segments();
        private final Set<String> resting = stopped.names();
        private final Instant now = clock.instant();

        ProcessorView of(GenerationStatus status) {
            String name = status.generation().name();
            Optional<ProjectionProcessor> here =
                    readModels.processors().stream()
                            .filter(it -> it.generation().equals(status.generation()))
                            .findFirst();
            if (status.building()) {
                return view(
                        name,
                        "read_model",
                        status.error() == null ? "working" : "dead",
                        status.position(),
                        true,
                        status.current(),
                        status.error(),
                        List.of());
            }
            return view(
                    name,
                    "read_model",
                    here.map(ProjectionProcessor::processor).orElse(null),
                    status.current(),
                    here.map(it -> it.status().error()).orElse(null));
        }

        ProcessorView of(StreamingEventProcessor processor) {
            return view(processor.getName(), "process", processor, null, errorOf(processor));
        }

        private ProcessorView view(
                String name,
                String kind,
                @Nullable StreamingEventProcessor here,
                @Nullable Boolean current,
                @Nullable String error) {
            Map<Integer, EventTrackerStatus> local =
                    here == null ? Map.of() : here.processingStatus();
            List<SegmentView> parts = new ArrayList<>();
            boolean claimed = true;
            long position = Long.MAX_VALUE;
            for (Positions.Stored stored : segments.getOrDefault(name, List.of())) {
                EventTrackerStatus status = local.get(stored.segment());
                long reached =
                        status == null
                                ? stored.position()
                                : Math.max(
                                        stored.position(), status.getCurrentPosition().orElse(0));
                boolean isClaimed = status != null || stored.isClaimed(now, claimTimeout);
                claimed &= isClaimed;
                position = Math.min(position, reached);
                parts.add(
                        new SegmentView(
                                stored.segment(),
                                Long.toString(reached),
                                isClaimed ? stored.owner() : null));
            }
            if (parts.isEmpty()) {
                position = 0;
                claimed = false;
            }
            String state;
            if (resting.contains(name) && (here == null || !here.isRunning())) {
                state = "stopped";
            } else if (error != null || !claimed) {
                state = "dead";
            } else {
                state = position < head ? "working" : "quiet";
            }
            return view(name, kind, state, position, false, current, error, parts);
        }

        private ProcessorView view(
                String name,
                String kind,
                String state,
                long position,
                boolean building,
                @Nullable Boolean current,
                @Nullable String error,
                List<SegmentView> parts) {
            long lagMs =
                    position >= head
                            ? 0
                            : positions
                                    .timeAfter(position)
                                    .map(it -> Math.max(0, Duration.between(it, now).toMillis()))
                                    .orElse(0L);
            return new ProcessorView(
                    name,
                    kind,
                    state,
                    Long.toString(position),
                    Long.toString(head),
                    Math.max(0, head - position),
                    lagMs,
                    rates.note(name, position),
                    building,
                    current,
                    error,
                    parts);
        }
    }

    private static @Nullable String errorOf(StreamingEventProcessor processor) {
        return processor.processingStatus().values().stream()
                .filter(EventTrackerStatus::isErrorState)
                .map(it -> Poison.message(it.getError()))
                .findFirst()
                .orElse(processor.isError() ? "The log or the tokens cannot be read" : null);
    }
}
