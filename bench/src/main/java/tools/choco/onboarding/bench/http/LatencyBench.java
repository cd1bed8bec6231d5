package tools.choco.onboarding.bench.http;

import java.util.List;
import java.util.Locale;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Repeating;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;

/** Row 4: what users wait for at half of the load that the service takes. */
public final class LatencyBench implements Bench {

    @Override
    public Row row() {
        return new Row(
                "4",
                "p99 at half load beside plain inserts",
                "p99 latency of 3 at half its load, open loop, corrected for coordinated omission",
                "p99 of the plain insert at the same rate",
                "ms",
                Row.Aim.atMost(5));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        // Percentiles of short rounds are chance.
        var round = stage.scale().round().multipliedBy(2);
        var service = Service.start(stage, "latency", resources);
        double rate = service.halfLoad(stage);
        service.load().atRate(Service.CONNECTIONS, rate, stage.scale().warmUp());
        Repeating.atRate(Service.CONNECTIONS, rate, round, service.inserts()::insert);
        return new Comparison() {
            @Override
            public double a() {
                return service.load()
                                .atRate(Service.CONNECTIONS, rate, round)
                                .nanos()
                                .getValueAtPercentile(99)
                        / 1e6;
            }

            @Override
            public double b() throws Exception {
                return Repeating.atRate(Service.CONNECTIONS, rate, round, service.inserts()::insert)
                                .getValueAtPercentile(99)
                        / 1e6;
            }

            @Override
            public List<String> notes() {
                return List.of(String.format(Locale.ROOT, "at %,.0f requests/s", rate));
            }
        };
    }
}
