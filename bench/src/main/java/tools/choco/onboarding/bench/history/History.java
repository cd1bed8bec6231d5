package tools.choco.onboarding.bench.history;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Months of a busy service: users of several flows in several versions, from many sources, their
 * sites, and the sessions of other services. The same seed, number and time give the same history.
 */
public final class History {

    /**
     * How much, and when.
     *
     * @param events how many; an append that begins within is whole
     * @param seed of all chance
     * @param begin when the first user comes
     * @param length time in which that many events come together
     */
    public record Settings(long events, long seed, Instant begin, Duration length) {

        /** Ninety days from the first of January 2026. */
        public static Settings of(long events, long seed) {
            return new Settings(
                    events, seed, Instant.parse("2026-01-01T00:00:00Z"), Duration.ofDays(90));
        }
    }

    /** How far a history is. */
    record Calendar(long begin, long length) {

        double share(long micros) {
            return (double) (micros - begin) / length;
        }
    }

    /** About as many as come of one arrival, its sites and its resets included. */
    private static final double EVENTS_PER_ARRIVAL = 11.5;

    private static final double PORTALS = 0.15;
    private static final double KNOWN_USERS = 0.1;
    private static final int KNOWN_USERS_MAX = 1_000;
    private static final double LINKED = 0.6;
    private static final double IN_WORKSPACE = 0.4;

    /** The most frequent first; the empty one came by itself. */
    private static final List<String> SOURCES =
            List.of(
                    "web",
                    "search",
                    "",
                    "docs",
                    "newsletter",
                    "partner",
                    "social",
                    "conference",
                    "video",
                    "podcast",
                    "print",
                    "test-load");

    private final Settings settings;
    private final Flows flows = new Flows();

    public History(Settings settings) {
        this.settings = settings;
    }

    /** Hands out the events in the log's order. */
    public void tell(Consumer<MadeEvent> log) {
        var dice = new Dice(settings.seed());
        var world = new World(settings.begin(), dice.split(), log);
        var calendar =
                new Calendar(
                        world.now(), TimeUnit.NANOSECONDS.toMicros(settings.length().toNanos()));
        world.begin(new Arrivals(world, dice, calendar));
        world.run(settings.events());
    }

    /**
     * Notes the flows of the history as served, so that the service can go on with its sessions.
     */
    public void serveFlows(DataSource database) {
        flows.serve(database);
    }

    /**
     * Has a service that is started on the log take what its saga would do for done. After the log
     * was filled.
     */
    public static void settle(DataSource database) {
        Settled.all(database);
    }

    /** People come, more of them by day and on work days. */
    private final class Arrivals extends Story {

        private final Calendar calendar;
        private final double meanMicros;
        private final List<SessionStory.Visitor> known = new ArrayList<>();
        private int users;

        Arrivals(World world, Dice dice, Calendar calendar) {
            super(world, dice);
            this.calendar = calendar;
            meanMicros = calendar.length() * EVENTS_PER_ARRIVAL / settings.events();
            after(0, this::arrive);
        }

        private void arrive() {
            if (dice.chance(PORTALS)) {
                world.begin(new PortalStory(world, dice.split()));
            } else {
                var session = new SessionStory(world, dice.split(), flows, calendar, visitor());
                session.start();
                world.begin(session);
            }
            after(dice.untilNext(meanMicros / busyness(world.now())), this::arrive);
        }

        /** A new user, or one who was here before and now takes another flow. */
        private SessionStory.Visitor visitor() {
            if (!known.isEmpty() && dice.chance(KNOWN_USERS)) {
                var before = known.remove(dice.below(known.size()));
                return visitor(
                        before.userId(),
                        before.keyId(),
                        before.flowId().equals("default") ? "quick" : "default");
            }
            var visitor = visitor("user-" + users++, dice.uuid().toString(), flows.visited(dice));
            if (known.size() < KNOWN_USERS_MAX) {
                known.add(visitor);
            } else {
                known.set(dice.below(KNOWN_USERS_MAX), visitor);
            }
            return visitor;
        }

        private SessionStory.Visitor visitor(String userId, String keyId, String flowId) {
            return new SessionStory.Visitor(
                    userId,
                    keyId,
                    flowId,
                    dice.chance(IN_WORKSPACE) ? "ws-" + dice.below(40_000) : "",
                    "",
                    dice.skewed(SOURCES),
                    dice.chance(LINKED));
        }

        /** On average 1. */
        private static double busyness(long micros) {
            var time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            long hours = TimeUnit.SECONDS.toHours(time.getEpochSecond());
            double byDay = 1 + 0.7 * Math.sin(2 * Math.PI * (hours % 24 - 8) / 24.0);
            // The first of January 1970 was a Thursday.
            boolean weekend = (hours / 24 + 4) % 7 % 6 == 0;
            return byDay * (weekend ? 0.5 : 1.2);
        }
    }
}
