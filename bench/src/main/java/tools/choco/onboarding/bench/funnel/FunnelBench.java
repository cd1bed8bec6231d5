package tools.choco.onboarding.bench.funnel;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;

/** Rows 8 to 10: what an analyst waits for, over 90 days. */
public enum FunnelBench implements Bench {
    /** Beside SQL over the events. */
    BESIDE_EVENTS(
            "8",
            "a funnel over 90 days beside SQL over events",
            "p99 of GET /funnels/onboarding over 90 days of the large log",
            "the same numbers by SQL over the events as JSON rows",
            Row.Aim.atMost(0.001)) {
        @Override
        public Comparison prepare(Stage stage, Resources resources) throws Exception {
            return beside(stage, resources, Rival.overEvents(FunnelLog.of(stage, large(stage))));
        }
    },
    /** Beside SQL over a table of entries. */
    BESIDE_ENTRIES(
            "8b",
            "the same beside SQL over entries",
            "p99 of GET /funnels/onboarding over 90 days of the large log",
            "the same numbers by SQL over a table with one row a session",
            Row.Aim.atMost(0.05)) {
        @Override
        public Comparison prepare(Stage stage, Resources resources) throws Exception {
            return beside(stage, resources, Rival.overEntries(FunnelLog.of(stage, large(stage))));
        }
    },
    /** By itself. */
    ANSWER(
            "8c",
            "a funnel over 90 days",
            "p99 of GET /funnels/onboarding over 90 days of the large log",
            null,
            Row.Aim.atMost(20)) {
        @Override
        public Comparison prepare(Stage stage, Resources resources) throws Exception {
            return alone(stage, resources, FUNNEL);
        }
    },
    /** Ten times as many events on the same days. */
    TEN_TIMES(
            "9",
            "a funnel of ten times as many sessions",
            "p99 of GET /funnels/onboarding over 90 days of the large log",
            "the same of a tenth of the events on the same days",
            Row.Aim.atMost(1.2)) {
        @Override
        public Comparison prepare(Stage stage, Resources resources) throws Exception {
            var large = Analyst.of(stage, large(stage), resources);
            var small = Analyst.of(stage, large(stage) / 10, resources);
            large.p99(FUNNEL, stage.scale().warmUp());
            small.p99(FUNNEL, stage.scale().warmUp());
            return Comparison.of(
                    () -> large.p99(FUNNEL, round(stage)), () -> small.p99(FUNNEL, round(stage)));
        }
    },
    /** Day by day and path by path. */
    TREND(
            "10a",
            "a breakdown by path and day",
            "p99 of GET /funnels/onboarding/trend?breakdown=path over 90 days of the large log",
            null,
            Row.Aim.atMost(20)) {
        @Override
        public Comparison prepare(Stage stage, Resources resources) throws Exception {
            return alone(stage, resources, "/funnels/onboarding/trend?breakdown=path&" + DAYS);
        }
    },
    /** The sessions behind a number. */
    DRILL_DOWN(
            "10b",
            "the sessions behind a number",
            "p99 of a page of GET /funnels/onboarding/stages/profile/sessions: those that were"
                    + " dropped before",
            null,
            Row.Aim.atMost(20)) {
        @Override
        public Comparison prepare(Stage stage, Resources resources) throws Exception {
            return alone(
                    stage,
                    resources,
                    "/funnels/onboarding/stages/profile/sessions?outcome=dropped&reach=notReached&"
                            + DAYS);
        }
    };

    private static final String DAYS = "from=" + Rival.FROM + "&to=" + Rival.TO;
    private static final String FUNNEL = "/funnels/onboarding?order=any&" + DAYS;

    private final Row row;

    FunnelBench(String id, String name, String a, @Nullable String b, Row.Aim aim) {
        this.row = new Row(id, name, a, b, "ms", aim);
    }

    @Override
    public Row row() {
        return row;
    }

    /** Percentiles of short rounds are chance. */
    private static Duration round(Stage stage) {
        return stage.scale().round().multipliedBy(2);
    }

    private static long large(Stage stage) {
        return stage.scale().largeLog();
    }

    private static Comparison alone(Stage stage, Resources resources, String target)
            throws Exception {
        var analyst = Analyst.of(stage, large(stage), resources);
        analyst.p99(target, stage.scale().warmUp());
        return Comparison.alone(() -> analyst.p99(target, round(stage)));
    }

    private static Comparison beside(Stage stage, Resources resources, Rival rival)
            throws Exception {
        var analyst = Analyst.of(stage, large(stage), resources);
        var asked = Rival.numbers(analyst.ask(FUNNEL + "&histogram=true"));
        requireSame(asked, rival.numbers());
        analyst.p99(FUNNEL, stage.scale().warmUp());
        return new Comparison() {
            @Override
            public double a() throws Exception {
                return analyst.p99(FUNNEL, round(stage));
            }

            @Override
            public double b() throws Exception {
                return rival.millis();
            }

            @Override
            public List<String> notes() {
                return List.of(
                        String.format(
                                Locale.ROOT,
                                "no difference in %,d numbers, histograms among them",
                                asked.size()));
            }
        };
    }

    private static void requireSame(Map<String, Object> asked, Map<String, Object> counted) {
        if (!asked.equals(counted)) {
            Map<String, Object> different = new TreeMap<>();
            asked.forEach(
                    (name, value) -> {
                        if (!value.equals(counted.get(name))) {
                            different.put(name, value + " against " + counted.get(name));
                        }
                    });
            counted.forEach(
                    (name, value) -> {
                        if (!asked.containsKey(name)) {
                            different.put(name, "nothing against " + value);
                        }
                    });
            throw new IllegalStateException(
                    "%d numbers differ: %s"
                            .formatted(
                                    different.size(),
                                    different.entrySet().stream().limit(20).toList()));
        }
    }
}
