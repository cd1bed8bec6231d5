package tools.choco.onboarding.bench.reading;

import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.projection.ProjectionSettings;

/** Row 13: a running processor that folds its batches, beside one upsert an event. */
public final class LiveBench implements Bench {

    @Override
    public Row row() {
        return new Row(
                "13",
                "following the log",
                "events/s of the sessions' read model by its running processor",
                "events/s of Axon's pooled processor with one upsert an event, batches of the same"
                        + " size",
                "1/s",
                Row.Aim.atLeast(3));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        var database = stage.copyOfLog(stage.scale().smallLog(), "live").migrated();
        long events = database.number("SELECT count(*) FROM events");
        int eventsPerBatch = ProjectionSettings.DEFAULT.eventsPerBatchMax();
        var rebuilding = resources.closing(new Rebuilding(database));
        var upserting = resources.closing(new Upserting(database));
        rebuilding.livePerSecond();
        upserting.perSecond(events, eventsPerBatch);
        return Comparison.of(
                () -> rebuilding.livePerSecond(),
                () -> upserting.perSecond(events, eventsPerBatch));
    }
}
