package tools.choco.onboarding.bench.http;

import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Repeating;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;

/** Row 3: durable answers over HTTP, beside single inserts. */
public final class StepsBench implements Bench {

    private static final String STORED = "SELECT coalesce(max(position), 0) FROM events";

    @Override
    public Row row() {
        return new Row(
                "3",
                "answers over HTTP beside plain inserts",
                "durable POST /onboarding/step/s over HTTP, 64 connections, bearer checked, load"
                        + " generator on the same cores",
                "single-row durable inserts/s, 64 connections",
                "1/s",
                Row.Aim.atLeast(0.3));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        var round = stage.scale().round();
        var service = Service.start(stage, "steps", resources);
        Repeating.perSecond(Service.CONNECTIONS, round, service.inserts()::insert);
        return Comparison.of(
                () -> {
                    long before = service.database().number(STORED);
                    double perSecond =
                            service.load().asFastAsItGoes(Service.CONNECTIONS, round).perSecond();
                    if (service.database().number(STORED) == before) {
                        throw new IllegalStateException("The answers were not stored");
                    }
                    return perSecond;
                },
                () -> Repeating.perSecond(Service.CONNECTIONS, round, service.inserts()::insert));
    }
}
