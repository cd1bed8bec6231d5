package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.funnel.FunnelAnswer.Outcomes;
import tools.choco.onboarding.funnel.FunnelAnswer.Slice;
import tools.choco.onboarding.funnel.FunnelAnswer.Stage;
import tools.choco.onboarding.projection.AsOf;
import tools.choco.onboarding.projection.Cursor;
import tools.choco.onboarding.projection.Generation;
import tools.choco.onboarding.projection.Letters;
import tools.choco.onboarding.projection.NotBuilt;
import tools.choco.onboarding.projection.ReadModel;

/**
 * Questions about funnels. Answers lag the write side by the processor's backlog and say by how
 * much.
 *
 * <p>Fed by {@link FunnelProjection}. Every method throws {@link
 * tools.choco.onboarding.projection.QueryFailed} if the database fails, and {@link NotBuilt} for a
 * funnel that the generation which serves was not built with.
 */
public final class FunnelQueries {

    /** Entries of a page at most. */
    public static final int PAGE_MAX = 500;

    private final ReadModel model;
    private final List<FunnelDefinition> definitions;

    /**
     * @param definitions the funnels, in the order in which they are listed
     */
    public FunnelQueries(DataSource dataSource, List<FunnelDefinition> definitions) {
        this.model = new ReadModel(dataSource, FunnelProjection.NAME);
        this.definitions = List.copyOf(definitions);
    }

    /** The funnels there are. */
    public List<Funnel> funnels() {
        return model.ask(
                (connection, generation) -> {
                    List<Funnel> funnels = new ArrayList<>();
                    for (FunnelDefinition definition : definitions) {
                        funnels.add(
                                new Funnel(
                                        definition.funnelId(),
                                        definition.title(),
                                        StageNames.of(connection, definition, Map.of()),
                                        definition.dimensionNames(),
                                        definition.order().key(),
                                        definition.window().key()));
                    }
                    return funnels;
                });
    }

    /** The funnel of that name, if there is one. */
    public Optional<FunnelDefinition> definition(String funnelId) {
        return definitions.stream().filter(it -> it.funnelId().equals(funnelId)).findFirst();
    }

    /**
     * The numbers of a funnel.
     *
     * @param histograms whether times to reach come with their histograms
     */
    public FunnelAnswer answer(FunnelQuestion question, boolean histograms) {
        return ask(
                question.funnel(),
                (connection, generation) -> {
                    List<String> names =
                            StageNames.of(connection, question.funnel(), question.filters());
                    List<Counters> all = new ArrayList<>();
                    List<Slice> slices = new ArrayList<>();
                    boolean sliced = question.breakdown() != null;
                    Entries.count(connection, question, question.order(), false, sliced)
                            .forEach(
                                    (group, counters) -> {
                                        all.add(counters);
                                        if (sliced && started(List.of(counters)) > 0) {
                                            slices.add(
                                                    slice(
                                                            group.value(),
                                                            counters,
                                                            names,
                                                            question.window(),
                                                            histograms));
                                        }
                                    });
                    return new FunnelAnswer(
                            question.funnel().funnelId(),
                            question.from(),
                            question.to(),
                            question.order().key(),
                            question.window().key(),
                            started(all),
                            stages(all, names, question.window(), histograms),
                            outcomes(all),
                            Restatements.of(connection, question),
                            slices,
                            AsOf.read(connection, generation),
                            FunnelProjection.VERSION,
                            Letters.parkedSequences(connection, generation));
                });
    }

    /** The numbers of a funnel, day by day. */
    public FunnelTrend trend(FunnelQuestion question) {
        return ask(
                question.funnel(),
                (connection, generation) -> {
                    List<String> names =
                            StageNames.of(connection, question.funnel(), question.filters());
                    boolean sliced = question.breakdown() != null;
                    Map<Integer, Map<String, Counters>> byDay = new TreeMap<>();
                    Entries.count(connection, question, question.order(), true, sliced)
                            .forEach(
                                    (group, counters) ->
                                            byDay.computeIfAbsent(
                                                            group.day(), it -> new TreeMap<>())
                                                    .put(group.value(), counters));
                    AsOf asOf = AsOf.read(connection, generation);
                    List<FunnelTrend.Day> days = new ArrayList<>();
                    question.from()
                            .datesUntil(question.to().plusDays(1))
                            .forEach(
                                    day ->
                                            days.add(
                                                    day(
                                                            day,
                                                            byDay.getOrDefault(
                                                                    Math.toIntExact(
                                                                            day.toEpochDay()),
                                                                    Map.of()),
                                                            names,
                                                            question,
                                                            asOf.time())));
                    return new FunnelTrend(
                            question.funnel().funnelId(),
                            question.from(),
                            question.to(),
                            question.order().key(),
                            question.window().key(),
                            days,
                            Restatements.of(connection, question),
                            asOf,
                            FunnelProjection.VERSION,
                            Letters.parkedSequences(connection, generation));
                });
    }

    /** Where the entries of a funnel drop off, in the funnel's own order and without a window. */
    public DropOff dropOff(FunnelQuestion question) {
        return ask(
                question.funnel(),
                (connection, generation) -> {
                    Counters all =
                            Entries.count(
                                            connection,
                                            question,
                                            question.funnel().order(),
                                            false,
                                            false)
                                    .getOrDefault(RollUps.Group.ALL, new Counters());
                    List<DropOff.Stage> stages =
                            StageNames.of(connection, question.funnel(), question.filters())
                                    .stream()
                                    .map(name -> dropOff(all, name))
                                    .toList();
                    return new DropOff(
                            question.funnel().funnelId(),
                            question.from(),
                            question.to(),
                            all.sum(Metric.ENTRIES, "", ""),
                            stages.stream().mapToLong(DropOff.Stage::dropped).sum(),
                            stages,
                            AsOf.read(connection, generation),
                            FunnelProjection.VERSION,
                            Letters.parkedSequences(connection, generation));
                });
    }

    /**
     * The entries behind a stage's numbers.
     *
     * @param stage a stage that they were offered
     * @param reach how they stand to it within the question's window; null for either way
     * @param outcome how they stand at all; null for either way
     * @param cursor where the page begins; null for the first
     * @param limit entries of the page at most, up to {@link #PAGE_MAX}
     * @throws UnknownStage if the funnel has no such stage
     * @throws tools.choco.onboarding.projection.InvalidCursor if no page answered with the cursor
     */
    public EntryPage sessions(
            FunnelQuestion question,
            String stage,
            EntryPage.@Nullable Reach reach,
            @Nullable Outcome outcome,
            @Nullable String cursor,
            int limit) {
        Entries.Wanted wanted =
                new Entries.Wanted(
                        stage, reach, outcome, cursor == null ? null : Cursor.of(cursor), limit);
        return ask(
                question.funnel(),
                (connection, generation) -> {
                    List<String> names = StageNames.of(connection, question.funnel(), Map.of());
                    if (!names.contains(stage)) {
                        throw new UnknownStage(names);
                    }
                    Entries.Page page = Entries.page(connection, question, wanted);
                    return new EntryPage(
                            page.items(),
                            page.next() == null ? null : page.next().printed(),
                            AsOf.read(connection, generation),
                            FunnelProjection.VERSION,
                            Letters.parkedSequences(connection, generation));
                });
    }

    private <T> T ask(FunnelDefinition funnel, ReadModel.Question<T> question) {
        return model.ask(
                (connection, generation) -> {
                    if (!isCounted(connection, generation, funnel)) {
                        throw new NotBuilt(funnel.funnelId());
                    }
                    return question.ask(connection, generation);
                });
    }

    /** Whether a generation knows the funnel, which may be newer: its zeros would be no numbers. */
    private static boolean isCounted(
            Connection connection, Generation generation, FunnelDefinition funnel)
            throws SQLException {
        return ReadModel.rows(
                        connection,
                        """
                        SELECT configuration FROM projection_generations
                        WHERE projection = ? AND generation = ?
                        """,
                        List.of(FunnelProjection.NAME, generation.number()),
                        row -> row.getString(1))
                .stream()
                .anyMatch(it -> FunnelProjection.counts(it, funnel.funnelId()));
    }

    private static FunnelTrend.Day day(
            LocalDate day,
            Map<String, Counters> byValue,
            List<String> names,
            FunnelQuestion question,
            @Nullable Instant asOf) {
        List<Counters> all = List.copyOf(byValue.values());
        List<Slice> slices = new ArrayList<>();
        if (question.breakdown() != null) {
            byValue.forEach(
                    (value, counters) -> {
                        if (started(List.of(counters)) > 0) {
                            slices.add(slice(value, counters, names, question.window(), false));
                        }
                    });
        }
        return new FunnelTrend.Day(
                day,
                isOpen(day, question.window(), asOf),
                started(all),
                stages(all, names, question.window(), false),
                outcomes(all),
                slices);
    }

    /** Whether the window of the day's last entry ends after what the answer knows of. */
    private static boolean isOpen(LocalDate day, Window window, @Nullable Instant asOf) {
        if (asOf == null || window == Window.UNLIMITED) {
            return true;
        }
        return day.plusDays(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant()
                .plusSeconds(window.micros() / 1_000_000)
                .isAfter(asOf);
    }

    private static Slice slice(
            String value,
            Counters counters,
            List<String> names,
            Window window,
            boolean histograms) {
        List<Counters> all = List.of(counters);
        return new Slice(
                value, started(all), stages(all, names, window, histograms), outcomes(all));
    }

    // What is told of a whole is summed up from its parts: to merge them would cost more.

    private static long started(List<Counters> parts) {
        return sum(parts, Metric.ENTRIES, "", "", Integer.MAX_VALUE);
    }

    private static long sum(
            List<Counters> parts, Metric metric, String stage, String label, int lastBucket) {
        long sum = 0;
        for (Counters part : parts) {
            sum += part.sumTo(metric, stage, label, lastBucket);
        }
        return sum;
    }

    private static List<Stage> stages(
            List<Counters> parts, List<String> names, Window window, boolean histograms) {
        int last = window.lastBucket();
        List<Stage> stages = new ArrayList<>(names.size());
        long[] byBucket = new long[Buckets.COUNT];
        for (String name : names) {
            long offered = sum(parts, Metric.OFFERED, name, "", 0);
            if (offered == 0) {
                stages.add(new Stage(name, 0, 0, 0, null, null, null));
                continue;
            }
            Arrays.fill(byBucket, 0);
            long reached = 0;
            for (Counters part : parts) {
                reached += part.addTo(byBucket, Metric.REACHED, name, last);
            }
            stages.add(
                    new Stage(
                            name,
                            offered,
                            reached,
                            sum(parts, Metric.SKIPPED, name, "", 0),
                            share(
                                    sum(parts, Metric.BOTH, name, "", last),
                                    sum(parts, Metric.PREVIOUS_PASSED, name, "", last)),
                            share(reached, offered),
                            timeToReach(byBucket, reached, histograms)));
        }
        return stages;
    }

    private static @Nullable Double share(long part, long whole) {
        return whole == 0 ? null : (double) part / whole;
    }

    private static FunnelAnswer.@Nullable TimeToReach timeToReach(
            long[] byBucket, long reached, boolean histograms) {
        if (reached == 0) {
            return null;
        }
        long[] ranks = {
            Math.ceilDiv(reached * 50, 100L),
            Math.ceilDiv(reached * 90, 100L),
            Math.ceilDiv(reached * 99, 100L)
        };
        long[] times = new long[ranks.length];
        int bucket = 0;
        long upTo = byBucket[0];
        for (int i = 0; i < ranks.length; i++) {
            while (upTo < ranks[i]) {
                upTo += byBucket[++bucket];
            }
            times[i] = Math.min(Buckets.upperMillis(bucket), Buckets.END_MILLIS);
        }
        return new FunnelAnswer.TimeToReach(
                times[0], times[1], times[2], histograms ? histogram(byBucket) : List.of());
    }

    private static List<FunnelAnswer.Bucket> histogram(long[] byBucket) {
        List<FunnelAnswer.Bucket> histogram = new ArrayList<>();
        for (int bucket = 0; bucket < byBucket.length; bucket++) {
            if (byBucket[bucket] != 0) {
                long upTo = Buckets.upperMillis(bucket);
                histogram.add(
                        new FunnelAnswer.Bucket(
                                upTo == Long.MAX_VALUE ? null : upTo, byBucket[bucket]));
            }
        }
        return histogram;
    }

    private static Outcomes outcomes(List<Counters> parts) {
        return new Outcomes(
                outcome(parts, Outcome.CONVERTED),
                outcome(parts, Outcome.RESET),
                outcome(parts, Outcome.FAILED),
                outcome(parts, Outcome.DROPPED),
                outcome(parts, Outcome.PARKED_ON_USER),
                outcome(parts, Outcome.PARKED_ON_US),
                outcome(parts, Outcome.IN_FLIGHT));
    }

    private static long outcome(List<Counters> parts, Outcome outcome) {
        return sum(parts, Metric.OUTCOME, "", outcome.key(), 0);
    }

    private static DropOff.Stage dropOff(Counters counters, String stage) {
        List<DropOff.LastDone> lastDone = new ArrayList<>();
        List<DropOff.Refusal> refusals = new ArrayList<>();
        long offered = counters.sum(Metric.OFFERED, stage, "");
        long offeredConverted = counters.sum(Metric.OFFERED_CONVERTED, stage, "");
        for (Counters.Key key : counters.keys()) {
            if (!key.stage().equals(stage)) {
                continue;
            }
            long n = counters.sum(key.metric(), stage, key.label());
            if (key.metric() == Metric.LAST_DONE) {
                lastDone.add(new DropOff.LastDone(key.label(), n));
            } else if (key.metric() == Metric.REFUSED) {
                long converted = counters.sum(Metric.REFUSED_CONVERTED, stage, key.label());
                refusals.add(
                        new DropOff.Refusal(
                                key.label(),
                                n,
                                converted,
                                (double) converted / n,
                                share(offeredConverted - converted, offered - n)));
            }
        }
        lastDone.sort(
                Comparator.comparingLong(DropOff.LastDone::sessions)
                        .reversed()
                        .thenComparing(DropOff.LastDone::what));
        refusals.sort(
                Comparator.comparingLong(DropOff.Refusal::sessions)
                        .reversed()
                        .thenComparing(DropOff.Refusal::code));
        return new DropOff.Stage(
                stage,
                lastDone.stream().mapToLong(DropOff.LastDone::sessions).sum(),
                lastDone,
                refusals);
    }
}
