package tools.choco.onboarding.bench.http;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.jackson.databind.JsonNode;

/** From the acknowledgement of an answer until the read model of sessions shows it. */
public final class VisibleBench implements Bench {

    private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(10);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);
    private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int WITNESSES = 16;

    @Override
    public Row row() {
        return new Row(
                "visible",
                "p99 until a read model shows it",
                "p99 from acknowledgement to visible in sessionview, at half the load of 3",
                null,
                "ms",
                Row.Aim.atMost(50));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        var round = stage.scale().round().multipliedBy(2);
        var service = Service.start(stage, "visible", resources);
        double rate = service.halfLoad(stage);
        // Users beside those of the load: what is waited for is their own answer.
        var witnesses = HttpUsers.at(service.process().address(), WITNESSES, "witness-");
        var views = new SessionQueries(resources.closing(service.database().pool(1)));
        var witness = resources.closing(new Witness(views, witnesses));
        witness.catchUp();
        return Comparison.alone(
                () -> {
                    try (var loading = Executors.newSingleThreadExecutor()) {
                        var load =
                                loading.submit(
                                        () ->
                                                service.load()
                                                        .atRate(Service.CONNECTIONS, rate, round));
                        double p99 = witness.p99(round);
                        load.get();
                        return p99;
                    }
                });
    }

    /** Answers now and then, and looks until the answer is there. */
    private static final class Witness implements AutoCloseable {

        private final SessionQueries views;
        private final HttpUsers users;
        private final HttpClient client = HttpClient.newHttpClient();

        Witness(SessionQueries views, HttpUsers users) {
            this.views = views;
            this.users = users;
        }

        /** Waits until the read model has done with all that happened before. */
        void catchUp() throws Exception {
            p99(Duration.ofMillis(1));
        }

        double p99(Duration length) throws Exception {
            var nanos = new Histogram(LONGEST_NANOS, 3);
            long end = System.nanoTime() + length.toNanos();
            do {
                var session = users.answer(client);
                long acknowledged = System.nanoTime();
                while (!isThere(session)) {
                    Thread.sleep(BETWEEN_LOOKS);
                }
                nanos.recordValue(Math.min(System.nanoTime() - acknowledged, LONGEST_NANOS));
                TimeUnit.NANOSECONDS.sleep(BETWEEN_SAMPLES.toNanos());
            } while (System.nanoTime() < end);
            return nanos.getValueAtPercentile(99) / 1e6;
        }

        private boolean isThere(JsonNode session) {
            long revision = session.get("revision").longValue();
            return views.byId(session.get("sessionId").stringValue())
                    .filter(view -> view.revision() >= revision)
                    .isPresent();
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
