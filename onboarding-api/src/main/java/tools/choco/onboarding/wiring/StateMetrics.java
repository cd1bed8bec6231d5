package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.eventlog.LogReader;
import tools.choco.onboarding.funnel.Funnel;
import tools.choco.onboarding.funnel.FunnelAnswer;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.FunnelQueries;
import tools.choco.onboarding.funnel.FunnelQuestion;
import tools.choco.onboarding.projection.NotBuilt;
import tools.choco.onboarding.projection.ProjectionProcessor;
import tools.choco.onboarding.projection.ReadModelKeeper;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.siteview.SiteQueries;
import tools.choco.onboarding.transaction.Databases;

/**
 * What has to be asked of the database: how far processors are behind, sites by state, the funnel
 * of today. It is looked up now and then, so that a scrape never waits for the database; what
 * cannot be looked up is not shown.
 */
final class StateMetrics {

    private static final Logger log = LoggerFactory.getLogger(StateMetrics.class);

    private final LogReader events;
    private final ReadModelKeeper readModels;
    private final List<StreamingEventProcessor> others;
    private final SiteQueries sites;
    private final FunnelQueries funnels;
    private final Clock clock;

    private final MultiGauge lagEvents;
    private final MultiGauge lagSeconds;
    private final MultiGauge sitesByState;
    private final MultiGauge stagesToday;
    private final MultiGauge outcomesToday;

    /**
     * @param others the processors that feed no read model
     */
    StateMetrics(
            LogReader events,
            ReadModelKeeper readModels,
            List<StreamingEventProcessor> others,
            SiteQueries sites,
            FunnelQueries funnels,
            Clock clock,
            MeterRegistry meters) {
        this.events = events;
        this.readModels = readModels;
        this.others = List.copyOf(others);
        this.sites = sites;
        this.funnels = funnels;
        this.clock = clock;
        lagEvents =
                MultiGauge.builder("onboarding.processor.lag.events")
                        .description("Events that a processor has yet to take in this process")
                        .register(meters);
        lagSeconds =
                MultiGauge.builder("onboarding.processor.lag")
                        .description("Age of the first event that it has yet to take")
                        .baseUnit("seconds")
                        .register(meters);
        sitesByState =
                MultiGauge.builder("onboarding.sites")
                        .description("Users' own sites by the state of their provisioning")
                        .register(meters);
        stagesToday =
                MultiGauge.builder("onboarding.funnel.today.reached")
                        .description("Sessions begun on this UTC day that reached a stage")
                        .register(meters);
        outcomesToday =
                MultiGauge.builder("onboarding.funnel.today.sessions")
                        .description("Sessions begun on this UTC day by how they stand")
                        .register(meters);
    }

    private record Lag(String processor, long events, Duration age) {}

    private record Count(String name, long number) {}

    /** One look at everything. */
    void look() {
        List<Lag> lags = found(this::lags);
        show(lagEvents, lags, "processor", Lag::processor, Lag::events);
        show(lagSeconds, lags, "processor", Lag::processor, lag -> lag.age().toMillis() / 1e3);
        List<Count> states = found(this::states);
        show(sitesByState, states, "state", Count::name, Count::number);
        List<FunnelAnswer> today = found(() -> List.of(today()));
        show(stagesToday, counts(today, StateMetrics::stages), "stage", Count::name, Count::number);
        show(
                outcomesToday,
                counts(today, StateMetrics::outcomes),
                "outcome",
                Count::name,
                Count::number);
    }

    private List<Lag> lags() {
        long head = events.head();
        Instant now = clock.instant();
        Stream<StreamingEventProcessor> all =
                Stream.concat(
                        readModels.processors().stream().map(ProjectionProcessor::processor),
                        others.stream());
        List<Lag> lags = new ArrayList<>();
        all.forEach(
                processor ->
                        position(processor)
                                .ifPresent(
                                        position ->
                                                lags.add(
                                                        new Lag(
                                                                processor.getName(),
                                                                Math.max(0, head - position),
                                                                age(position, head, now)))));
        return lags;
    }

    /** Of the segment furthest behind; empty while this process works on none. */
    private static OptionalLong position(StreamingEventProcessor processor) {
        return processor.processingStatus().values().stream()
                .mapToLong(segment -> segment.getCurrentPosition().orElse(0))
                .min();
    }

    private Duration age(long position, long head, Instant now) {
        List<Duration> ages = new ArrayList<>();
        if (position < head) {
            events.read(
                    position,
                    position + 1,
                    1,
                    rows -> rows.forEach(row -> ages.add(Duration.between(row.time(), now))));
        }
        return ages.stream().filter(Duration::isPositive).findFirst().orElse(Duration.ZERO);
    }

    private List<Count> states() {
        Map<String, Long> counts = sites.countByState();
        return Arrays.stream(ProvisioningState.values())
                .map(ProvisioningState::wireName)
                .map(state -> new Count(state, counts.getOrDefault(state, 0L)))
                .toList();
    }

    private FunnelAnswer today() {
        LocalDate day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        FunnelDefinition onboarding = funnels.definition(Funnel.ONBOARDING).orElseThrow();
        return funnels.answer(FunnelQuestion.of(onboarding, day, day), false);
    }

    private static List<Count> counts(
            List<FunnelAnswer> answers, Function<FunnelAnswer, List<Count>> counts) {
        return answers.stream().map(counts).flatMap(List::stream).toList();
    }

    private static List<Count> stages(FunnelAnswer funnel) {
        return funnel.stages().stream()
                .map(stage -> new Count(stage.stage(), stage.sessions()))
                .toList();
    }

    private static List<Count> outcomes(FunnelAnswer funnel) {
        FunnelAnswer.Outcomes outcomes = funnel.outcomes();
        return List.of(
                new Count("converted", outcomes.converted()),
                new Count("reset", outcomes.reset()),
                new Count("failed", outcomes.failed()),
                new Count("dropped", outcomes.dropped()),
                new Count("parked_on_user", outcomes.parkedOnUser()),
                new Count("parked_on_us", outcomes.parkedOnUs()),
                new Count("in_flight", outcomes.inFlight()));
    }

    /** Nothing while the database is away or a read model is not built yet. */
    private static <T> List<T> found(Supplier<List<T>> look) {
        try {
            return look.get();
        } catch (NotBuilt notYet) {
            return List.of();
        } catch (RuntimeException failure) {
            if (Databases.isPassing(failure) || failure instanceof EventStoreException) {
                log.debug("Not to be measured for now: {}", failure.getMessage());
            } else {
                log.error("Measuring failed", failure);
            }
            return List.of();
        }
    }

    private static <T> void show(
            MultiGauge gauge,
            List<T> found,
            String tag,
            Function<T, String> name,
            ToDoubleFunction<T> value) {
        gauge.register(
                found.stream()
                        .map(
                                it ->
                                        MultiGauge.Row.of(
                                                Tags.of(tag, name.apply(it)),
                                                (Number) value.applyAsDouble(it)))
                        .toList(),
                true);
    }
}
