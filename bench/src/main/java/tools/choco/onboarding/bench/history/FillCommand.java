package tools.choco.onboarding.bench.history;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.choco.onboarding.bench.database.Database;

/** Fills the log of a database with a history. */
@Command(
        name = "fill-log",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fills the event log of a database with a history true to life.",
            "",
            "The tables are made if they are missing. Nobody else gets at the log meanwhile, and"
                    + " what is broken off leaves nothing behind. A service that is then started on"
                    + " the database finds months of sessions."
        })
public final class FillCommand implements Callable<Integer> {

    @Option(
            names = "--url",
            required = true,
            paramLabel = "<jdbc-url>",
            description = "jdbc:postgresql://host:port/database?user=owner&password=...")
    private String url = "";

    @Option(
            names = "--events",
            defaultValue = "1000000",
            description = "How many events (default: ${DEFAULT-VALUE}).")
    private long events;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "The same seed, the same history (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** Ends with 0, or with what picocli has for wrong options and for failures. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FillCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        var database = new Database(url).migrated();
        var history = new History(History.Settings.of(events, seed));
        var source = new PGSimpleDataSource();
        source.setUrl(url);
        history.serveFlows(source);
        long begin = System.nanoTime();
        long made =
                FillLog.with(
                        history,
                        database.connect(),
                        done -> System.out.printf("\r%,d events", done));
        History.settle(source);
        System.out.printf(
                "\r%,d events in %d s%n",
                made, Duration.ofNanos(System.nanoTime() - begin).toSeconds());
        return 0;
    }
}
