package tools.choco.onboarding.bench.reading;

import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Scale;
import tools.choco.onboarding.bench.measure.Stage;

/** Row 11: all read models built in one pass over the log, beside a bare cursor. */
public final class RebuildBench implements Bench {

    static final String REBUILD = "events/s of a rebuild of all read models in one pass";

    @Override
    public Row row() {
        return new Row(
                "11",
                "rebuilding read models",
                REBUILD,
                PooledBench.CURSOR,
                "1/s",
                Row.Aim.atLeast(0.25));
    }

    /** Events of the log that is built from. */
    static long events(Scale scale) {
        return Math.min(scale.largeLog(), 10 * scale.smallLog());
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        var database = stage.copyOfLog(events(stage.scale()), "rebuild").migrated();
        long events = database.number("SELECT count(*) FROM events");
        var rebuilding = resources.closing(new Rebuilding(database));
        var cursor = new Cursor(database);
        rebuilding.allPerSecond();
        cursor.perSecond(events);
        return new Comparison() {
            @Override
            public double a() throws Exception {
                return rebuilding.allPerSecond();
            }

            @Override
            public double b() throws Exception {
                return cursor.perSecond(events);
            }
        };
    }
}
