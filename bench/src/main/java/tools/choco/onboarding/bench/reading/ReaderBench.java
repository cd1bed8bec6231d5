package tools.choco.onboarding.bench.reading;

import java.util.concurrent.atomic.AtomicLong;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.eventlog.PostgresEventLog;

/** Row 6b: the log's direct reader, beside a bare cursor. */
public final class ReaderBench implements Bench {

    private static final int ROWS_PER_BATCH = 1_000;
    private static final int CONNECTIONS = 4;

    @Override
    public Row row() {
        return new Row(
                "6b",
                "reading by the direct reader",
                "events/s from the start of the log by the direct reader",
                PooledBench.CURSOR,
                "1/s",
                Row.Aim.atLeast(0.8));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        long events = stage.scale().eventsRead();
        var database = stage.log(stage.scale().largeLog());
        var pool = resources.closing(database.pool(CONNECTIONS));
        var log = resources.closing(new PostgresEventLog(pool));
        var cursor = new Cursor(database);
        var sides =
                new Comparison() {
                    @Override
                    public double a() {
                        var read = new AtomicLong();
                        long begin = System.nanoTime();
                        log.reader()
                                .read(
                                        0,
                                        events,
                                        ROWS_PER_BATCH,
                                        batch -> {
                                            batch.forEach(row -> Sink.take(row.event()));
                                            read.addAndGet(batch.size());
                                        });
                        return Sink.perSecond(read.get(), events, begin);
                    }

                    @Override
                    public double b() throws Exception {
                        return cursor.perSecond(events);
                    }
                };
        sides.a();
        sides.b();
        return sides;
    }
}
