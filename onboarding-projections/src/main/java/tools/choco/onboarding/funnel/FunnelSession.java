package tools.choco.onboarding.funnel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingAbandoned;
import tools.choco.onboarding.events.v1.OnboardingPathSelected;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingResumed;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;
import tools.choco.onboarding.events.v1.OnboardingStepSkipped;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.projection.BrokenHistory;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.SiteStates;
import tools.choco.onboarding.projection.StoredText;
import tools.choco.onboarding.projection.TestTraffic;

/**
 * A session in a funnel, folded from its events in log order.
 *
 * @param sessionId the session; of another service the {@code external_session_id}
 * @param revision number of the session's own events applied so far
 * @param sites where its sites are, and how many events of each were applied
 * @param refusals number of its refusals applied so far
 * @param offered the stages as it was offered them
 * @param entries its ways through the funnel, in the order of their starts, never empty: before the
 *     first start there is one, of number 0, which keeps what is known
 */
record FunnelSession(
        String sessionId,
        long revision,
        SiteStates sites,
        long refusals,
        List<OfferedStage> offered,
        List<FunnelEntry> entries) {

    /** A start that comes within this time after the last one that counted is the same start. */
    private static final long SAME_START_MICROS = TimeUnit.HOURS.toMicros(48);

    /**
     * As many facts of a session are kept; from there on what comes again for a stage is passed
     * over, so that a service gone wild makes no event more costly than the one before.
     */
    static final int FACTS_MAX = 1_000;

    /** Whether an event concerns a funnel: only such events may be applied. */
    static boolean handles(FunnelDefinition definition, LoggedEvent event) {
        if (event.payload() instanceof ExternalEventReceived external) {
            return definition.sessions().services().contains(external.getSourceService());
        }
        return definition.sessions().areOwn() && !event.sessionId().isEmpty();
    }

    /** The session that an event concerns: its {@link #sessionId}. */
    static String idOf(LoggedEvent event) {
        return event.payload() instanceof ExternalEventReceived
                ? event.aggregateId()
                : event.sessionId();
    }

    /**
     * The session after its first event.
     *
     * @throws BrokenHistory if it is not the first one
     */
    static FunnelSession startedBy(FunnelDefinition definition, LoggedEvent event) {
        FunnelSession nothing =
                switch (event.payload()) {
                    case OnboardingStarted started -> nothing(definition, event, started);
                    case ExternalEventReceived external -> nothing(definition, event, external);
                    default -> throw new BrokenHistory(event, "its session never started");
                };
        return nothing.after(definition, event);
    }

    /** Whether the event was applied before. */
    boolean contains(LoggedEvent event) {
        return switch (event.payload()) {
            case CommandRefused refused -> event.sequence() < refusals;
            case ExternalEventReceived external -> event.sequence() < revision;
            default -> event.isOfSession() ? event.sequence() < revision : sites.contains(event);
        };
    }

    /** The session after an event that is counted and changes nothing else. */
    FunnelSession passing(LoggedEvent event) {
        long next = event.sequence() + 1;
        return switch (event.payload()) {
            case CommandRefused refused ->
                    new FunnelSession(sessionId, revision, sites, next, offered, entries);
            case ExternalEventReceived external ->
                    new FunnelSession(sessionId, next, sites, refusals, offered, entries);
            default ->
                    event.isOfSession()
                            ? new FunnelSession(sessionId, next, sites, refusals, offered, entries)
                            : new FunnelSession(
                                    sessionId,
                                    revision,
                                    sites.passing(event),
                                    refusals,
                                    offered,
                                    entries);
        };
    }

    /**
     * The session after the next event.
     *
     * @throws BrokenHistory if an earlier event of its aggregate is missing
     */
    FunnelSession after(FunnelDefinition definition, LoggedEvent event) {
        return switch (event.payload()) {
            case ExternalEventReceived external -> afterExternal(definition, event, external);
            case CommandRefused refused -> afterRefusal(event, refused);
            default ->
                    event.isOfSession()
                            ? afterOwn(definition, event)
                            : afterSite(definition, event);
        };
    }

    // Our own sessions: one entry each. Only the log's order matters, save for the place of a fact.

    private static FunnelSession nothing(
            FunnelDefinition definition, LoggedEvent event, OnboardingStarted started) {
        List<OfferedStage> offered = offeredBy(definition, started);
        return new FunnelSession(
                event.sessionId(),
                0,
                SiteStates.NONE,
                0,
                offered,
                List.of(
                        new FunnelEntry(
                                0,
                                offered.stream().map(OfferedStage::name).toList(),
                                definition.dimensions().stream()
                                        .map(it -> it.counted(firstValue(it, started)))
                                        .toList(),
                                TestTraffic.isTest(started.getSource()),
                                List.of())));
    }

    private static List<OfferedStage> offeredBy(
            FunnelDefinition definition, OnboardingStarted started) {
        List<OfferedStep> steps =
                started.getStepsList().stream()
                        .sorted(Comparator.comparingInt(OfferedStep::getOrdinal))
                        .toList();
        List<OfferedStage> offered = new ArrayList<>();
        for (int i = 0; i < definition.stages().size(); i++) {
            StageRule rule = definition.stages().get(i);
            if (rule.step() == null) {
                offered.add(new OfferedStage(rule.stage(), "", i));
                continue;
            }
            for (OfferedStep step : steps) {
                if (rule.step().fits(step)) {
                    String name = rule.isEachStep() ? step.getStepId() : rule.stage();
                    offered.add(new OfferedStage(name, step.getStepId(), i));
                    if (!rule.isEachStep()) {
                        break;
                    }
                }
            }
        }
        return List.copyOf(offered);
    }

    private static String firstValue(Dimension dimension, OnboardingStarted started) {
        return switch (dimension.name()) {
            case Dimension.FLOW -> started.getFlowId();
            case Dimension.VERSION -> String.valueOf(started.getFlowVersion());
            case Dimension.VARIANT -> started.getVariant();
            case Dimension.SOURCE -> StoredText.of(started.getSource());
            default -> Dimension.NONE;
        };
    }

    private FunnelSession afterOwn(FunnelDefinition definition, LoggedEvent event) {
        if (event.sequence() != revision) {
            throw new BrokenHistory(event, "an earlier event of its session is missing");
        }
        List<Fact> facts = new ArrayList<>(entries.getFirst().facts());
        addMatches(definition, event, facts);
        switch (event.payload()) {
            case OnboardingStepSkipped step ->
                    keepLast(event, step.getStepId(), Fact.Kind.SKIPPED, facts);
            case OnboardingStepReopened step ->
                    keepLast(event, step.getStepId(), Fact.Kind.REOPENED, facts);
            case OnboardingAbandoned abandonment ->
                    keepLast(
                            Fact.of(Fact.Kind.ABANDONED, -1, "", event),
                            FunnelSession::isOfPresence,
                            facts);
            case OnboardingResumed resumed ->
                    keepLast(
                            Fact.of(Fact.Kind.RESUMED, -1, "", event),
                            FunnelSession::isOfPresence,
                            facts);
            case OnboardingReset reset -> add(Fact.of(Fact.Kind.RESET, -1, "", event), facts);
            default -> {
                // The others reach stages only, and the path is a dimension.
            }
        }
        List<String> values = entries.getFirst().dimensionValues();
        if (event.payload() instanceof OnboardingPathSelected selected) {
            values = with(definition, Dimension.PATH, selected.getPathId(), values);
        }
        return own(revision + 1, sites, refusals, values, facts);
    }

    private FunnelSession afterSite(FunnelDefinition definition, LoggedEvent event) {
        SiteStates next = sites.after(event);
        List<Fact> facts = new ArrayList<>(entries.getFirst().facts());
        addMatches(definition, event, facts);
        if (next.leading() != sites.leading()) {
            keepLast(
                    Fact.of(Fact.Kind.SITE, -1, FunnelEntry.word(next.leading()), event),
                    fact -> fact.kind() == Fact.Kind.SITE,
                    facts);
        }
        List<String> values = entries.getFirst().dimensionValues();
        if (event.payload() instanceof SiteProvisionRequested requested && sites.all().isEmpty()) {
            values = with(definition, Dimension.HOSTING, word(requested, event), values);
        }
        return own(revision, next, refusals, values, facts);
    }

    private FunnelSession afterRefusal(LoggedEvent event, CommandRefused refused) {
        if (event.sequence() != refusals) {
            throw new BrokenHistory(event, "an earlier refusal of its session is missing");
        }
        List<Fact> facts = new ArrayList<>(entries.getFirst().facts());
        int stage = -1;
        for (int i = 0; i < offered.size() && stage < 0; i++) {
            if (!refused.getStepId().isEmpty()
                    && offered.get(i).step().equals(refused.getStepId())) {
                stage = i;
            }
        }
        add(Fact.of(Fact.Kind.REFUSED, stage, StoredText.of(refused.getCode()), event), facts);
        return own(revision, sites, refusals + 1, entries.getFirst().dimensionValues(), facts);
    }

    private FunnelSession own(
            long revision, SiteStates sites, long refusals, List<String> values, List<Fact> facts) {
        FunnelEntry before = entries.getFirst();
        return new FunnelSession(
                sessionId,
                revision,
                sites,
                refusals,
                offered,
                List.of(
                        new FunnelEntry(
                                hasStart(facts) ? 1 : 0,
                                before.stages(),
                                values,
                                before.test(),
                                List.copyOf(facts))));
    }

    private void keepLast(LoggedEvent event, String stepId, Fact.Kind kind, List<Fact> facts) {
        for (int i = 0; i < offered.size(); i++) {
            int stage = i;
            if (offered.get(stage).step().equals(stepId)) {
                keepLast(
                        Fact.of(kind, stage, "", event),
                        fact -> fact.stage() == stage && isOfSkipping(fact),
                        facts);
            }
        }
    }

    private static boolean isOfSkipping(Fact fact) {
        return fact.kind() == Fact.Kind.SKIPPED || fact.kind() == Fact.Kind.REOPENED;
    }

    private static boolean isOfPresence(Fact fact) {
        return fact.kind() == Fact.Kind.ABANDONED || fact.kind() == Fact.Kind.RESUMED;
    }

    private static void keepLast(Fact fact, Predicate<Fact> replaced, List<Fact> facts) {
        facts.removeIf(replaced);
        add(fact, facts);
    }

    private static List<String> with(
            FunnelDefinition definition, String name, String value, List<String> values) {
        List<String> changed = new ArrayList<>(values);
        for (int i = 0; i < changed.size(); i++) {
            Dimension dimension = definition.dimensions().get(i);
            if (dimension.name().equals(name)) {
                changed.set(i, dimension.counted(StoredText.of(value)));
            }
        }
        return List.copyOf(changed);
    }

    private static String word(SiteProvisionRequested requested, LoggedEvent event) {
        HostingMode mode = requested.getHostingMode();
        return switch (mode) {
            case HOSTING_MODE_USER_GIT, HOSTING_MODE_PLATFORM_TEMPLATE ->
                    Condition.text(mode.getValueDescriptor());
            case HOSTING_MODE_UNSPECIFIED, UNRECOGNIZED ->
                    throw new BrokenHistory(event, "its hosting mode is of a newer schema");
        };
    }

    // Another service's sessions: events come in any order, so entries are cut anew each time.

    private static FunnelSession nothing(
            FunnelDefinition definition, LoggedEvent event, ExternalEventReceived external) {
        List<OfferedStage> offered = new ArrayList<>();
        for (int i = 0; i < definition.stages().size(); i++) {
            offered.add(new OfferedStage(definition.stages().get(i).stage(), "", i));
        }
        return new FunnelSession(
                event.aggregateId(),
                0,
                SiteStates.NONE,
                0,
                List.copyOf(offered),
                List.of(
                        new FunnelEntry(
                                0,
                                offered.stream().map(OfferedStage::name).toList(),
                                definition.dimensions().stream()
                                        .map(it -> firstValue(it, external))
                                        .toList(),
                                TestTraffic.isTest(external.getSourceService()),
                                List.of())));
    }

    private static String firstValue(Dimension dimension, ExternalEventReceived external) {
        return dimension.name().equals(Dimension.SERVICE)
                ? external.getSourceService()
                : Dimension.NONE;
    }

    private FunnelSession afterExternal(
            FunnelDefinition definition, LoggedEvent event, ExternalEventReceived external) {
        if (event.sequence() != revision) {
            throw new BrokenHistory(event, "an earlier event of its session is missing");
        }
        List<Fact> facts = new ArrayList<>();
        for (FunnelEntry entry : entries) {
            for (Fact fact : entry.facts()) {
                if (fact.kind() != Fact.Kind.RESET) {
                    facts.add(fact);
                }
            }
        }
        if (!isRepeated(StoredText.of(external.getSourceEventId()), facts)) {
            addMatches(definition, event, facts);
        }
        return new FunnelSession(
                sessionId, revision + 1, sites, refusals, offered, cut(definition, facts));
    }

    /** The other service sent the same event again. */
    private static boolean isRepeated(String sourceEventId, List<Fact> facts) {
        for (Fact fact : facts) {
            if (isOfEvent(fact) && fact.detail().equals(sourceEventId)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfEvent(Fact fact) {
        return fact.kind() == Fact.Kind.REACHED || fact.kind() == Fact.Kind.EXITED;
    }

    /** Cuts facts into entries: each has what happened from its start until the next one's. */
    private List<FunnelEntry> cut(FunnelDefinition definition, List<Fact> facts) {
        List<FunnelEntry> cut = new ArrayList<>();
        List<Fact> current = new ArrayList<>();
        Fact start = null;
        for (Fact fact : facts) {
            if (isStart(fact)) {
                if (start != null && fact.timeMicros() - start.timeMicros() > SAME_START_MICROS) {
                    current.add(
                            new Fact(
                                    Fact.Kind.RESET,
                                    -1,
                                    "",
                                    fact.timeMicros(),
                                    fact.appendedMicros(),
                                    fact.position(),
                                    fact.eventId()));
                    cut.add(entry(definition, cut.size() + 1, current));
                    current = new ArrayList<>();
                    start = fact;
                } else if (start == null) {
                    start = fact;
                }
            }
            current.add(fact);
        }
        cut.add(entry(definition, start == null ? 0 : cut.size() + 1, current));
        return List.copyOf(cut);
    }

    private FunnelEntry entry(FunnelDefinition definition, int number, List<Fact> facts) {
        FunnelEntry any = entries.getFirst();
        List<String> values = new ArrayList<>(any.dimensionValues());
        for (int i = 0; i < values.size(); i++) {
            if (!definition.dimensions().get(i).field().isEmpty()) {
                values.set(i, firstOf(i, facts));
            }
        }
        return new FunnelEntry(
                number, any.stages(), List.copyOf(values), any.test(), List.copyOf(facts));
    }

    private static String firstOf(int dimension, List<Fact> facts) {
        for (Fact fact : facts) {
            if (fact.kind() == Fact.Kind.DIMENSION && fact.stage() == dimension) {
                return fact.detail();
            }
        }
        return Dimension.NONE;
    }

    // Both.

    /** Adds what the rules of the funnel say of an event. */
    private void addMatches(FunnelDefinition definition, LoggedEvent event, List<Fact> facts) {
        Values values = new Values(event.payload());
        String detail = "";
        String type;
        if (event.payload() instanceof ExternalEventReceived external) {
            type = external.getSourceEventType();
            detail = StoredText.of(external.getSourceEventId());
        } else {
            type = EventType.of(event.payload()).wireName();
        }
        for (int stage = 0; stage < offered.size(); stage++) {
            OfferedStage it = offered.get(stage);
            StageRule rule = definition.stages().get(it.rule());
            if (reaches(rule, it, values, type, event)) {
                addBounded(Fact.of(Fact.Kind.REACHED, stage, detail, event), facts);
            }
            EventRule notOffered = rule.notOfferedWhen();
            if (notOffered != null && values.fit(notOffered, type)) {
                addBounded(Fact.of(Fact.Kind.NOT_OFFERED, stage, "", event), facts);
            }
        }
        for (int exit = 0; exit < definition.exits().size(); exit++) {
            if (fitsAny(definition.exits().get(exit).events(), values, type)) {
                addBounded(Fact.of(Fact.Kind.EXITED, exit, detail, event), facts);
            }
        }
        for (int i = 0; i < definition.dimensions().size(); i++) {
            Dimension dimension = definition.dimensions().get(i);
            String value = dimension.field().isEmpty() ? null : values.get(dimension.field());
            if (value != null) {
                addBounded(
                        Fact.of(
                                Fact.Kind.DIMENSION,
                                i,
                                dimension.counted(StoredText.of(value)),
                                event),
                        facts);
            }
        }
    }

    private static boolean reaches(
            StageRule rule, OfferedStage stage, Values values, String type, LoggedEvent event) {
        return rule.isEachStep()
                ? event.payload() instanceof OnboardingStepCompleted done
                        && done.getStepId().equals(stage.step())
                : fitsAny(rule.events(), values, type);
    }

    private static boolean fitsAny(List<EventRule> rules, Values values, String type) {
        for (EventRule rule : rules) {
            if (values.fit(rule, type)) {
                return true;
            }
        }
        return false;
    }

    private static void addBounded(Fact fact, List<Fact> facts) {
        if (facts.size() < FACTS_MAX || !hasAlike(fact, facts)) {
            add(fact, facts);
        }
    }

    private static boolean hasAlike(Fact fact, List<Fact> facts) {
        for (Fact other : facts) {
            if (other.kind() == fact.kind() && other.stage() == fact.stage()) {
                return true;
            }
        }
        return false;
    }

    /** Puts a fact in its place; most come last. */
    private static void add(Fact fact, List<Fact> facts) {
        int place = facts.size();
        while (place > 0 && Fact.ORDER.compare(facts.get(place - 1), fact) > 0) {
            place--;
        }
        facts.add(place, fact);
    }

    private static boolean isStart(Fact fact) {
        return fact.kind() == Fact.Kind.REACHED && fact.stage() == 0;
    }

    private static boolean hasStart(List<Fact> facts) {
        for (Fact fact : facts) {
            if (isStart(fact)) {
                return true;
            }
        }
        return false;
    }
}
