package tools.choco.onboarding.funnel;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.StoredText;

/**
 * What a late event changed in the numbers of a day that was over when it came.
 *
 * <p>Late is what came on a later UTC day than it happened. So a restatement follows from event and
 * append times alone, and a rebuild states the same.
 *
 * @param funnelId the funnel
 * @param day the day whose numbers changed
 * @param test whether they are those of test traffic
 * @param position position of the late event
 * @param eventId its id
 * @param cause its type
 * @param occurredAt when it happened
 * @param appendedAt when it came
 * @param entries entries more, or fewer if negative
 * @param stages what changed at each stage, in funnel order; empty if only times, outcomes or what
 *     led to them changed
 */
record Restatement(
        String funnelId,
        LocalDate day,
        boolean test,
        long position,
        UUID eventId,
        String cause,
        Instant occurredAt,
        Instant appendedAt,
        long entries,
        List<StageChange> stages) {

    private static final long SECONDS_A_DAY = 24 * 60 * 60;

    /** What changed at one stage: each more, or fewer if negative. */
    record StageChange(String stage, long offered, long sessions, long skipped) {

        boolean isNone() {
            return offered == 0 && sessions == 0 && skipped == 0;
        }
    }

    /**
     * What an event changed, under the funnel's own order; one for each day past.
     *
     * @param before the session before it; null if it was its first event
     * @param after the session after it
     */
    static List<Restatement> of(
            FunnelDefinition definition,
            @Nullable FunnelSession before,
            FunnelSession after,
            LoggedEvent event) {
        // Most events come on the day they happened.
        if (dayOf(event.occurredAt()) >= dayOf(event.appendedAt())) {
            return List.of();
        }
        LocalDate appended = LocalDate.ofEpochDay(dayOf(event.appendedAt()));
        Map<LocalDate, Counters> changes = new TreeMap<>();
        if (before != null) {
            add(definition, before, appended, -1, changes);
        }
        add(definition, after, appended, 1, changes);
        List<Restatement> restatements = new ArrayList<>();
        changes.forEach(
                (day, change) -> {
                    if (!change.isEmpty()) {
                        restatements.add(of(definition, after, event, day, change));
                    }
                });
        return restatements;
    }

    private static long dayOf(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), SECONDS_A_DAY);
    }

    private static void add(
            FunnelDefinition definition,
            FunnelSession session,
            LocalDate until,
            int sign,
            Map<LocalDate, Counters> changes) {
        for (FunnelEntry entry : session.entries()) {
            if (entry.isStarted() && entry.startedDay().isBefore(until)) {
                Contribution.of(
                        definition,
                        entry,
                        definition.order(),
                        sign,
                        changes.computeIfAbsent(entry.startedDay(), day -> new Counters()));
            }
        }
    }

    private static Restatement of(
            FunnelDefinition definition,
            FunnelSession session,
            LoggedEvent event,
            LocalDate day,
            Counters change) {
        List<StageChange> stages = new ArrayList<>();
        for (OfferedStage offered : session.offered()) {
            String stage = offered.name();
            StageChange each =
                    new StageChange(
                            stage,
                            change.sum(Metric.OFFERED, stage, ""),
                            change.sum(Metric.REACHED, stage, ""),
                            change.sum(Metric.SKIPPED, stage, ""));
            if (!each.isNone()) {
                stages.add(each);
            }
        }
        return new Restatement(
                definition.funnelId(),
                day,
                session.entries().getFirst().test(),
                event.position(),
                UUID.fromString(event.eventId()),
                event.payload() instanceof ExternalEventReceived external
                        ? StoredText.of(external.getSourceEventType())
                        : EventType.of(event.payload()).wireName(),
                event.occurredAt(),
                event.appendedAt(),
                change.sum(Metric.ENTRIES, "", ""),
                List.copyOf(stages));
    }
}
