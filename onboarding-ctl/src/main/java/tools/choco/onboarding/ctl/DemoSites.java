package tools.choco.onboarding.ctl;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import tools.jackson.databind.JsonNode;

/** The sites that the simulated users asked for, noted from any number of threads. */
final class DemoSites {

    /** What became of a site. */
    enum Fate {
        /** In the user's own repository, and up. */
        LIVE("live"),
        /** Waits for a link to GitHub that the user never makes. */
        PARKED("parked, waiting for GitHub"),
        /** Given up, with an error. */
        FAILED("failed"),
        /** Up on the platform, without a repository. */
        WELCOME("welcome sites"),
        /** Still being provisioned. */
        ON_THE_WAY("still on their way");

        private final String words;

        Fate(String words) {
            this.words = words;
        }
    }

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();

    /**
     * @param siteId the site
     * @param token the bearer of its user
     * @param linked whether that user has linked GitHub
     */
    private record Asked(String siteId, String token, boolean linked) {}

    /** A site was asked for by the bearer of {@code token}, who links GitHub no more after this. */
    void asked(String siteId, String token, boolean linked) {
        asked.add(new Asked(siteId, token, linked));
    }

    /**
     * Asks for the sites, once a second, until none is on its way or {@code limit} is over; how
     * many met which fate.
     *
     * @throws CommandFailure if the service refuses to show one of the sites
     */
    Map<Fate, Integer> settled(
            Patience service,
            Patience.Pause pause,
            InstantSource clock,
            Duration limit,
            Tally tally)
            throws InterruptedException {
        Instant end = clock.instant().plus(limit);
        Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
        Deque<Asked> open = new ArrayDeque<>(asked);
        while (true) {
            List<Asked> onTheWay = new ArrayList<>();
            while (!open.isEmpty()) {
                Asked next = open.removeFirst();
                Reply reply = service.send(Call.read("/sites/" + next.siteId(), next.token()));
                if (!reply.accepted()) {
                    throw CommandFailure.refused(reply);
                }
                JsonNode provisioning = reply.json().path("provisioning");
                Fate fate = fate(provisioning, next.linked());
                if (fate == Fate.ON_THE_WAY) {
                    onTheWay.add(next);
                } else {
                    Service.time(provisioning.path("updatedAt")).ifPresent(tally::active);
                    fates.merge(fate, 1, Integer::sum);
                }
            }
            if (onTheWay.isEmpty() || !clock.instant().isBefore(end)) {
                if (!onTheWay.isEmpty()) {
                    fates.put(Fate.ON_THE_WAY, onTheWay.size());
                }
                return fates;
            }
            open.addAll(onTheWay);
            pause.of(PAUSE);
        }
    }

    private static Fate fate(JsonNode provisioning, boolean linked) {
        if (!provisioning.isObject()) {
            return Fate.WELCOME;
        }
        return switch (provisioning.path("state").asString("")) {
            case "live" -> Fate.LIVE;
            case "failed" -> Fate.FAILED;
            // The sites of a user who has linked GitHub go on a moment after the link.
            case "awaiting_github" -> linked ? Fate.ON_THE_WAY : Fate.PARKED;
            default -> Fate.ON_THE_WAY;
        };
    }

    /** A line for each fate, ended by a line feed; sites on their way only if there are some. */
    static String table(Map<Fate, Integer> fates) {
        StringBuilder table = new StringBuilder("sites\n");
        for (Fate fate : Fate.values()) {
            int count = fates.getOrDefault(fate, 0);
            if (fate != Fate.ON_THE_WAY || count > 0) {
                table.append("%6d  %s\n".formatted(count, fate.words));
            }
        }
        return table.toString();
    }
}
