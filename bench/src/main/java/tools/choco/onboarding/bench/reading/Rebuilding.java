package tools.choco.onboarding.bench.reading;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.eventlog.PostgresEventStore;
import tools.choco.onboarding.funnel.FunnelProjection;
import tools.choco.onboarding.funnel.config.FunnelFiles;
import tools.choco.onboarding.projection.Coordinators;
import tools.choco.onboarding.projection.Generation;
import tools.choco.onboarding.projection.GenerationStatus;
import tools.choco.onboarding.projection.Generations;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.ProjectionSettings;
import tools.choco.onboarding.projection.Projections;
import tools.choco.onboarding.projection.ReadModelKeeper;
import tools.choco.onboarding.replay.LogSourceOfReader;
import tools.choco.onboarding.sessionview.SessionViewProjection;
import tools.choco.onboarding.siteview.SiteViewProjection;

/** The read models of the service over a log, built and fed as the service does it. */
public final class Rebuilding implements AutoCloseable {

    private static final int EVENTS_PER_COMMIT = 50_000;
    private static final int CONNECTIONS = 12;
    private static final int LOOK_MILLIS = 2;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Database database;
    private final HikariDataSource pool;
    private final PostgresEventLog log;
    private final PostgresEventStore store;
    private final Coordinators coordinators = new Coordinators(2, Executors.defaultThreadFactory());
    private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(2);
    private final List<Projection> readModels =
            List.of(
                    new SessionViewProjection(),
                    new FunnelProjection(FunnelFiles.shipped()),
                    new SiteViewProjection());

    public Rebuilding(Database database) {
        this.database = database;
        pool = database.pool(CONNECTIONS);
        log = new PostgresEventLog(pool);
        store = log.eventStore();
    }

    /** Builds every read model from the start of the log, as at a first start; events a second. */
    public double allPerSecond() throws SQLException, InterruptedException {
        dropAll();
        var keeper =
                new ReadModelKeeper(
                        pool,
                        new LogSourceOfReader(log.reader(), log.aggregates(), id -> Set.of()),
                        processors(),
                        readModels,
                        true,
                        EVENTS_PER_COMMIT,
                        running -> {});
        long events = log.reader().head();
        long begin = System.nanoTime();
        keeper.start();
        try {
            while (!readModels.stream().allMatch(it -> isServed(keeper.generations(), it))) {
                pause(begin);
            }
            return Sink.perSecond(events, events, begin);
        } finally {
            keeper.stop();
        }
    }

    /** Has the processor of the sessions' read model apply the whole log; events a second. */
    double livePerSecond() throws SQLException, InterruptedException {
        dropAll();
        var projection = new SessionViewProjection();
        var generation = new Generations(pool).begin(projection);
        makeIndexes(projection, generation);
        var processor = processors().processorFor(projection, generation);
        long events = log.reader().head();
        long begin = System.nanoTime();
        processor.start();
        try {
            while (position(processor.status().position()) < events) {
                pause(begin);
            }
            return Sink.perSecond(events, events, begin);
        } finally {
            processor.stop();
        }
    }

    /** As after a rebuild: a processor that follows keeps them up too. */
    private void makeIndexes(Projection projection, Generation generation) throws SQLException {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute("SET search_path TO " + generation.name());
            statement.execute(projection.indexes());
        }
    }

    private static long position(@Nullable Long reached) {
        return reached == null ? 0 : reached;
    }

    private Projections processors() {
        return new Projections(
                store,
                log.tokenStore("bench", Duration.ofSeconds(10)),
                log.transactions(),
                log.transactions()::current,
                coordinators,
                workers,
                ProjectionSettings.DEFAULT);
    }

    private static boolean isServed(Generations generations, Projection projection) {
        return generations.of(projection.name()).stream().anyMatch(GenerationStatus::current);
    }

    private static void pause(long begin) throws InterruptedException {
        if (System.nanoTime() - begin > LONGEST.toNanos()) {
            throw new IllegalStateException("The read models are not built");
        }
        Thread.sleep(LOOK_MILLIS);
    }

    private void dropAll() throws SQLException {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute("DELETE FROM projection_current");
        }
        var generations = new Generations(pool);
        for (var projection : readModels) {
            generations.of(projection.name()).forEach(it -> generations.drop(it.generation()));
        }
    }

    @Override
    public void close() {
        coordinators.shutdownNow();
        workers.shutdownNow();
        store.shutDown();
        log.close();
        pool.close();
    }
}
