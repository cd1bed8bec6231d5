package tools.choco.onboarding.bench.http;

import static io.hyperfoil.http.steps.HttpStepCatalog.SC;

import io.hyperfoil.api.config.Benchmark;
import io.hyperfoil.api.config.BenchmarkBuilder;
import io.hyperfoil.api.config.PhaseBuilder;
import io.hyperfoil.api.session.Session;
import io.hyperfoil.core.impl.LocalSimulationRunner;
import io.hyperfoil.http.api.HttpMethod;
import io.hyperfoil.http.api.HttpRequestWriter;
import io.hyperfoil.http.config.HttpPluginBuilder;
import io.hyperfoil.http.config.Protocol;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * Load on {@code POST /onboarding/step}, made by Hyperfoil in one thread of this process. Every
 * request brings another answer and has to be answered by 200.
 */
final class Load {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int WAITING_MAX = 4_096;

    private final URI service;
    private final HttpUsers users;

    Load(URI service, HttpUsers users) {
        this.service = service;
        this.users = users;
    }

    /**
     * What came of it.
     *
     * @param perSecond answers a second
     * @param nanos that each took
     */
    record Outcome(double perSecond, Histogram nanos) {}

    /** As fast as it goes: on each connection the next request follows the answer. */
    Outcome asFastAsItGoes(int connections, Duration length) {
        return run(connections, length, phase -> phase.always(connections));
    }

    /**
     * At a given rate, whether or not the earlier ones are answered; the time that a request waits
     * for a connection counts.
     */
    Outcome atRate(int connections, double perSecond, Duration length) {
        return run(
                connections,
                length,
                phase ->
                        phase.constantRate((int) Math.max(1, perSecond))
                                .variance(false)
                                .maxSessions(WAITING_MAX));
    }

    private interface Model {
        PhaseBuilder<?> of(PhaseBuilder.Catalog phase);
    }

    private Outcome run(int connections, Duration length, Model model) {
        var running = new Running(users, Math.max(connections, WAITING_MAX));
        var runner = new LocalSimulationRunner(benchmark(connections, length, model, running));
        runner.run();
        return running.outcome();
    }

    private Benchmark benchmark(int connections, Duration length, Model model, Running running) {
        var builder =
                BenchmarkBuilder.builder()
                        .name("load")
                        .threads(1)
                        .addPlugin(HttpPluginBuilder::new)
                        .ergonomics()
                        .repeatCookies(false)
                        .userAgentFromSession(false)
                        .endErgonomics()
                        .http()
                        .protocol(Protocol.HTTP)
                        .host(service.getHost())
                        .port(service.getPort())
                        .allowHttp2(false)
                        .sharedConnections(connections)
                        .endHttp()
                        .endPlugin();
        model.of(builder.addPhase("load"))
                .duration(length.toMillis())
                .maxDuration(length.plus(TIMEOUT).toMillis())
                .scenario()
                .initialSequence("answer")
                .step(
                        session -> {
                            running.begins(session);
                            return true;
                        })
                .step(SC)
                .httpRequest(HttpMethod.POST)
                .path("/onboarding/step")
                .headerAppender(running::headers)
                .body(
                        (session, connection) ->
                                ByteBufUtil.writeUtf8(
                                        connection.context().alloc(), running.body(session)))
                .timeout(TIMEOUT.toMillis() + "ms")
                .sync(true)
                .handler()
                .status((request, status) -> running.answered(request.session, status))
                .endHandler()
                .endStep()
                .endSequence();
        return builder.build();
    }

    /** What the sessions of a run share, by their numbers. */
    private static final class Running {

        private final HttpUsers users;
        private final AtomicLongArray begun;
        private final HttpUsers.User[] user;
        private final Histogram nanos = new Histogram(LONGEST_NANOS, 3);
        private final LongAdder answers = new LongAdder();
        private final AtomicInteger otherStatus = new AtomicInteger();
        private long firstNanos;
        private long lastNanos;

        Running(HttpUsers users, int sessions) {
            this.users = users;
            begun = new AtomicLongArray(sessions);
            user = new HttpUsers.User[sessions];
        }

        void begins(Session session) {
            long now = System.nanoTime();
            if (firstNanos == 0) {
                firstNanos = now;
            }
            begun.set(session.uniqueId(), now);
            user[session.uniqueId()] = users.next();
        }

        String body(Session session) {
            return users.answerOf(user[session.uniqueId()]);
        }

        void headers(Session session, HttpRequestWriter request) {
            request.putHeader(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
            request.putHeader(HttpHeaderNames.AUTHORIZATION, user[session.uniqueId()].bearer());
        }

        void answered(Session session, int status) {
            long now = System.nanoTime();
            lastNanos = now;
            if (status != 200) {
                otherStatus.set(status);
            }
            answers.increment();
            nanos.recordValue(Math.min(now - begun.get(session.uniqueId()), LONGEST_NANOS));
        }

        Outcome outcome() {
            if (otherStatus.get() != 0 || answers.sum() == 0) {
                throw new IllegalStateException(
                        "Of %d answers one was %d".formatted(answers.sum(), otherStatus.get()));
            }
            return new Outcome(answers.sum() / ((lastNanos - firstNanos) / 1e9), nanos);
        }
    }
}
