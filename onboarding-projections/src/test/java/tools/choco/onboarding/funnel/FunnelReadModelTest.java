package tools.choco.onboarding.funnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.evaluation.Evaluation;
import tools.choco.onboarding.evaluation.Funnels;
import tools.choco.onboarding.evaluation.RandomLog;
import tools.choco.onboarding.projection.History;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.NotBuilt;
import tools.choco.onboarding.projection.ReadModels;

/** What the read model answers is what is counted from the log event by event. */
class FunnelReadModelTest {

    private static final LocalDate FIRST_DAY =
            LocalDate.ofInstant(History.BEGIN, ZoneOffset.UTC).minusDays(10);
    private static final LocalDate LAST_DAY = FIRST_DAY.plusYears(3);

    private static final int DAYS_COMPARED = 3;

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
    Arbitrary<List<LoggedEvent>> logs() {
        return RandomLog.any();
    }

    /** Live, in batches of any sizes, merged at any moment. */
    @Property(tries = 25)
    void answersWhatIsCountedFromTheLog(
            @ForAll("logs") List<LoggedEvent> log, @ForAll Random random) {
        FunnelProjection projection = projection(random);
        follow(projection, log, random);

        assertAnswers(log, random);
    }

    /** Filled by a rebuild, which may come to its end twice, and followed from there. */
    @Property(tries = 15)
    void answersTheSameAfterARebuild(@ForAll("logs") List<LoggedEvent> log, @ForAll Random random) {
        FunnelProjection projection = projection(random);
        int filled = random.nextInt(log.size() + 1);
        models().rebuild(projection, cut(log.subList(0, filled), random));
        cut(log.subList(filled, log.size()), random)
                .forEach(batch -> models().apply(projection, batch));

        assertAnswers(log, random);
    }

    /** Batches that were rolled back come again, cut otherwise; so do some that were not. */
    @Property(tries = 15)
    void answersTheSameAfterCrashes(@ForAll("logs") List<LoggedEvent> log, @ForAll Random random) {
        FunnelProjection projection = projection(random);
        models().clear(projection);
        int done = 0;
        while (done < log.size()) {
            int to = Math.min(log.size(), done + 1 + random.nextInt(40));
            List<LoggedEvent> batch = log.subList(Math.max(0, done - random.nextInt(20)), to);
            if (random.nextBoolean()) {
                models().applyInVain(projection, batch);
            } else {
                models().apply(projection, batch);
                done = to;
            }
        }

        assertAnswers(log, random);
    }

    /** Each session belongs to one segment; the segments apply at the same time. */
    @Property(tries = 10)
    void answersTheSameFromSegmentsSideBySide(
            @ForAll("logs") List<LoggedEvent> log, @ForAll Random random) {
        FunnelProjection projection = projection(random);
        models().clear(projection);
        models().serve(projection);
        List<CompletableFuture<Void>> segments = new ArrayList<>();
        for (int segment = 0; segment < 2; segment++) {
            int its = segment;
            List<List<LoggedEvent>> batches =
                    cut(
                            log.stream()
                                    .filter(it -> (it.sessionId().hashCode() & 1) == its)
                                    .toList(),
                            random);
            segments.add(
                    CompletableFuture.runAsync(
                            () -> batches.forEach(it -> models().apply(projection, it))));
        }
        segments.forEach(CompletableFuture::join);

        assertAnswers(log, random);
    }

    /** A session that is taken out and applied anew counts as before. */
    @Property(tries = 10)
    void answersTheSameAfterASessionIsReplayed(
            @ForAll("logs") List<LoggedEvent> log, @ForAll Random random) {
        FunnelProjection projection = projection(random);
        follow(projection, log, random);
        String session = log.get(random.nextInt(log.size())).sessionId();

        models().replay(
                        projection,
                        log.stream().filter(it -> it.sessionId().equals(session)).toList());

        assertAnswers(log, random);
    }

    /** Rows that a rebuild leaves are those that following leaves. */
    @Property(tries = 15)
    void rebuildsToTheSameRows(@ForAll("logs") List<LoggedEvent> log, @ForAll Random random) {
        FunnelProjection eager = new FunnelProjection(Funnels.ALL, 0);
        follow(eager, log, random);
        String live = rows();

        models().rebuild(eager, cut(log, random));

        assertThat(rows()).isEqualTo(live);
        assertThat(models().text("SELECT count(*)::text FROM funnel_delta")).isEqualTo("0");
    }

    /** As while a rebuild with a new funnel's file runs: zeros would look like numbers. */
    @Property(tries = 3)
    void hasNoNumbersForAFunnelThatIsNotCountedYet(
            @ForAll("logs") List<LoggedEvent> log, @ForAll Random random) {
        FunnelProjection projection = projection(random);
        follow(projection, log, random);
        FunnelDefinition known = Funnels.ALL.getFirst();
        FunnelDefinition added =
                new FunnelDefinition(
                        "added",
                        known.title(),
                        known.sessions(),
                        known.stages(),
                        known.exits(),
                        known.dimensions(),
                        known.order(),
                        known.furthest(),
                        known.window(),
                        "another");
        FunnelQueries queries =
                new FunnelQueries(
                        models().dataSource(),
                        Stream.concat(Funnels.ALL.stream(), Stream.of(added)).toList());

        for (FunnelDefinition funnel : Funnels.ALL) {
            queries.answer(question(funnel, funnel.order(), log, random), false);
        }
        FunnelQuestion question = question(added, added.order(), log, random);
        assertThatThrownBy(() -> queries.answer(question, false)).isInstanceOf(NotBuilt.class);
        assertThatThrownBy(() -> queries.trend(question)).isInstanceOf(NotBuilt.class);
        assertThatThrownBy(() -> queries.dropOff(question)).isInstanceOf(NotBuilt.class);
    }

    /** From nothing, batch by batch. */
    private static void follow(FunnelProjection projection, List<LoggedEvent> log, Random random) {
        models().clear(projection);
        cut(log, random).forEach(batch -> models().apply(projection, batch));
    }

    private static String rows() {
        return models().rows("funnel_entry", "funnel, session_id, entry")
                + models().rows("funnel_stage", "funnel, flow_id, flow_version, stage")
                + models().rows("funnel_restatement", "funnel, position, day, test")
                + models().rows(
                                "funnel_cell",
                                "funnel, ordering, dimension, span, day, value, test");
    }

    private static FunnelProjection projection(Random random) {
        return new FunnelProjection(Funnels.ALL, List.of(0, 1, 5, 64).get(random.nextInt(4)));
    }

    private static void assertAnswers(List<LoggedEvent> log, Random random) {
        FunnelQueries queries = new FunnelQueries(models().dataSource(), Funnels.ALL);
        for (FunnelDefinition funnel : Funnels.ALL) {
            Evaluation evaluation = new Evaluation(funnel, log);
            Order any = Order.values()[random.nextInt(Order.values().length)];
            for (Order order : EnumSet.of(any, funnel.order())) {
                FunnelQuestion question = question(funnel, order, log, random);
                Evaluation.Answer expected = evaluation.answer(query(question));
                FunnelAnswer answer = queries.answer(question, true);

                assertNumbers(
                        question, answer.started(), answer.stages(), answer.outcomes(), expected);
                assertBreakdown(question, answer, evaluation);
                assertTrend(question, queries.trend(question), evaluation);
                assertReceipts(question, queries, evaluation, expected, random);
                assertRestatements(question, answer, evaluation);
            }
            FunnelQuestion question = question(funnel, funnel.order(), log, random);
            assertDropOff(queries.dropOff(question), evaluation.answer(query(question)));
        }
    }

    private static FunnelQuestion question(
            FunnelDefinition funnel, Order order, List<LoggedEvent> log, Random random) {
        LocalDate from = FIRST_DAY.plusDays(random.nextInt(14));
        Map<String, String> filters = new LinkedHashMap<>();
        for (String dimension : funnel.dimensionNames()) {
            if (random.nextInt(4) == 0) {
                List<String> values =
                        switch (dimension) {
                            case "flow" -> List.of("default", "quick", "none");
                            case "version" -> List.of("1", "2");
                            case "variant" -> List.of("a", "b");
                            case "source" -> List.of("web", "other", "", "test-load");
                            case "path" -> List.of("blog", "docs", "");
                            case "hosting" -> List.of("user_git", "platform_template", "");
                            case "service" -> List.of("hosting-portal", "partner-portal");
                            default -> List.of("basic", "other", "");
                        };
                filters.put(dimension, values.get(random.nextInt(values.size())));
            }
        }
        List<String> dimensions = funnel.dimensionNames();
        return new FunnelQuestion(
                funnel,
                from,
                random.nextBoolean() ? LAST_DAY : from.plusDays(random.nextInt(80)),
                order,
                Window.values()[random.nextInt(Window.values().length)],
                dimensions.isEmpty() || random.nextBoolean()
                        ? null
                        : dimensions.get(random.nextInt(dimensions.size())),
                filters,
                random.nextBoolean());
    }

    private static Evaluation.Query query(FunnelQuestion question) {
        return new Evaluation.Query(
                question.order(),
                question.window(),
                question.from(),
                question.to(),
                question.filters(),
                question.includeTest());
    }

    private static Evaluation.Query query(FunnelQuestion question, String dimension, String value) {
        Map<String, String> filters = new HashMap<>(question.filters());
        filters.put(dimension, value);
        return new Evaluation.Query(
                question.order(),
                question.window(),
                question.from(),
                question.to(),
                filters,
                question.includeTest());
    }

    private static void assertNumbers(
            FunnelQuestion question,
            long started,
            List<FunnelAnswer.Stage> stages,
            FunnelAnswer.Outcomes outcomes,
            Evaluation.Answer expected) {
        assertThat(started).isEqualTo(expected.started());
        assertThat(nonZero(outcomes)).isEqualTo(expected.outcomes());
        assertThat(stages.stream().map(FunnelAnswer.Stage::stage))
                .doesNotHaveDuplicates()
                .containsAll(expected.stages().keySet());
        for (FunnelAnswer.Stage stage : stages) {
            Evaluation.Stage its =
                    expected.stages()
                            .getOrDefault(
                                    stage.stage(),
                                    new Evaluation.Stage(0, 0, 0, 0, 0, 0, new TreeMap<>()));
            assertThat(stage.offered()).as("%s of %s", stage, question).isEqualTo(its.offered());
            assertThat(stage.sessions()).as("%s of %s", stage, question).isEqualTo(its.sessions());
            assertThat(stage.skipped()).as("%s of %s", stage, question).isEqualTo(its.skipped());
            assertThat(stage.fromPrevious())
                    .as("%s of %s", stage, question)
                    .isEqualTo(share(its.both(), its.previousPassed()));
            assertThat(stage.fromStart()).isEqualTo(share(its.sessions(), its.offered()));
            FunnelAnswer.TimeToReach times = stage.timeToReachMs();
            assertThat(times == null).isEqualTo(its.sessions() == 0);
            if (times != null) {
                assertThat(times.p50()).isEqualTo(atMost400Days(its.quantile(50)));
                assertThat(times.p90()).isEqualTo(atMost400Days(its.quantile(90)));
                assertThat(times.p99()).isEqualTo(atMost400Days(its.quantile(99)));
                if (!times.histogram().isEmpty()) {
                    assertThat(histogram(times)).isEqualTo(its.histogram());
                }
            }
        }
    }

    private static Map<Long, Long> histogram(FunnelAnswer.TimeToReach times) {
        Map<Long, Long> histogram = new TreeMap<>();
        times.histogram()
                .forEach(
                        it ->
                                histogram.put(
                                        it.upToMs() == null ? Long.MAX_VALUE : it.upToMs(),
                                        it.sessions()));
        return histogram;
    }

    private static long atMost400Days(@Nullable Long millis) {
        return Math.min(millis == null ? 0 : millis, 400L * 24 * 60 * 60 * 1_000);
    }

    private static @Nullable Double share(long part, long whole) {
        return whole == 0 ? null : (double) part / whole;
    }

    private static Map<String, Long> nonZero(FunnelAnswer.Outcomes outcomes) {
        Map<String, Long> counts = new TreeMap<>();
        counts.put("converted", outcomes.converted());
        counts.put("reset", outcomes.reset());
        counts.put("failed", outcomes.failed());
        counts.put("dropped", outcomes.dropped());
        counts.put("parkedOnUser", outcomes.parkedOnUser());
        counts.put("parkedOnUs", outcomes.parkedOnUs());
        counts.put("inFlight", outcomes.inFlight());
        counts.values().removeIf(it -> it == 0);
        return counts;
    }

    private static void assertBreakdown(
            FunnelQuestion question, FunnelAnswer answer, Evaluation evaluation) {
        String dimension = question.breakdown();
        if (dimension == null) {
            assertThat(answer.breakdown()).isEmpty();
            return;
        }
        assertThat(answer.breakdown().stream().mapToLong(FunnelAnswer.Slice::started).sum())
                .isEqualTo(answer.started());
        for (FunnelAnswer.Slice slice : answer.breakdown()) {
            if (slice.value().equals(question.filters().getOrDefault(dimension, slice.value()))) {
                assertNumbers(
                        question,
                        slice.started(),
                        slice.stages(),
                        slice.outcomes(),
                        evaluation.answer(query(question, dimension, slice.value())));
            }
        }
    }

    private static void assertTrend(
            FunnelQuestion question, FunnelTrend trend, Evaluation evaluation) {
        assertThat(trend.days().stream().map(FunnelTrend.Day::day))
                .containsExactlyElementsOf(
                        question.from().datesUntil(question.to().plusDays(1)).toList());
        trend.days().stream()
                .filter(day -> day.started() > 0)
                .limit(DAYS_COMPARED)
                .forEach(
                        day ->
                                assertNumbers(
                                        question,
                                        day.started(),
                                        day.stages(),
                                        day.outcomes(),
                                        evaluation.answer(
                                                new Evaluation.Query(
                                                        question.order(),
                                                        question.window(),
                                                        day.day(),
                                                        day.day(),
                                                        question.filters(),
                                                        question.includeTest()))));
        assertThat(trend.days().stream().mapToLong(FunnelTrend.Day::started).sum())
                .isEqualTo(evaluation.answer(query(question)).started());
    }

    /** Every number opens to as many entries, each of which names the right events. */
    private static void assertReceipts(
            FunnelQuestion question,
            FunnelQueries queries,
            Evaluation evaluation,
            Evaluation.Answer expected,
            Random random) {
        if (expected.stages().isEmpty()) {
            return;
        }
        List<String> stages = List.copyOf(expected.stages().keySet());
        String stage = stages.get(random.nextInt(stages.size()));
        Evaluation.Stage numbers = Objects.requireNonNull(expected.stages().get(stage));
        Map<EntryPage.Reach, Long> counts = new HashMap<>();
        Set<Evaluation.Receipt> receipts = new HashSet<>();
        List<EntryPage.Item> items = all(question, stage, null, null, queries, random);
        for (EntryPage.Item item : items) {
            counts.merge(item.reach(), 1L, Long::sum);
            for (EntryPage.Receipt receipt : item.events()) {
                receipts.add(
                        new Evaluation.Receipt(
                                item.sessionId(),
                                item.entry(),
                                receipt.stage(),
                                receipt.reach() == EntryPage.Reach.SKIPPED,
                                Long.parseLong(receipt.position())));
            }
        }
        assertThat(items).hasSize((int) numbers.offered());
        assertThat(counts.getOrDefault(EntryPage.Reach.REACHED, 0L)).isEqualTo(numbers.sessions());
        assertThat(counts.getOrDefault(EntryPage.Reach.SKIPPED, 0L)).isEqualTo(numbers.skipped());
        Set<String> listed =
                items.stream()
                        .map(it -> it.sessionId() + " " + it.entry())
                        .collect(Collectors.toSet());
        if (question.window() == Window.UNLIMITED) {
            assertThat(receipts)
                    .isEqualTo(
                            evaluation.receipts(query(question)).stream()
                                    .filter(
                                            it ->
                                                    listed.contains(
                                                            it.sessionId() + " " + it.entry()))
                                    .collect(Collectors.toSet()));
        }
        for (EntryPage.Reach reach : EntryPage.Reach.values()) {
            Outcome outcome = Outcome.values()[random.nextInt(Outcome.values().length)];
            assertThat(all(question, stage, reach, outcome, queries, random))
                    .isEqualTo(
                            items.stream()
                                    .filter(it -> it.reach() == reach && it.outcome() == outcome)
                                    .toList());
        }
    }

    private static List<EntryPage.Item> all(
            FunnelQuestion question,
            String stage,
            EntryPage.@Nullable Reach reach,
            @Nullable Outcome outcome,
            FunnelQueries queries,
            Random random) {
        List<EntryPage.Item> items = new ArrayList<>();
        String cursor = null;
        do {
            EntryPage page =
                    queries.sessions(
                            question, stage, reach, outcome, cursor, 1 + random.nextInt(10));
            items.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null);
        return items;
    }

    private static void assertRestatements(
            FunnelQuestion question, FunnelAnswer answer, Evaluation evaluation) {
        List<Evaluation.Restated> expected =
                evaluation.restatements().stream()
                        .filter(
                                it ->
                                        !it.day().isBefore(question.from())
                                                && !it.day().isAfter(question.to())
                                                && (question.includeTest() || !it.test()))
                        .toList();
        assertThat(
                        answer.restatements().stream()
                                .map(it -> it.day() + " " + it.position() + " " + it.entries()))
                .hasSize(Math.min(expected.size(), Restatements.MAX))
                .isSubsetOf(
                        expected.stream()
                                .map(it -> it.day() + " " + it.position() + " " + it.entries())
                                .toList());
        for (FunnelAnswer.Restatement restatement : answer.restatements()) {
            Evaluation.Restated its =
                    expected.stream()
                            .filter(
                                    it ->
                                            it.day().equals(restatement.day())
                                                    && Long.toString(it.position())
                                                            .equals(restatement.position()))
                            .findFirst()
                            .orElseThrow();
            Map<String, Evaluation.StageChange> stages = new TreeMap<>();
            restatement
                    .stages()
                    .forEach(
                            (stage, it) ->
                                    stages.put(
                                            stage,
                                            new Evaluation.StageChange(
                                                    it.offered(), it.sessions(), it.skipped())));
            assertThat(stages).isEqualTo(its.stages());
        }
    }

    private static void assertDropOff(DropOff answer, Evaluation.Answer expected) {
        Map<List<String>, Long> lastDone = new HashMap<>();
        Map<List<String>, Long> refused = new HashMap<>();
        Map<List<String>, Long> converted = new HashMap<>();
        for (DropOff.Stage stage : answer.stages()) {
            stage.lastDone()
                    .forEach(it -> lastDone.put(List.of(stage.stage(), it.what()), it.sessions()));
            for (DropOff.Refusal refusal : stage.refusals()) {
                refused.put(List.of(stage.stage(), refusal.code()), refusal.sessions());
                if (refusal.converted() > 0) {
                    converted.put(List.of(stage.stage(), refusal.code()), refusal.converted());
                }
            }
        }
        for (DropOff.Stage stage : answer.stages()) {
            for (DropOff.Refusal refusal : stage.refusals()) {
                Evaluation.Stage its = Objects.requireNonNull(expected.stages().get(stage.stage()));
                assertThat(refusal.conversionOfOthers())
                        .isEqualTo(
                                share(
                                        its.converted() - refusal.converted(),
                                        its.offered() - refusal.sessions()));
            }
        }
        assertThat(answer.started()).isEqualTo(expected.started());
        assertThat(lastDone).isEqualTo(expected.lastDone());
        assertThat(refused).isEqualTo(expected.refused());
        assertThat(converted).isEqualTo(expected.refusedConverted());
        assertThat(answer.dropped())
                .isEqualTo(expected.lastDone().values().stream().mapToLong(it -> it).sum());
    }

    private static List<List<LoggedEvent>> cut(List<LoggedEvent> events, Random random) {
        List<List<LoggedEvent>> batches = new ArrayList<>();
        int from = 0;
        while (from < events.size()) {
            int to = Math.min(events.size(), from + 1 + random.nextInt(60));
            batches.add(events.subList(from, to));
            from = to;
        }
        return batches;
    }

    private static ReadModels models() {
        ReadModels models = shared;
        if (models == null) {
            throw new IllegalStateException("not open");
        }
        return models;
    }
}
