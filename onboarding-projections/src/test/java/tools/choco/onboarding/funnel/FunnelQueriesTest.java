package tools.choco.onboarding.funnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.AsOf;
import tools.choco.onboarding.projection.History;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.ProjectionProcessor;
import tools.choco.onboarding.projection.ReadModels;

class FunnelQueriesTest {

    private static final LocalDate FIRST_DAY = LocalDate.ofInstant(History.BEGIN, ZoneOffset.UTC);
    private static final LocalDate LAST_DAY = FIRST_DAY.plusYears(3);

    private static @Nullable ReadModels shared;

    @BeforeContainer
    static void open() {
        shared = new ReadModels();
    }

    @AfterContainer
    static void close() {
        models().close();
    }

    @Provide
    Arbitrary<List<History.Entry>> histories() {
        return History.any();
    }

    @Provide
    Arbitrary<FunnelFilter> filters() {
        return Combinators.combine(
                        Arbitraries.of("default", "quick", "unknown").injectNull(0.6),
                        Arbitraries.of(1, 2).injectNull(0.7),
                        Arbitraries.of("a", "b").injectNull(0.7),
                        Arbitraries.of("web", "docs", "demo", "nul\0source").injectNull(0.8),
                        Arbitraries.of("blog", "docs").injectNull(0.8),
                        Arbitraries.of(true, false))
                .as(FunnelFilter::new);
    }

    @Property(tries = 150)
    void countsWhatBruteForceCounts(
            @ForAll("histories") List<History.Entry> history,
            @ForAll("filters") FunnelFilter filter,
            @ForAll Random random) {
        apply(history);
        BruteForce bruteForce = new BruteForce(messages(history));
        LocalDate from = FIRST_DAY.plusDays(random.nextInt(4));
        LocalDate to = random.nextBoolean() ? LAST_DAY : from.plusDays(random.nextInt(5));

        FunnelAnswer answer = queries().onboarding(from, to, filter);

        Map<String, FunnelAnswer.Stage> expected = bruteForce.stages(from, to, filter);
        for (FunnelAnswer.Stage stage : answer.stages()) {
            assertThat(stage)
                    .isEqualTo(
                            expected.getOrDefault(
                                    stage.stage(),
                                    new FunnelAnswer.Stage(
                                            stage.stage(), 0, 0, 0, null, null, null)));
        }
        assertThat(answer.stages().stream().map(FunnelAnswer.Stage::stage))
                .containsAll(expected.keySet())
                .doesNotHaveDuplicates();
        Map<String, Long> outcomes = byName(answer.outcomes());
        Map<String, Long> expectedOutcomes = bruteForce.outcomes(from, to, filter);
        outcomes.forEach(
                (name, count) ->
                        assertThat(count)
                                .as(name)
                                .isEqualTo(expectedOutcomes.getOrDefault(name, 0L)));
        assertThat(answer.started())
                .isEqualTo(expectedOutcomes.values().stream().mapToLong(Long::longValue).sum());
    }

    @Example
    void namesTheStagesOfAFlowInOrder() {
        apply(History.of(List.of()));

        assertThat(stageNames(onFlow("default")))
                .containsExactly(
                        "started",
                        "profile",
                        "tools",
                        "invite",
                        "path_selected",
                        "site_requested",
                        "site_live",
                        "completed");
        assertThat(stageNames(onFlow("quick")))
                .containsExactly("started", "name", "team", "done-soon", "completed");
        assertThat(stageNames(onFlow("unknown"))).containsExactly("started", "completed");
    }

    @Example
    void namesTheStagesOfAllFlowsByTheirOrdinals() {
        apply(History.of(List.of()));

        List<String> stages = stageNames(FunnelFilter.ALL);

        assertThat(stages)
                .containsExactly(
                        "started",
                        "name",
                        "profile",
                        "team",
                        "tools",
                        "done-soon",
                        "invite",
                        "path_selected",
                        "site_requested",
                        "site_live",
                        "completed");
        assertThat(queries().funnels()).containsExactly(new Funnel("onboarding", stages));
    }

    @Example
    void countsZeroWhereNobodyStarted() {
        apply(History.of(List.of()));

        FunnelAnswer answer =
                queries()
                        .onboarding(
                                FIRST_DAY.minusDays(9), FIRST_DAY.minusDays(1), FunnelFilter.ALL);

        assertThat(answer.started()).isZero();
        assertThat(answer.stages())
                .hasSize(11)
                .contains(new FunnelAnswer.Stage("completed", 0, 0, 0, null, null, null));
        assertThat(answer.projectionVersion()).isEqualTo(1);
    }

    @Example
    void refusesARangeThatEndsBeforeItBegins() {
        assertThatThrownBy(
                        () ->
                                queries()
                                        .onboarding(
                                                FIRST_DAY,
                                                FIRST_DAY.minusDays(1),
                                                FunnelFilter.ALL))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Example
    void namesTheLogPositionItGoesUpTo() {
        try (ReadModels live = new ReadModels()) {
            live.serve(new FunnelProjection());
            FunnelQueries queries = new FunnelQueries(live.dataSource());
            assertThat(queries.onboarding(FIRST_DAY, LAST_DAY, FunnelFilter.ALL).asOf())
                    .isEqualTo(new AsOf("0", null));
            FunnelProjection projection = new FunnelProjection();
            ProjectionProcessor processor = live.processorFor(projection, 1);
            processor.start();
            live.append(History.of(List.of(3, 14, 15, 92, 65, 35)));
            live.awaitCaughtUp(projection);

            FunnelAnswer answer = queries.onboarding(FIRST_DAY, LAST_DAY, FunnelFilter.ALL);

            assertThat(answer.asOf().position())
                    .isEqualTo(live.text("SELECT max(position)::text FROM events"));
            assertThat(answer.asOf().time()).isNotNull();
            assertThat(answer.started()).isPositive();
            processor.stop();
        }
    }

    private static List<String> stageNames(FunnelFilter filter) {
        return queries().onboarding(FIRST_DAY, LAST_DAY, filter).stages().stream()
                .map(FunnelAnswer.Stage::stage)
                .toList();
    }

    private static FunnelFilter onFlow(String flowId) {
        return new FunnelFilter(flowId, null, null, null, null, true);
    }

    private static void apply(List<History.Entry> history) {
        FunnelProjection projection = new FunnelProjection();
        List<LoggedEvent> events = History.logged(history);
        models().clear(projection);
        models().apply(projection, events);
    }

    private static List<Message> messages(List<History.Entry> history) {
        return history.stream().map(History.Entry::event).toList();
    }

    private static Map<String, Long> byName(FunnelAnswer.Outcomes outcomes) {
        Map<String, Long> counts = new HashMap<>();
        counts.put("converted", outcomes.converted());
        counts.put("reset", outcomes.reset());
        counts.put("failed", outcomes.failed());
        counts.put("dropped", outcomes.dropped());
        counts.put("parkedOnUser", outcomes.parkedOnUser());
        counts.put("parkedOnUs", outcomes.parkedOnUs());
        counts.put("inFlight", outcomes.inFlight());
        return counts;
    }

    private static FunnelQueries queries() {
        return new FunnelQueries(models().dataSource());
    }

    private static ReadModels models() {
        ReadModels models = shared;
        if (models == null) {
            throw new IllegalStateException("not open");
        }
        return models;
    }
}
