package tools.choco.onboarding.bench.history;

import com.fasterxml.uuid.Generators;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;

/**
 * A session of another service's portal, as far as it tells us: most of it within seconds, some of
 * it late by up to a month, and some of it twice under another id.
 */
final class PortalStory extends Story {

    private static final List<String> STAGES =
            List.of(
                    "onboarding.started",
                    "domain.validated",
                    "dns.applied",
                    "account.created",
                    "infra.synced",
                    "onboarding.completed");
    private static final List<String> SERVICES = List.of("hosting-portal", "partner-portal");

    private static final double DROPS = 0.11;
    private static final double FAILS = 0.015;
    private static final double INFRA_FAILS = 0.08;
    private static final double STARTS_AGAIN = 0.1;
    private static final double LATE = 0.05;
    private static final double REPEATED = 0.02;
    private static final Duration LATE_MAX = Duration.ofDays(30);

    private final World.Stream stream;
    private final String service;
    private final String sessionId;
    private boolean infraFailed;
    private int told;

    PortalStory(World world, Dice dice) {
        super(world, dice);
        service = dice.skewed(SERVICES);
        sessionId = "ps-" + Long.toString(dice.nextLong() >>> 1, 36);
        stream =
                new World.Stream(
                        Generators.nameBasedGenerator(null).generate(service + "\n" + sessionId));
        reach(0);
    }

    private void reach(int stage) {
        if (stage > 0 && dice.chance(DROPS)) {
            return;
        }
        if (stage > 1 && dice.chance(FAILS)) {
            happened("onboarding.failed", ",\"reason\":\"provider\"");
            return;
        }
        var type = STAGES.get(stage);
        if (type.equals("infra.synced") && dice.chance(INFRA_FAILS)) {
            infraFailed = true;
        } else {
            happened(
                    type,
                    type.equals("onboarding.completed")
                            ? ",\"infra_status\":\"%s\"".formatted(infraFailed ? "failed" : "ok")
                            : "");
        }
        if (stage == 0 && dice.chance(STARTS_AGAIN)) {
            after(dice.about(Duration.ofHours(10)), () -> happened(type, ""));
        }
        if (stage + 1 < STAGES.size()) {
            after(dice.about(Duration.ofMinutes(3)), () -> reach(stage + 1));
        }
    }

    /** Something happened there; we hear of it in a while. */
    private void happened(String type, String data) {
        long at = world.now();
        tell(type, data, at, delay());
        if (dice.chance(REPEATED)) {
            tell(type, data, at, delay() + dice.about(Duration.ofMinutes(1)));
        }
    }

    private long delay() {
        return dice.chance(LATE)
                ? Math.min(
                        dice.about(Duration.ofDays(2)) + Duration.ofMinutes(1).toNanos() / 1_000,
                        LATE_MAX.toNanos() / 1_000)
                : dice.between(Duration.ofMillis(100), Duration.ofSeconds(3));
    }

    private void tell(String type, String data, long happenedAt, long delay) {
        var eventId = sessionId + "-" + told++;
        after(
                delay,
                () ->
                        world.store(
                                stream,
                                ExternalEventReceived.newBuilder()
                                        .setExternalSessionId(stream.id())
                                        .setSourceService(service)
                                        .setSourceSessionId(sessionId)
                                        .setSourceEventId(eventId)
                                        .setSourceEventType(type)
                                        .setOccurredAt(World.timestamp(happenedAt))
                                        .setReceivedAt(world.timestamp())
                                        .setPayload(payload(eventId, type, data))
                                        .build(),
                                world.cause(service)));
    }

    private ByteString payload(String eventId, String type, String data) {
        return ByteString.copyFromUtf8(
                """
                {"id":"%s","type":"%s","session_id":"%s","data":{"domain":"%s.example","plan":"basic"%s}}"""
                        .formatted(eventId, type, sessionId, sessionId, data));
    }
}
