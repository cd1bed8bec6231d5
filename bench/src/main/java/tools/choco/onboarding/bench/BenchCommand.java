package tools.choco.onboarding.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.choco.onboarding.bench.commands.AppendsBench;
import tools.choco.onboarding.bench.commands.CommandsBench;
import tools.choco.onboarding.bench.commands.StockAxonBench;
import tools.choco.onboarding.bench.database.Server;
import tools.choco.onboarding.bench.funnel.FunnelBench;
import tools.choco.onboarding.bench.http.LatencyBench;
import tools.choco.onboarding.bench.http.StartBench;
import tools.choco.onboarding.bench.http.StepsBench;
import tools.choco.onboarding.bench.http.VisibleBench;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Machine;
import tools.choco.onboarding.bench.measure.Report;
import tools.choco.onboarding.bench.measure.Result;
import tools.choco.onboarding.bench.measure.Rounds;
import tools.choco.onboarding.bench.measure.Scale;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.bench.reading.LiveBench;
import tools.choco.onboarding.bench.reading.PooledBench;
import tools.choco.onboarding.bench.reading.ReaderBench;
import tools.choco.onboarding.bench.reading.RebuildBench;
import tools.choco.onboarding.bench.reading.RebuildBesideUpsertsBench;
import tools.choco.onboarding.bench.stream.StreamBench;

/** Runs benches one after the other and writes down what came out. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures the service beside what people would use instead.",
            "",
            "Both sides of a row run in turns on one embedded PostgreSQL, with fsync and"
                    + " synchronous_commit on. The figures mean something only while the machine"
                    + " does nothing else."
        })
public final class BenchCommand implements Callable<Integer> {

    /** Every bench, in the order of the table. */
    static final List<Bench> ALL =
            List.of(
                    new CommandsBench(),
                    new StockAxonBench(),
                    new StepsBench(),
                    new LatencyBench(),
                    new VisibleBench(),
                    new AppendsBench(),
                    new PooledBench(),
                    new ReaderBench(),
                    new StartBench(),
                    FunnelBench.BESIDE_EVENTS,
                    FunnelBench.BESIDE_ENTRIES,
                    FunnelBench.ANSWER,
                    FunnelBench.TEN_TIMES,
                    FunnelBench.TREND,
                    FunnelBench.DRILL_DOWN,
                    new RebuildBench(),
                    RebuildBesideUpsertsBench.oneByOne(),
                    RebuildBesideUpsertsBench.byHundreds(),
                    new LiveBench(),
                    new StreamBench());

    enum Size {
        FULL(Scale.FULL),
        QUICK(Scale.QUICK),
        TINY(Scale.TINY);

        private final Scale scale;

        Size(Scale scale) {
            this.scale = scale;
        }
    }

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "<id>",
            description = "Only these rows of the table, for instance 1,6b.")
    private List<String> rows = List.of();

    @Option(
            names = "--size",
            defaultValue = "full",
            description = "full, quick (minutes, small logs) or tiny (shows that all works).")
    private Size size = Size.FULL;

    @Option(
            names = "--directory",
            defaultValue = "bench/target/data",
            description =
                    "Where the database goes; on the disk that is to be measured. Logs are kept"
                            + " there for the next run (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("");

    @Option(
            names = "--service",
            defaultValue = "onboarding-api/target/onboarding-api-1.0.0-SNAPSHOT-service.jar",
            description = "The packaged service (default: ${DEFAULT-VALUE}).")
    private Path serviceJar = Path.of("");

    @Option(
            names = "--results",
            defaultValue = "bench/target/results.json",
            description = "Where the results go (default: ${DEFAULT-VALUE}).")
    private Path results = Path.of("");

    @Option(names = "--docs", description = "A document whose table is to be replaced.")
    private @Nullable Path document;

    /** Ends with 0 also where an aim is missed: figures are for people to judge. */
    public static void main(String[] arguments) {
        System.exit(parser().execute(arguments));
    }

    static CommandLine parser() {
        return new CommandLine(new BenchCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws Exception {
        var report = measure(chosen(), size.scale);
        out().println();
        out().println(report.table());
        report.writeJson(results);
        if (document != null) {
            report.writeInto(document);
        }
        if (!report.missed().isEmpty()) {
            out().println("Missed their aim: " + report.missed());
        }
        return 0;
    }

    private List<Bench> chosen() {
        var unknown =
                rows.stream()
                        .filter(id -> ALL.stream().noneMatch(bench -> bench.row().id().equals(id)))
                        .toList();
        if (!unknown.isEmpty()) {
            throw new CommandLine.ParameterException(
                    commandLine(),
                    "There is no row %s; there are %s"
                            .formatted(
                                    String.join(", ", unknown),
                                    ALL.stream()
                                            .map(bench -> bench.row().id())
                                            .collect(Collectors.joining(", "))));
        }
        return ALL.stream()
                .filter(bench -> rows.isEmpty() || rows.contains(bench.row().id()))
                .toList();
    }

    private Report measure(List<Bench> benches, Scale scale) throws Exception {
        long begin = System.nanoTime();
        try (var server = Server.start(directory.toAbsolutePath())) {
            var stage =
                    new Stage(
                            server,
                            directory.toAbsolutePath().resolve("services"),
                            serviceJar.toAbsolutePath(),
                            scale,
                            line -> say(begin, line));
            List<Result> results = new ArrayList<>();
            for (var bench : benches) {
                results.add(Rounds.of(bench, stage));
            }
            return new Report(Machine.here(), scale, server.described(), results);
        }
    }

    private void say(long begin, String line) {
        var since = Duration.ofNanos(System.nanoTime() - begin);
        out().println(
                        String.format(
                                Locale.ROOT,
                                "%3d:%02d %s",
                                since.toMinutes(),
                                since.toSecondsPart(),
                                line));
        out().flush();
    }

    private PrintWriter out() {
        return commandLine().getOut();
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("Run through picocli");
        }
        return spec.commandLine();
    }
}
