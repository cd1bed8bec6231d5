package tools.choco.onboarding.bench.measure;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.function.Consumer;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.bench.database.Server;
import tools.choco.onboarding.bench.history.FillLog;
import tools.choco.onboarding.bench.history.History;

/**
 * What the benches of one run share.
 *
 * @param server the database server
 * @param directory for files of the benches, on the same disk
 * @param serviceJar the packaged service; it need not be there
 * @param scale how much
 * @param say tells whoever watches what is going on
 */
public record Stage(
        Server server, Path directory, Path serviceJar, Scale scale, Consumer<String> say) {

    private static final long SEED = 1;

    /** A fresh database with every table, for one bench. */
    public Database database(String name) throws SQLException {
        return server.create("bench_" + name);
    }

    /**
     * A copy of {@link #log}, for a bench that appends to it.
     *
     * @param name of the copy
     */
    public Database copyOfLog(long events, String name) throws SQLException {
        log(events);
        return server.copy("log_" + events, "bench_" + name);
    }

    /**
     * The database whose log holds a history of so many events. It is made once and kept for other
     * benches and other runs, none of which may change it.
     */
    public Database log(long events) throws SQLException {
        var name = "log_" + events;
        if (!server.has(name)) {
            say.accept("filling a log with %,d events".formatted(events));
            var draft = server.create("draft_" + name);
            var history = new History(History.Settings.of(events, SEED));
            long begin = System.nanoTime();
            long made;
            try (var pool = draft.pool(4)) {
                history.serveFlows(pool);
                made = FillLog.with(history, draft.connect(), done -> {});
                History.settle(pool);
            }
            try (var connection = draft.connect();
                    var statement = connection.createStatement()) {
                // As a log is in the long run. Otherwise whoever reads a page first writes it.
                statement.execute("VACUUM (FREEZE, ANALYZE)");
            }
            say.accept(
                    "filled with %,d events in %.1f s"
                            .formatted(made, (System.nanoTime() - begin) / 1e9));
            server.rename("draft_" + name, name);
            server.settle();
        }
        return server.database(name);
    }
}
