package tools.choco.onboarding.ctl;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/**
 * A crowd of simulated users at the service's door, a few at a time.
 *
 * <p>What the users do follows from the seed alone, user by user, however they interleave. Who they
 * are does not: the ids are new in every run, or a second run would find the sessions of the first.
 */
final class Demo {

    private static final double TAKES_QUICK = 0.2;
    private static final Duration SITES_LIMIT = Duration.ofSeconds(60);
    private static final Duration CATCH_UP_LIMIT = Duration.ofSeconds(30);
    private static final Duration CATCH_UP_PAUSE = Duration.ofMillis(200);

    private final Service service;
    private final Patience patience;
    private final Patience.Pause pause;
    private final Clock clock;
    private final Journal journal;
    private final Tally tally = new Tally();
    private final DemoSites sites = new DemoSites();
    private final String run = UUID.randomUUID().toString().substring(0, 8);

    /** {@code clock} must tell the time in UTC; the days of the funnel are taken from it. */
    Demo(Service service, Patience patience, Patience.Pause pause, Clock clock, Journal journal) {
        this.service = service;
        this.patience = patience;
        this.pause = pause;
        this.clock = clock;
        this.journal = journal;
    }

    /** What the crowd met. */
    Tally tally() {
        return tally;
    }

    /**
     * Lets the users go through, waits for their sites, and returns what became of those and
     * today's funnel, demo traffic included, once it holds them all.
     *
     * @throws CommandFailure if the service refuses the beginnings, or stays silent for longer than
     *     patience lasts
     */
    Outcome play(int users, int concurrency, long seed, Progress progress)
            throws InterruptedException {
        LocalDate today = LocalDate.now(clock);
        String analyst = localToken("demo-analyst", "analytics:read");
        long before = started(funnel(today, analyst));
        String guest = localToken("demo-%s-guest".formatted(run), "onboarding:write");
        Manifest usual = Manifest.of(service.require(Call.read(manifest(""), guest)).json());
        Manifest other = quick(guest).orElse(usual);
        crowd(users, concurrency, seed, usual, other, progress);
        Map<DemoSites.Fate, Integer> fates =
                sites.settled(patience, pause, clock, SITES_LIMIT, tally);
        return new Outcome(fates, caughtUp(today, analyst, before + tally.sessions()));
    }

    private void crowd(
            int users,
            int concurrency,
            long seed,
            Manifest usual,
            Manifest other,
            Progress progress)
            throws InterruptedException {
        progress.begin();
        try (ExecutorService crowd =
                Executors.newFixedThreadPool(concurrency, Thread.ofVirtual().factory())) {
            CompletionService<Tally.Ending> stories = new ExecutorCompletionService<>(crowd);
            for (int i = 0; i < users; i++) {
                int number = i;
                stories.submit(() -> story(number, seed, usual, other));
            }
            try {
                for (int i = 0; i < users; i++) {
                    tally.end(stories.take().get());
                    progress.note("");
                    progress.step();
                }
            } catch (ExecutionException broken) {
                throw broken.getCause() instanceof CommandFailure failure
                        ? failure
                        : new IllegalStateException("a simulated user failed", broken.getCause());
            } finally {
                crowd.shutdownNow();
                progress.end();
            }
        }
    }

    private Tally.Ending story(int number, long seed, Manifest usual, Manifest other)
            throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed + number);
        Manifest manifest = random.nextDouble() < TAKES_QUICK ? other : usual;
        String name = "demo-%s-%d".formatted(run, number);
        Reply token = patience.send(Service.localToken(name, List.of("onboarding:write")));
        if (!token.accepted()) {
            throw CommandFailure.refused(token);
        }
        return new SimulatedUser(
                        patience,
                        manifest,
                        new SimulatedUser.Account(name, Service.tokenIn(token)),
                        random,
                        pause,
                        tally,
                        journal,
                        sites)
                .goThrough();
    }

    /** The short flow, where the service offers it. */
    private Optional<Manifest> quick(String token) throws InterruptedException {
        Reply reply = patience.send(Call.read(manifest("?flowId=quick"), token));
        return reply.accepted() ? Optional.of(Manifest.of(reply.json())) : Optional.empty();
    }

    /** Asks until the run's last event is counted and nothing moves any more, or time is up. */
    private Funnel caughtUp(LocalDate from, String token, long expected)
            throws InterruptedException {
        Instant end = clock.instant().plus(CATCH_UP_LIMIT);
        String position = "";
        while (true) {
            JsonNode answer = funnel(from, token);
            JsonNode asOf = answer.path("asOf");
            boolean counted =
                    started(answer) >= expected
                            && !Service.time(asOf.path("time"))
                                    .orElse(Instant.MIN)
                                    .isBefore(tally.lastActivity());
            String now = asOf.path("position").asString("");
            // Times of different sessions may be a little out of the log's order.
            boolean still = now.equals(position);
            if ((counted && still) || clock.instant().isAfter(end)) {
                return new Funnel(answer, counted);
            }
            position = now;
            pause.of(CATCH_UP_PAUSE);
        }
    }

    private JsonNode funnel(LocalDate from, String token) throws InterruptedException {
        String route =
                FunnelCommand.route(
                        "onboarding",
                        from,
                        LocalDate.now(clock),
                        Map.of("source", SimulatedUser.SOURCE),
                        true);
        Reply reply = patience.send(Call.read(route, token));
        if (!reply.accepted()) {
            throw CommandFailure.refused(reply);
        }
        return reply.json();
    }

    private String localToken(String subject, String scope) {
        return Service.tokenIn(service.require(Service.localToken(subject, List.of(scope))));
    }

    private static String manifest(String query) {
        return "/onboarding/manifest" + query;
    }

    private static long started(JsonNode funnel) {
        return funnel.path("started").asLong(0);
    }

    /**
     * What a run leaves.
     *
     * @param sites how many of the run's sites met which fate
     * @param funnel of the day
     */
    record Outcome(Map<DemoSites.Fate, Integer> sites, Funnel funnel) {}

    /**
     * The funnel after the run.
     *
     * @param answer as the service gave it
     * @param complete whether it holds everything that the run did
     */
    record Funnel(JsonNode answer, boolean complete) {}

    /** The summary of a run, lines ended by a line feed. */
    static String summary(Tally tally, Patience patience, long seed, Duration took) {
        List<String> endings = new ArrayList<>();
        for (Tally.Ending ending : Tally.Ending.values()) {
            if (tally.ended(ending) > 0) {
                endings.add(tally.ended(ending) + " " + ending.words());
            }
        }
        List<String> refusals = new ArrayList<>();
        tally.refusals().forEach((code, count) -> refusals.add(code + " " + count));
        return """
        users      %d: %s
        sessions   %d started
        requests   %d in %.1f s, %d writes acknowledged, %d of them repeats with the same key
        retries    %d after no answer or 'not now'
        refusals   %s
        seed       %d
        """
                .formatted(
                        tally.ended(),
                        String.join(", ", endings),
                        tally.sessions(),
                        patience.requests(),
                        took.toMillis() / 1000.0,
                        tally.acknowledged(),
                        tally.replayed(),
                        patience.retries(),
                        refusals.isEmpty() ? "none" : String.join(", ", refusals),
                        seed);
    }
}
