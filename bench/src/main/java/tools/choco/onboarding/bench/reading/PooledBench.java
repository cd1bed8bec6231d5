package tools.choco.onboarding.bench.reading;

import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;

/** Row 6a: a pooled processor that does nothing, beside a bare cursor. */
public final class PooledBench implements Bench {

    private static final int EVENTS_PER_BATCH = 1_000;

    static final String CURSOR = "rows/s of a bare cursor that parses the payloads";

    @Override
    public Row row() {
        return new Row(
                "6a",
                "reading by a pooled processor",
                "events/s from the start of the log by a pooled no-op processor",
                CURSOR,
                "1/s",
                Row.Aim.atLeast(0.4));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        long events = stage.scale().eventsRead();
        // A copy: the processors leave tokens.
        var database = stage.copyOfLog(stage.scale().largeLog(), "pooled");
        var pooled = resources.closing(new PooledReading(database));
        var cursor = new Cursor(database);
        pooled.perSecond(events, EVENTS_PER_BATCH, Sink::take);
        cursor.perSecond(events);
        return Comparison.of(
                () -> pooled.perSecond(events, EVENTS_PER_BATCH, Sink::take),
                () -> cursor.perSecond(events));
    }
}
