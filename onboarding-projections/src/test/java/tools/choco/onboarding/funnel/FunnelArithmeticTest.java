package tools.choco.onboarding.funnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.evaluation.Evaluation;
import tools.choco.onboarding.evaluation.Funnels;
import tools.choco.onboarding.evaluation.RandomLog;
import tools.choco.onboarding.projection.LoggedEvent;

/** What entries contribute, against what counting every event finds. */
class FunnelArithmeticTest {

    private static final LocalDate FIRST = LocalDate.of(2020, 1, 1);
    private static final LocalDate LAST = LocalDate.of(2040, 1, 1);

    @Provide
    Arbitrary<List<LoggedEvent>> logs() {
        return RandomLog.any();
    }

    @Provide
    Arbitrary<FunnelDefinition> funnels() {
        return Arbitraries.of(Funnels.ALL);
    }

    @Property(tries = 300)
    void countsWhatLookingAtEveryEventFinds(
            @ForAll("logs") List<LoggedEvent> log,
            @ForAll("funnels") FunnelDefinition funnel,
            @ForAll Order order,
            @ForAll Window window) {
        List<FunnelSession> sessions = folded(funnel, log);

        Evaluation.Answer expected =
                new Evaluation(funnel, log)
                        .answer(new Evaluation.Query(order, window, FIRST, LAST, Map.of(), true));

        assertThat(answer(contributions(funnel, sessions, order), window)).isEqualTo(expected);
    }

    @Property(tries = 200)
    void tellsEntriesApartAsLookingAtEveryEventDoes(
            @ForAll("logs") List<LoggedEvent> log,
            @ForAll("funnels") FunnelDefinition funnel,
            @ForAll Order order) {
        List<FunnelSession> sessions = folded(funnel, log);
        Evaluation evaluation = new Evaluation(funnel, log);
        Map<List<Object>, Long> entries = new HashMap<>();
        for (FunnelSession session : sessions) {
            for (FunnelEntry entry : session.entries()) {
                for (int i = 0; entry.isStarted() && i < funnel.dimensions().size(); i++) {
                    entries.merge(
                            List.of(
                                    entry.startedDay(),
                                    entry.test(),
                                    funnel.dimensionNames().get(i),
                                    entry.dimensionValues().get(i)),
                            1L,
                            Long::sum);
                }
            }
        }

        entries.forEach(
                (key, count) ->
                        assertThat(
                                        evaluation
                                                .answer(
                                                        new Evaluation.Query(
                                                                order,
                                                                Window.DAY,
                                                                (LocalDate) key.get(0),
                                                                (LocalDate) key.get(0),
                                                                Map.of(
                                                                        (String) key.get(2),
                                                                        (String) key.get(3)),
                                                                true))
                                                .started())
                                .as("%s", key)
                                .isEqualTo(
                                        count
                                                + entries.getOrDefault(
                                                        List.of(
                                                                key.get(0),
                                                                !(boolean) key.get(1),
                                                                key.get(2),
                                                                key.get(3)),
                                                        0L)));
    }

    @Property(tries = 200)
    void namesTheEventsThatCount(
            @ForAll("logs") List<LoggedEvent> log,
            @ForAll("funnels") FunnelDefinition funnel,
            @ForAll Order order) {
        List<Evaluation.Receipt> receipts = new ArrayList<>();
        for (FunnelSession session : folded(funnel, log)) {
            for (FunnelEntry entry : session.entries()) {
                for (StageReceipt it : StageReceipt.receipts(funnel, entry, order)) {
                    receipts.add(
                            new Evaluation.Receipt(
                                    session.sessionId(),
                                    entry.number(),
                                    it.stage(),
                                    it.skipped(),
                                    it.position()));
                    LoggedEvent event = log.get((int) it.position() - 1);
                    assertThat(it.eventId()).hasToString(event.eventId());
                }
            }
        }

        assertThat(receipts)
                .containsExactlyInAnyOrderElementsOf(
                        new Evaluation(funnel, log)
                                .receipts(
                                        new Evaluation.Query(
                                                order,
                                                Window.UNLIMITED,
                                                FIRST,
                                                LAST,
                                                Map.of(),
                                                true)));
    }

    @Property(tries = 200)
    void statesWhatLateEventsChanged(
            @ForAll("logs") List<LoggedEvent> log, @ForAll("funnels") FunnelDefinition funnel) {
        List<Evaluation.Restated> restated = new ArrayList<>();
        Map<String, FunnelSession> sessions = new HashMap<>();
        for (LoggedEvent event : log) {
            if (FunnelSession.handles(funnel, event)) {
                FunnelSession before = sessions.get(FunnelSession.idOf(event));
                FunnelSession after = next(funnel, before, event);
                sessions.put(after.sessionId(), after);
                for (Restatement it : Restatement.of(funnel, before, after, event)) {
                    restated.add(
                            new Evaluation.Restated(
                                    it.day(),
                                    it.test(),
                                    it.position(),
                                    it.entries(),
                                    it.stages().stream()
                                            .collect(
                                                    Collectors.toMap(
                                                            Restatement.StageChange::stage,
                                                            FunnelArithmeticTest::change))));
                }
            }
        }

        assertThat(restated)
                .containsExactlyInAnyOrderElementsOf(new Evaluation(funnel, log).restatements());
    }

    @Property(tries = 100)
    void takesBackExactlyWhatItAdded(
            @ForAll("logs") List<LoggedEvent> log,
            @ForAll("funnels") FunnelDefinition funnel,
            @ForAll Order order) {
        Counters rolling = new Counters();
        Map<String, FunnelSession> sessions = new LinkedHashMap<>();
        for (LoggedEvent event : log) {
            if (FunnelSession.handles(funnel, event)) {
                FunnelSession before = sessions.get(FunnelSession.idOf(event));
                FunnelSession after = next(funnel, before, event);
                sessions.put(after.sessionId(), after);
                if (before != null) {
                    before.entries().forEach(it -> Contribution.of(funnel, it, order, -1, rolling));
                    assertThat(after.contains(event)).isTrue();
                    assertThat(before.contains(event)).isFalse();
                }
                after.entries().forEach(it -> Contribution.of(funnel, it, order, 1, rolling));
            }
        }

        assertThat(rolling).isEqualTo(contributions(funnel, List.copyOf(sessions.values()), order));
    }

    private static Evaluation.StageChange change(Restatement.StageChange change) {
        return new Evaluation.StageChange(change.offered(), change.sessions(), change.skipped());
    }

    private static List<FunnelSession> folded(FunnelDefinition funnel, List<LoggedEvent> log) {
        Map<String, FunnelSession> sessions = new LinkedHashMap<>();
        for (LoggedEvent event : log) {
            if (FunnelSession.handles(funnel, event)) {
                String id = FunnelSession.idOf(event);
                sessions.put(id, next(funnel, sessions.get(id), event));
            }
        }
        return List.copyOf(sessions.values());
    }

    private static FunnelSession next(
            FunnelDefinition funnel, @Nullable FunnelSession before, LoggedEvent event) {
        return before == null
                ? FunnelSession.startedBy(funnel, event)
                : before.after(funnel, event);
    }

    private static Counters contributions(
            FunnelDefinition funnel, List<FunnelSession> sessions, Order order) {
        Counters counters = new Counters();
        for (FunnelSession session : sessions) {
            for (FunnelEntry entry : session.entries()) {
                Contribution.of(funnel, entry, order, 1, counters);
            }
        }
        return counters;
    }

    private static Evaluation.Answer answer(Counters counters, Window window) {
        Map<String, Evaluation.Stage> stages = new TreeMap<>();
        Map<String, Long> outcomes = new TreeMap<>();
        Map<Metric, Map<List<String>, Long>> labelled = new HashMap<>();
        for (Counters.Key key : counters.keys()) {
            long all = counters.sum(key.metric(), key.stage(), key.label());
            switch (key.metric()) {
                case OUTCOME -> outcomes.put(key.label(), all);
                case OFFERED -> stages.put(key.stage(), stage(counters, key.stage(), window));
                case LAST_DONE, REFUSED, REFUSED_CONVERTED ->
                        labelled.computeIfAbsent(key.metric(), it -> new HashMap<>())
                                .put(List.of(key.stage(), key.label()), all);
                default -> {
                    // Part of a stage's.
                }
            }
        }
        return new Evaluation.Answer(
                counters.sum(Metric.ENTRIES, "", ""),
                outcomes,
                stages,
                labelled.getOrDefault(Metric.LAST_DONE, Map.of()),
                labelled.getOrDefault(Metric.REFUSED, Map.of()),
                labelled.getOrDefault(Metric.REFUSED_CONVERTED, Map.of()));
    }

    private static Evaluation.Stage stage(Counters counters, String stage, Window window) {
        int last = window.lastBucket();
        TreeMap<Long, Long> histogram = new TreeMap<>();
        long[] reached = new long[Buckets.COUNT];
        counters.addTo(reached, Metric.REACHED, stage, last);
        for (int bucket = 0; bucket < reached.length; bucket++) {
            if (reached[bucket] != 0) {
                histogram.put(Buckets.upperMillis(bucket), reached[bucket]);
            }
        }
        return new Evaluation.Stage(
                counters.sum(Metric.OFFERED, stage, ""),
                counters.sumTo(Metric.REACHED, stage, "", last),
                counters.sum(Metric.SKIPPED, stage, ""),
                counters.sum(Metric.OFFERED_CONVERTED, stage, ""),
                counters.sumTo(Metric.PREVIOUS_PASSED, stage, "", last),
                counters.sumTo(Metric.BOTH, stage, "", last),
                histogram);
    }
}
