package tools.choco.onboarding.bench.reading;

import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;

/** Rows 12: all read models built in one pass, beside a replay of one by an upsert an event. */
public final class RebuildBesideUpsertsBench implements Bench {

    private final String id;
    private final int eventsPerBatch;
    private final double aim;

    private RebuildBesideUpsertsBench(String id, int eventsPerBatch, double aim) {
        this.id = id;
        this.eventsPerBatch = eventsPerBatch;
        this.aim = aim;
    }

    /** At the batch size that Axon has by default. */
    public static Bench oneByOne() {
        return new RebuildBesideUpsertsBench("12a", 1, 20);
    }

    /** At a batch size that somebody has thought of. */
    public static Bench byHundreds() {
        return new RebuildBesideUpsertsBench("12b", 100, 7);
    }

    @Override
    public Row row() {
        return new Row(
                id,
                "rebuilding, beside upserts by " + eventsPerBatch,
                RebuildBench.REBUILD,
                "events/s of Axon's pooled processor with one upsert an event, batches of "
                        + eventsPerBatch,
                "1/s",
                Row.Aim.atLeast(aim));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        long upserts = stage.scale().smallLog() / (eventsPerBatch == 1 ? 20 : 2);
        var database = stage.copyOfLog(RebuildBench.events(stage.scale()), "rebuild").migrated();
        var rebuilding = resources.closing(new Rebuilding(database));
        var upserting = resources.closing(new Upserting(database));
        rebuilding.allPerSecond();
        upserting.perSecond(upserts, eventsPerBatch);
        return Comparison.of(
                () -> rebuilding.allPerSecond(),
                () -> upserting.perSecond(upserts, eventsPerBatch));
    }
}
