package tools.choco.onboarding.evaluation;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.Order;
import tools.choco.onboarding.funnel.Window;
import tools.choco.onboarding.projection.LoggedEvent;

/** The numbers of one funnel over one log, counted event by event for every number. */
public final class Evaluation {

    private static final List<Long> BOUNDS = bounds();

    /**
     * What is asked.
     *
     * @param filter wanted value by dimension
     */
    public record Query(
            Order order,
            Window window,
            LocalDate from,
            LocalDate to,
            Map<String, String> filter,
            boolean includeTest) {}

    /**
     * One stage.
     *
     * @param converted of the entries that were offered it, those that converted
     * @param previousPassed entries that were offered it and had passed the stage offered to them
     *     before it, within the window
     * @param both of these, those that reached it within the window
     * @param histogram entries that reached it by the upper bound of their time's bucket, in
     *     milliseconds; {@link Long#MAX_VALUE} of the open one
     */
    public record Stage(
            long offered,
            long sessions,
            long skipped,
            long converted,
            long previousPassed,
            long both,
            SortedMap<Long, Long> histogram) {

        /** Upper bound of the bucket of the time that a share of the entries did not exceed. */
        public @Nullable Long quantile(int percent) {
            long rank = Math.ceilDiv(sessions * percent, 100);
            long seen = 0;
            for (Map.Entry<Long, Long> bucket : histogram.entrySet()) {
                seen += bucket.getValue();
                if (seen >= rank) {
                    return bucket.getKey();
                }
            }
            return null;
        }
    }

    /**
     * What is answered. No map has a zero in it, save for those of a stage.
     *
     * @param stages by name, those that any counted entry was offered, in some order
     * @param lastDone entries that were lost, by furthest stage and last thing done
     * @param refused entries by stage and code of a refusal that they met
     * @param refusedConverted of these, those that converted
     */
    public record Answer(
            long started,
            Map<String, Long> outcomes,
            Map<String, Stage> stages,
            Map<List<String>, Long> lastDone,
            Map<List<String>, Long> refused,
            Map<List<String>, Long> refusedConverted) {}

    /** Why an entry counts for a stage. */
    public record Receipt(
            String sessionId, int entry, String stage, boolean skipped, long position) {}

    /** What a late event changed in the numbers of a day past; the stages that changed only. */
    public record Restated(
            LocalDate day,
            boolean test,
            long position,
            long entries,
            Map<String, StageChange> stages) {}

    /** More, or fewer if negative. */
    public record StageChange(long offered, long sessions, long skipped) {}

    private final FunnelDefinition funnel;
    private final Map<String, List<LoggedEvent>> sessions = new LinkedHashMap<>();

    /**
     * @param log in log order; no event twice
     */
    public Evaluation(FunnelDefinition funnel, List<LoggedEvent> log) {
        this.funnel = funnel;
        for (LoggedEvent event : log) {
            String session = event.sessionId();
            if (event.payload() instanceof ExternalEventReceived external) {
                session =
                        funnel.sessions().services().contains(external.getSourceService())
                                ? external.getExternalSessionId()
                                : "";
            } else if (!funnel.sessions().services().isEmpty()) {
                session = "";
            }
            if (!session.isEmpty()) {
                sessions.computeIfAbsent(session, id -> new ArrayList<>()).add(event);
            }
        }
    }

    /** The numbers. */
    public Answer answer(Query query) {
        return answer(counted(query).toList(), query.order(), query.window());
    }

    /** The receipts of every stage that was passed at any time, of the entries counted. */
    public List<Receipt> receipts(Query query) {
        List<Receipt> receipts = new ArrayList<>();
        counted(query)
                .forEach(
                        way -> {
                            for (String stage : way.stageNames()) {
                                LoggedEvent by = way.passedBy(stage, query.order());
                                if (by != null) {
                                    receipts.add(
                                            new Receipt(
                                                    way.sessionId(),
                                                    way.number(),
                                                    stage,
                                                    way.reachedBy(stage, query.order()) == null,
                                                    by.position()));
                                }
                            }
                        });
        return receipts;
    }

    /** What late events changed, under the funnel's own order. */
    public List<Restated> restatements() {
        List<Restated> restated = new ArrayList<>();
        sessions.forEach(
                (session, events) -> {
                    for (int i = 0; i < events.size(); i++) {
                        LoggedEvent event = events.get(i);
                        if (day(event.occurredAt()).isBefore(day(event.appendedAt()))) {
                            restated.addAll(
                                    restated(
                                            i == 0
                                                    ? List.of()
                                                    : Way.of(funnel, session, events.subList(0, i)),
                                            Way.of(funnel, session, events.subList(0, i + 1)),
                                            event));
                        }
                    }
                });
        return restated;
    }

    private List<Restated> restated(List<Way> before, List<Way> after, LoggedEvent event) {
        Set<LocalDate> days = new LinkedHashSet<>();
        Stream.concat(before.stream(), after.stream()).forEach(it -> days.add(it.day()));
        return days.stream()
                .filter(it -> it.isBefore(day(event.appendedAt())))
                .flatMap(
                        day -> {
                            Answer was = ofDay(before, day);
                            Answer is = ofDay(after, day);
                            return was.equals(is)
                                    ? Stream.empty()
                                    : Stream.of(
                                            new Restated(
                                                    day,
                                                    after.getFirst().isTest(),
                                                    event.position(),
                                                    is.started() - was.started(),
                                                    changes(was, is)));
                        })
                .toList();
    }

    private Answer ofDay(List<Way> ways, LocalDate day) {
        return answer(
                ways.stream().filter(it -> it.day().equals(day)).toList(),
                funnel.order(),
                Window.UNLIMITED);
    }

    private static Map<String, StageChange> changes(Answer was, Answer is) {
        Map<String, StageChange> changes = new TreeMap<>();
        Stage none = new Stage(0, 0, 0, 0, 0, 0, new TreeMap<>());
        Stream.concat(was.stages().keySet().stream(), is.stages().keySet().stream())
                .forEach(
                        name -> {
                            Stage old = was.stages().getOrDefault(name, none);
                            Stage now = is.stages().getOrDefault(name, none);
                            changes.put(
                                    name,
                                    new StageChange(
                                            now.offered() - old.offered(),
                                            now.sessions() - old.sessions(),
                                            now.skipped() - old.skipped()));
                        });
        changes.values().removeIf(it -> it.equals(new StageChange(0, 0, 0)));
        return changes;
    }

    private Stream<Way> counted(Query query) {
        return sessions.entrySet().stream()
                .flatMap(it -> Way.of(funnel, it.getKey(), it.getValue()).stream())
                .filter(it -> !it.day().isBefore(query.from()) && !it.day().isAfter(query.to()))
                .filter(it -> query.includeTest() || !it.isTest())
                .filter(
                        way ->
                                query.filter().entrySet().stream()
                                        .allMatch(
                                                it ->
                                                        way.value(it.getKey())
                                                                .equals(it.getValue())));
    }

    private static Answer answer(List<Way> ways, Order order, Window window) {
        Map<String, Stage> stages = new TreeMap<>();
        ways.stream()
                .flatMap(it -> it.stageNames().stream())
                .distinct()
                .forEach(it -> stages.put(it, stage(it, ways, order, window)));
        Map<String, Long> outcomes = new TreeMap<>();
        Map<List<String>, Long> lastDone = new LinkedHashMap<>();
        Map<List<String>, Long> refused = new LinkedHashMap<>();
        Map<List<String>, Long> refusedConverted = new LinkedHashMap<>();
        for (Way way : ways) {
            outcomes.merge(way.outcome(), 1L, Long::sum);
            if (way.isLost()) {
                lastDone.merge(List.of(way.furthest(order), way.lastDone()), 1L, Long::sum);
            }
            for (List<String> refusal : way.refusals()) {
                refused.merge(refusal, 1L, Long::sum);
                if (way.outcome().equals("converted")) {
                    refusedConverted.merge(refusal, 1L, Long::sum);
                }
            }
        }
        return new Answer(ways.size(), outcomes, stages, lastDone, refused, refusedConverted);
    }

    private static Stage stage(String stage, List<Way> ways, Order order, Window window) {
        long sessions = 0;
        long previousPassed = 0;
        long both = 0;
        SortedMap<Long, Long> histogram = new TreeMap<>();
        for (Way way : ways) {
            if (!way.isOffered(stage)) {
                continue;
            }
            LoggedEvent reached = way.reachedBy(stage, order);
            boolean inTime = false;
            if (reached != null && isWithin(window, way, reached)) {
                inTime = true;
                sessions++;
                histogram.merge(upperBound(millis(way, reached)), 1L, Long::sum);
            }
            int place = way.stageNames().indexOf(stage);
            LoggedEvent before =
                    place == 0 ? null : way.passedBy(way.stageNames().get(place - 1), order);
            if (before != null && isWithin(window, way, before)) {
                previousPassed++;
                both += inTime ? 1 : 0;
            }
        }
        return new Stage(
                count(ways, it -> it.isOffered(stage)),
                sessions,
                count(ways, it -> it.isSkipped(stage)),
                count(ways, it -> it.isOffered(stage) && it.outcome().equals("converted")),
                previousPassed,
                both,
                histogram);
    }

    private static long count(List<Way> ways, Predicate<Way> which) {
        return ways.stream().filter(which).count();
    }

    private static boolean isWithin(Window window, Way way, LoggedEvent event) {
        return window == Window.UNLIMITED
                || way.sinceStart(event).toNanos() / 1_000 <= window.micros();
    }

    /** Whole milliseconds, rounded up. */
    private static long millis(Way way, LoggedEvent event) {
        return Math.ceilDiv(way.sinceStart(event).toNanos(), 1_000_000L);
    }

    private static long upperBound(long millis) {
        return BOUNDS.stream().filter(it -> millis <= it).findFirst().orElse(Long.MAX_VALUE);
    }

    /** As docs/funnels.md gives them. */
    private static List<Long> bounds() {
        List<Long> bounds = new ArrayList<>();
        for (long millis = 0; millis <= 20; millis++) {
            bounds.add(millis);
        }
        for (long hours : new long[] {1, 6, 24, 72, 168, 336, 720, 2_160, 9_600}) {
            long end = hours * 3_600_000;
            while (bounds.getLast() < end) {
                bounds.add(Math.min(bounds.getLast() * 105 / 100, end));
            }
        }
        return bounds;
    }

    private static LocalDate day(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate();
    }
}
