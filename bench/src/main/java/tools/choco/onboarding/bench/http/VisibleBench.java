package tools.choco.onboarding.bench.http;

import java.net.http.HttpClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;

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
        var witness = resources.closing(new Witness(service.database().connect(), witnesses));
        witness.catchUp();
        return new Comparison() {
            @Override
            public double a() throws Exception {
                try (var loading = Executors.newSingleThreadExecutor()) {
                    var load =
                            loading.submit(
                                    () -> service.load().atRate(Service.CONNECTIONS, rate, round));
                    double p99 = witness.p99(round);
                    load.get();
                    return p99;
                }
            }

            @Override
            public double b() {
                throw new UnsupportedOperationException();
            }
        };
    }

    /** Answers now and then, and looks until the answer is there. */
    private static final class Witness implements AutoCloseable {

        private final Connection connection;
        private final PreparedStatement look;
        private final HttpUsers users;
        private final HttpClient client = HttpClient.newHttpClient();

        Witness(Connection connection, HttpUsers users) throws SQLException {
            this.connection = connection;
            this.users = users;
            look =
                    connection.prepareStatement(
                            "SELECT revision >= ? FROM sessionview_g1.session_view"
                                    + " WHERE session_id = ?");
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
                look.setLong(1, session.get("revision").longValue());
                look.setString(2, session.get("sessionId").stringValue());
                while (!isThere()) {
                    Thread.sleep(BETWEEN_LOOKS);
                }
                nanos.recordValue(Math.min(System.nanoTime() - acknowledged, LONGEST_NANOS));
                TimeUnit.NANOSECONDS.sleep(BETWEEN_SAMPLES.toNanos());
            } while (System.nanoTime() < end);
            return nanos.getValueAtPercentile(99) / 1e6;
        }

        private boolean isThere() throws SQLException {
            try (var row = look.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }

        @Override
        public void close() throws SQLException {
            client.close();
            connection.close();
        }
    }
}
