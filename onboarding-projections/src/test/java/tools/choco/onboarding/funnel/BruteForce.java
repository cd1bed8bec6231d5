package tools.choco.onboarding.funnel;

import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingAbandoned;
import tools.choco.onboarding.events.v1.OnboardingCompleted;
import tools.choco.onboarding.events.v1.OnboardingPathSelected;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingResumed;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;
import tools.choco.onboarding.events.v1.OnboardingStepSkipped;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;

/**
 * The onboarding funnel, counted from a list of events by looking at all of them for every number.
 * It shares no code with the projection but the shape of the answer.
 */
final class BruteForce {

    private final Map<String, List<Message>> sessions = new LinkedHashMap<>();

    BruteForce(List<Message> events) {
        for (Message event : events) {
            sessions.computeIfAbsent(EventFields.sessionId(event), id -> new ArrayList<>())
                    .add(event);
        }
    }

    /** Outcomes by name; absent where nobody has it. */
    Map<String, Long> outcomes(LocalDate from, LocalDate to, FunnelFilter filter) {
        Map<String, Long> counts = new HashMap<>();
        counted(from, to, filter).forEach(session -> counts.merge(outcome(session), 1L, Long::sum));
        return counts;
    }

    /** Stages that any counted session was offered, by name. */
    Map<String, FunnelAnswer.Stage> stages(LocalDate from, LocalDate to, FunnelFilter filter) {
        List<List<Message>> counted = counted(from, to, filter);
        Map<String, FunnelAnswer.Stage> stages = new HashMap<>();
        counted.stream()
                .flatMap(session -> offered(session).stream())
                .distinct()
                .forEach(stage -> stages.put(stage, stage(stage, counted)));
        return stages;
    }

    private static FunnelAnswer.Stage stage(String stage, List<List<Message>> counted) {
        long offered = 0;
        long reached = 0;
        long skipped = 0;
        long passedBefore = 0;
        long reachedAfter = 0;
        List<Long> took = new ArrayList<>();
        for (List<Message> session : counted) {
            List<String> list = offered(session);
            if (!list.contains(stage)) {
                continue;
            }
            offered++;
            Instant at = reachedAt(session, stage);
            if (at != null) {
                reached++;
                took.add(
                        Duration.between(EventFields.occurredAt(session.getFirst()), at)
                                .toMillis());
            } else if (isSkipped(session, stage)) {
                skipped++;
            }
            int place = list.indexOf(stage);
            if (place > 0) {
                String previous = list.get(place - 1);
                if (reachedAt(session, previous) != null || isSkipped(session, previous)) {
                    passedBefore++;
                    reachedAfter += at == null ? 0 : 1;
                }
            }
        }
        took.sort(Comparator.naturalOrder());
        return new FunnelAnswer.Stage(
                stage,
                offered,
                reached,
                skipped,
                passedBefore == 0 ? null : (double) reachedAfter / passedBefore,
                (double) reached / offered,
                took.isEmpty()
                        ? null
                        : new FunnelAnswer.TimeToReach(
                                percentile(took, 50), percentile(took, 90), percentile(took, 99)));
    }

    private static long percentile(List<Long> sorted, int percent) {
        return sorted.get(Math.ceilDiv(sorted.size() * percent, 100) - 1);
    }

    private List<List<Message>> counted(LocalDate from, LocalDate to, FunnelFilter filter) {
        return sessions.values().stream()
                .filter(
                        session -> {
                            OnboardingStarted started = started(session);
                            LocalDate day =
                                    EventFields.occurredAt(started)
                                            .atZone(ZoneOffset.UTC)
                                            .toLocalDate();
                            String source = started.getSource().replace('\0', '\uFFFD');
                            boolean test = source.startsWith("test-") || source.equals("demo");
                            return !day.isBefore(from)
                                    && !day.isAfter(to)
                                    && (filter.includeTest() || !test)
                                    && fits(filter.flowId(), started.getFlowId())
                                    && fits(filter.flowVersion(), started.getFlowVersion())
                                    && fits(filter.variant(), started.getVariant())
                                    && fits(stored(filter.source()), source)
                                    && fits(filter.pathId(), path(session));
                        })
                .toList();
    }

    private static boolean fits(@Nullable Object wanted, @Nullable Object actual) {
        return wanted == null || Objects.equals(wanted, actual);
    }

    /** PostgreSQL keeps no NUL. */
    private static @Nullable String stored(@Nullable String text) {
        return text == null ? null : text.replace('\0', '\uFFFD');
    }

    private static @Nullable String path(List<Message> session) {
        return session.reversed().stream()
                .filter(event -> event instanceof OnboardingPathSelected)
                .map(event -> ((OnboardingPathSelected) event).getPathId())
                .findFirst()
                .orElse(null);
    }

    private static OnboardingStarted started(List<Message> session) {
        return (OnboardingStarted) session.getFirst();
    }

    private static List<String> offered(List<Message> session) {
        List<String> stages = new ArrayList<>(List.of("started"));
        List<OfferedStep> steps = started(session).getStepsList();
        for (OfferedStep step : steps) {
            if (step.getKindValue() == 1) {
                stages.add(step.getStepId());
            }
        }
        if (steps.stream().anyMatch(step -> step.getKindValue() == 2)) {
            stages.add("path_selected");
        }
        if (steps.stream().anyMatch(step -> step.getKindValue() == 3)) {
            stages.addAll(List.of("site_requested", "site_live"));
        }
        stages.add("completed");
        return stages;
    }

    private static @Nullable Instant reachedAt(List<Message> session, String stage) {
        return session.stream()
                .filter(
                        event ->
                                switch (stage) {
                                    case "started" -> event instanceof OnboardingStarted;
                                    case "path_selected" -> event instanceof OnboardingPathSelected;
                                    case "site_requested" ->
                                            event instanceof SiteProvisionRequested;
                                    case "site_live" ->
                                            event instanceof SiteProvisionCompleted
                                                    || event instanceof WelcomeSiteProvisioned;
                                    case "completed" -> event instanceof OnboardingCompleted;
                                    default ->
                                            event instanceof OnboardingStepCompleted done
                                                    && done.getStepId().equals(stage);
                                })
                .map(EventFields::occurredAt)
                .findFirst()
                .orElse(null);
    }

    /** Whether the last word on the stage's step was a skip, and it was never reached. */
    private static boolean isSkipped(List<Message> session, String stage) {
        if (reachedAt(session, stage) != null) {
            return false;
        }
        String step =
                switch (stage) {
                    case "path_selected" -> "path";
                    case "site_requested", "site_live" -> "site";
                    default -> stage;
                };
        boolean skipped = false;
        for (Message event : session) {
            if (event instanceof OnboardingStepSkipped skip && skip.getStepId().equals(step)) {
                skipped = true;
            }
            if (event instanceof OnboardingStepReopened open && open.getStepId().equals(step)) {
                skipped = false;
            }
        }
        return skipped;
    }

    private static String outcome(List<Message> session) {
        if (session.stream().anyMatch(event -> event instanceof OnboardingCompleted)) {
            return "converted";
        }
        if (session.stream().anyMatch(event -> event instanceof OnboardingReset)) {
            return "reset";
        }
        int site = mostAdvanced(session);
        if (site == 0) {
            return "failed";
        }
        boolean abandoned = false;
        for (Message event : session) {
            if (event instanceof OnboardingAbandoned) {
                abandoned = true;
            }
            if (event instanceof OnboardingResumed) {
                abandoned = false;
            }
        }
        if (abandoned) {
            return "dropped";
        }
        return switch (site) {
            case 3 -> "parkedOnUser";
            case -1, 9 -> "inFlight";
            default -> "parkedOnUs";
        };
    }

    /** Failed 0, requested 1, resolving 2, awaiting the user 3, ... live 9; -1 without a site. */
    private static int mostAdvanced(List<Message> session) {
        Map<String, Integer> sites = new HashMap<>();
        for (Message event : session) {
            switch (event) {
                case SiteProvisionRequested e -> sites.put(e.getSiteId(), 1);
                case WelcomeSiteAdopted e -> sites.put(e.getSiteId(), 1);
                case WelcomeSiteProvisioned e -> sites.put(e.getSiteId(), 9);
                case SiteProvisionStateChanged e ->
                        sites.put(
                                e.getSiteId(),
                                switch (e.getToStateValue()) {
                                    case 1, 2 -> e.getToStateValue();
                                    case 3 -> 4;
                                    case 4 -> 3;
                                    case 10 -> 0;
                                    default -> e.getToStateValue();
                                });
                default -> {
                    // Says nothing about where a site is.
                }
            }
        }
        return sites.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    }
}
