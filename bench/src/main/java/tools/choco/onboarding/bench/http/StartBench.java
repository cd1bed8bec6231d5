package tools.choco.onboarding.bench.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;

/** Row 7: the start with the JDK's AOT cache, made by a run with some users, and without. */
public final class StartBench implements Bench {

    private static final int USERS_IN_TRAINING = 50;

    @Override
    public Row row() {
        return new Row(
                "7",
                "time to ready with the AOT cache",
                "time to ready, the database already up, with the JDK's AOT cache",
                "without",
                "s",
                Row.Aim.atMost(0.6));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        var database = stage.database("start");
        var cache = trained(stage, database);
        return new Sides(stage, database, cache);
    }

    private static Path trained(Stage stage, Database database) throws Exception {
        var cache = stage.directory().resolve("onboarding.aot");
        Files.createDirectories(stage.directory());
        Files.deleteIfExists(cache);
        try (var service =
                ServiceProcess.ofPackaged(stage, "start", database)
                        .option("-XX:AOTCacheOutput=" + cache)
                        .start()) {
            HttpUsers.at(service.address(), USERS_IN_TRAINING);
        }
        if (Files.notExists(cache)) {
            throw new IOException("The JVM has made no AOT cache");
        }
        return cache;
    }

    private static final class Sides implements Comparison {

        private final Stage stage;
        private final Database database;
        private final Path cache;
        private final List<Double> residentWith = new ArrayList<>();
        private final List<Double> residentWithout = new ArrayList<>();

        Sides(Stage stage, Database database, Path cache) {
            this.stage = stage;
            this.database = database;
            this.cache = cache;
        }

        @Override
        public double a() throws Exception {
            return start(
                    ServiceProcess.ofPackaged(stage, "start", database)
                            .option("-XX:AOTCache=" + cache),
                    residentWith);
        }

        @Override
        public double b() throws Exception {
            return start(ServiceProcess.ofPackaged(stage, "start", database), residentWithout);
        }

        private static double start(ServiceProcess.Launch launch, List<Double> resident)
                throws IOException, InterruptedException {
            try (var service = launch.start()) {
                resident.add(service.residentMib());
                return service.secondsToReady();
            }
        }

        @Override
        public List<String> notes() {
            return List.of(
                    String.format(
                            Locale.ROOT,
                            "resident memory when ready: %.0f MiB with the cache, %.0f MiB without",
                            average(residentWith),
                            average(residentWithout)));
        }

        private static double average(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        }
    }
}
