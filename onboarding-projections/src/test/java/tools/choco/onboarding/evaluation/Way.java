package tools.choco.onboarding.evaluation;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;
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
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;
import tools.choco.onboarding.funnel.Condition;
import tools.choco.onboarding.funnel.Dimension;
import tools.choco.onboarding.funnel.EventRule;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.Order;
import tools.choco.onboarding.funnel.StageRule;
import tools.choco.onboarding.funnel.StepRule;
import tools.choco.onboarding.funnel.Window;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One way of one session through a funnel: the events of its time, and questions about them. */
final class Way {

    private static final Comparator<LoggedEvent> IN_TIME =
            Comparator.comparing(LoggedEvent::occurredAt).thenComparing(LoggedEvent::position);

    /** A stage that was perhaps offered. */
    private record Stage(int place, String name, StageRule rule, String stepId) {}

    private final FunnelDefinition funnel;
    private final String sessionId;
    private final int number;

    /** In log order. */
    private final List<LoggedEvent> logged;

    /** In the order in which they happened. */
    private final List<LoggedEvent> happened;

    private final LoggedEvent start;
    private final boolean isSuperseded;
    private final List<Stage> stages;

    private Way(
            FunnelDefinition funnel,
            String sessionId,
            int number,
            List<LoggedEvent> logged,
            LoggedEvent start,
            boolean isSuperseded,
            List<Stage> stages) {
        this.funnel = funnel;
        this.sessionId = sessionId;
        this.number = number;
        this.logged = logged;
        this.happened = logged.stream().sorted(IN_TIME).toList();
        this.start = start;
        this.isSuperseded = isSuperseded;
        this.stages = stages;
    }

    /** The ways of one session; none if it never started. */
    static List<Way> of(FunnelDefinition funnel, String sessionId, List<LoggedEvent> events) {
        List<LoggedEvent> logged = withoutRepeats(events);
        List<Stage> stages = stages(funnel, logged);
        List<LoggedEvent> starts = new ArrayList<>();
        for (LoggedEvent event : logged.stream().sorted(IN_TIME).toList()) {
            boolean again =
                    !starts.isEmpty()
                            && (funnel.sessions().services().isEmpty()
                                    || !event.occurredAt()
                                            .isAfter(
                                                    starts.getLast()
                                                            .occurredAt()
                                                            .plus(Duration.ofHours(48))));
            if (!again && isOf(stages.getFirst(), event)) {
                starts.add(event);
            }
        }
        List<Way> ways = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            LoggedEvent from = starts.get(i);
            LoggedEvent until = i + 1 < starts.size() ? starts.get(i + 1) : null;
            boolean first = i == 0;
            ways.add(
                    new Way(
                            funnel,
                            sessionId,
                            i + 1,
                            logged.stream()
                                    .filter(it -> first || IN_TIME.compare(it, from) >= 0)
                                    .filter(it -> until == null || IN_TIME.compare(it, until) < 0)
                                    .toList(),
                            from,
                            until != null,
                            stages));
        }
        return ways;
    }

    private static List<LoggedEvent> withoutRepeats(List<LoggedEvent> events) {
        Set<String> seen = new LinkedHashSet<>();
        List<LoggedEvent> once = new ArrayList<>();
        for (LoggedEvent event : events) {
            String id =
                    event.payload() instanceof ExternalEventReceived external
                            ? external.getSourceEventId()
                            : event.eventId();
            if (seen.add(id)) {
                once.add(event);
            }
        }
        return once;
    }

    private static List<Stage> stages(FunnelDefinition funnel, List<LoggedEvent> events) {
        List<OfferedStep> steps =
                events.getFirst().payload() instanceof OnboardingStarted started
                        ? started.getStepsList().stream()
                                .sorted(Comparator.comparing(OfferedStep::getOrdinal))
                                .toList()
                        : List.of();
        List<Stage> stages = new ArrayList<>();
        for (StageRule rule : funnel.stages()) {
            List<OfferedStep> fitting =
                    steps.stream()
                            .filter(
                                    step ->
                                            switch (rule.step()) {
                                                case null -> false;
                                                case StepRule.OfKind it ->
                                                        step.getKind() == it.kind();
                                                case StepRule.Named it ->
                                                        step.getStepId().equals(it.stepId());
                                            })
                            .toList();
            if (rule.stage().isEmpty()) {
                fitting.forEach(
                        it ->
                                stages.add(
                                        new Stage(
                                                stages.size(),
                                                it.getStepId(),
                                                rule,
                                                it.getStepId())));
            } else if (rule.step() == null) {
                stages.add(new Stage(stages.size(), rule.stage(), rule, ""));
            } else if (!fitting.isEmpty()) {
                stages.add(
                        new Stage(
                                stages.size(), rule.stage(), rule, fitting.getFirst().getStepId()));
            }
        }
        return stages;
    }

    String sessionId() {
        return sessionId;
    }

    int number() {
        return number;
    }

    LocalDate day() {
        return start.occurredAt().atOffset(ZoneOffset.UTC).toLocalDate();
    }

    List<String> stageNames() {
        return stages.stream().filter(this::isOffered).map(Stage::name).toList();
    }

    boolean isTest() {
        String source =
                switch (logged.getFirst().payload()) {
                    case OnboardingStarted started -> started.getSource();
                    case ExternalEventReceived external -> external.getSourceService();
                    default -> "";
                };
        return source.startsWith("test-") || source.equals("demo");
    }

    /** What it counts as in a dimension. */
    String value(String name) {
        Dimension dimension =
                funnel.dimensions().stream().filter(it -> it.name().equals(name)).findFirst().get();
        String value =
                dimension.field().isEmpty()
                        ? ownValue(name)
                        : happened.stream()
                                .map(event -> field(event.payload(), dimension.field()))
                                .filter(it -> it != null)
                                .findFirst()
                                .orElse("");
        boolean told = dimension.values().isEmpty() || dimension.values().contains(value);
        return (told || value.isEmpty() ? value : "other").replace('\0', '\uFFFD');
    }

    private String ownValue(String name) {
        Message first = logged.getFirst().payload();
        return switch (name) {
            case "flow" -> ((OnboardingStarted) first).getFlowId();
            case "version" -> ((OnboardingStarted) first).getFlowVersion() + "";
            case "variant" -> ((OnboardingStarted) first).getVariant();
            case "source" -> ((OnboardingStarted) first).getSource();
            case "service" -> ((ExternalEventReceived) first).getSourceService();
            case "path" ->
                    logged.reversed().stream()
                            .filter(it -> it.payload() instanceof OnboardingPathSelected)
                            .map(it -> ((OnboardingPathSelected) it.payload()).getPathId())
                            .findFirst()
                            .orElse("");
            case "hosting" ->
                    logged.stream()
                            .filter(it -> it.payload() instanceof SiteProvisionRequested)
                            .map(it -> ((SiteProvisionRequested) it.payload()).getHostingMode())
                            .map(it -> it.getNumber() == 1 ? "user_git" : "platform_template")
                            .findFirst()
                            .orElse("");
            default -> throw new IllegalArgumentException(name);
        };
    }

    String outcome() {
        if (comesAtAll(stages.stream().filter(this::isOffered).toList().getLast())) {
            return "converted";
        }
        if (isSuperseded || any(it -> it.payload() instanceof OnboardingReset)) {
            return "reset";
        }
        int site = mostAdvancedSite();
        if (site == 0 || leftThroughExit()) {
            return "failed";
        }
        if (lastOf(
                it -> it.payload() instanceof OnboardingAbandoned,
                it -> it.payload() instanceof OnboardingResumed)) {
            return "dropped";
        }
        return site == 3 ? "parkedOnUser" : site == -1 || site == 9 ? "inFlight" : "parkedOnUs";
    }

    private boolean leftThroughExit() {
        return happened.stream().anyMatch(it -> isExit(it) && IN_TIME.compare(it, start) > 0);
    }

    /** Failed 0, requested 1, resolving 2, awaiting the user 3, ... live 9; -1 without a site. */
    private int mostAdvancedSite() {
        Map<String, Integer> sites = new HashMap<>();
        for (LoggedEvent event : logged) {
            switch (event.payload()) {
                case SiteProvisionRequested it -> sites.put(it.getSiteId(), 1);
                case WelcomeSiteAdopted it -> sites.put(it.getSiteId(), 1);
                case WelcomeSiteProvisioned it -> sites.put(it.getSiteId(), 9);
                case SiteProvisionStateChanged it ->
                        sites.put(
                                it.getSiteId(),
                                switch (it.getToStateValue()) {
                                    case 3 -> 4;
                                    case 4 -> 3;
                                    case 10 -> 0;
                                    default -> it.getToStateValue();
                                });
                default -> {
                    // Says nothing about where a site is.
                }
            }
        }
        return sites.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    }

    boolean isOffered(String stage) {
        return stage(stage).filter(this::isOffered).isPresent();
    }

    private boolean isOffered(Stage stage) {
        EventRule not = stage.rule().notOfferedWhen();
        return comesAtAll(stage) || not == null || !any(it -> fits(not, it));
    }

    /** Whether it stands skipped. */
    boolean isSkipped(String stage) {
        return stage(stage).filter(this::isOffered).filter(this::isSkipped).isPresent();
    }

    private boolean isSkipped(Stage stage) {
        return !comesAtAll(stage)
                && !stage.stepId().isEmpty()
                && lastOf(it -> skips(stage, it), it -> reopens(stage, it));
    }

    private static boolean skips(Stage stage, LoggedEvent event) {
        return event.payload() instanceof OnboardingStepSkipped it
                && it.getStepId().equals(stage.stepId());
    }

    private static boolean reopens(Stage stage, LoggedEvent event) {
        return event.payload() instanceof OnboardingStepReopened it
                && it.getStepId().equals(stage.stepId());
    }

    /** The event that reached or skipped a stage. */
    @Nullable LoggedEvent passedBy(String name, Order order) {
        Stage stage = stage(name).orElseThrow();
        LoggedEvent reached = reachedBy(stage, order);
        if (reached != null || !isSkipped(stage)) {
            return reached;
        }
        return logged.reversed().stream().filter(it -> skips(stage, it)).findFirst().get();
    }

    /** The event that reached a stage under an order. */
    @Nullable LoggedEvent reachedBy(String name, Order order) {
        return reachedBy(stage(name).orElseThrow(), order);
    }

    private @Nullable LoggedEvent reachedBy(Stage stage, Order order) {
        if (!isOffered(stage)) {
            return null;
        }
        if (order != Order.ANY || !funnel.furthest()) {
            return reachedByItself(stage, order);
        }
        if (isSkipped(stage)) {
            return null;
        }
        return stages.stream()
                .filter(it -> it.place() >= stage.place() && isOffered(it))
                .map(it -> Optional.ofNullable(reachedByItself(it, order)))
                .flatMap(Optional::stream)
                .min(IN_TIME)
                .orElse(null);
    }

    private @Nullable LoggedEvent reachedByItself(Stage stage, Order order) {
        if (stage.place() == 0) {
            return start;
        }
        return order == Order.ANY ? anyhow(stage) : inChain(stage, order == Order.STRICT);
    }

    private @Nullable LoggedEvent anyhow(Stage stage) {
        for (LoggedEvent event : happened) {
            if (isOf(stage, event) && IN_TIME.compare(event, start) >= 0 && !isAfterExit(event)) {
                Instant opened = start.occurredAt();
                for (Stage before : stages.subList(0, stage.place())) {
                    LoggedEvent by = isOffered(before) ? reachedByItself(before, Order.ANY) : null;
                    if (by != null && IN_TIME.compare(by, event) <= 0) {
                        opened = by.occurredAt();
                    }
                }
                if (isWithin(stage.rule().window(), opened, event)) {
                    return event;
                }
            }
        }
        return null;
    }

    private @Nullable LoggedEvent inChain(Stage stage, boolean strict) {
        Stage before =
                stages.subList(0, stage.place()).reversed().stream()
                        .filter(it -> it.place() == 0 || isOffered(it) && !isSkipped(it))
                        .findFirst()
                        .get();
        LoggedEvent from = reachedByItself(before, strict ? Order.STRICT : Order.ORDERED);
        if (from == null) {
            return null;
        }
        for (LoggedEvent event : happened) {
            if (IN_TIME.compare(event, from) < 0) {
                continue;
            }
            if (isExit(event) && IN_TIME.compare(event, start) > 0) {
                return null;
            }
            if (isOf(stage, event)) {
                return isWithin(stage.rule().window(), from.occurredAt(), event) ? event : null;
            }
            boolean interrupts =
                    IN_TIME.compare(event, from) > 0
                            && stages.stream()
                                    .filter(it -> it.place() != before.place())
                                    .anyMatch(it -> isOf(it, event));
            if (strict && interrupts) {
                return null;
            }
        }
        return null;
    }

    private boolean isAfterExit(LoggedEvent event) {
        return happened.stream()
                .anyMatch(
                        it ->
                                isExit(it)
                                        && IN_TIME.compare(it, start) > 0
                                        && IN_TIME.compare(it, event) < 0);
    }

    private static boolean isWithin(Window window, Instant opened, LoggedEvent event) {
        return window == Window.UNLIMITED
                || Duration.between(opened, event.occurredAt()).toNanos() / 1_000
                        <= window.micros();
    }

    /** Time from the start to an event. */
    Duration sinceStart(LoggedEvent event) {
        return Duration.between(start.occurredAt(), event.occurredAt());
    }

    /** Whether it ended without an end: given up, or let go through an exit. */
    boolean isLost() {
        return outcome().equals("dropped") || outcome().equals("failed") && leftThroughExit();
    }

    String furthest(Order order) {
        return stages.stream().filter(it -> reachedBy(it, order) != null).toList().getLast().name();
    }

    String lastDone() {
        String last = "";
        for (LoggedEvent event : happened) {
            for (Stage stage : stages) {
                if (isOf(stage, event)) {
                    last = "reached " + stage.name();
                } else if (!stage.stepId().isEmpty() && skips(stage, event)) {
                    last = "skipped " + stage.name();
                } else if (!stage.stepId().isEmpty() && reopens(stage, event)) {
                    last = "reopened " + stage.name();
                }
            }
            if (event.payload() instanceof CommandRefused refused) {
                last = "refused " + refused.getCode();
            }
        }
        return last;
    }

    /** Stage and code of every refusal, without repeats. */
    Set<List<String>> refusals() {
        Set<List<String>> met = new LinkedHashSet<>();
        for (LoggedEvent event : happened) {
            if (event.payload() instanceof CommandRefused refused) {
                Optional<Stage> named =
                        stages.stream()
                                .filter(it -> !it.stepId().isEmpty())
                                .filter(it -> it.stepId().equals(refused.getStepId()))
                                .findFirst();
                met.add(List.of(named.orElseGet(() -> atHand(event)).name(), refused.getCode()));
            }
        }
        return met;
    }

    private Stage atHand(LoggedEvent refusal) {
        int furthest =
                stages.stream()
                        .filter(
                                it ->
                                        happened.stream()
                                                .filter(e -> IN_TIME.compare(e, refusal) < 0)
                                                .anyMatch(e -> isOf(it, e)))
                        .mapToInt(Stage::place)
                        .max()
                        .orElse(0);
        List<Stage> offered = stages.stream().filter(this::isOffered).toList();
        return offered.stream()
                .filter(it -> it.place() > furthest)
                .findFirst()
                .orElse(offered.getLast());
    }

    private Optional<Stage> stage(String name) {
        return stages.stream().filter(it -> it.name().equals(name)).findFirst();
    }

    /** Whether an event of the stage comes at or after the start. */
    private boolean comesAtAll(Stage stage) {
        return any(it -> isOf(stage, it) && IN_TIME.compare(it, start) >= 0);
    }

    private boolean any(Predicate<LoggedEvent> which) {
        return logged.stream().anyMatch(which);
    }

    /** Whether the last event that is either is of the first kind. */
    private boolean lastOf(Predicate<LoggedEvent> yes, Predicate<LoggedEvent> no) {
        return logged.reversed().stream().filter(yes.or(no)).findFirst().filter(yes).isPresent();
    }

    private boolean isExit(LoggedEvent event) {
        return funnel.exits().stream()
                .flatMap(it -> it.events().stream())
                .anyMatch(it -> fits(it, event));
    }

    private static boolean isOf(Stage stage, LoggedEvent event) {
        return stage.rule().stage().isEmpty()
                ? event.payload() instanceof OnboardingStepCompleted done
                        && done.getStepId().equals(stage.stepId())
                : stage.rule().events().stream().anyMatch(it -> fits(it, event));
    }

    private static boolean fits(EventRule rule, LoggedEvent event) {
        String type =
                event.payload() instanceof ExternalEventReceived external
                        ? external.getSourceEventType()
                        : EventType.of(event.payload()).wireName();
        return type.equals(rule.type())
                && rule.conditions().stream().allMatch(it -> holds(it, event.payload()));
    }

    private static boolean holds(Condition condition, Message event) {
        String value = field(event, condition.field());
        return value != null && condition.negated() != condition.values().contains(value);
    }

    private static @Nullable String field(Message event, String name) {
        if (event instanceof ExternalEventReceived external) {
            JsonNode json =
                    JsonMapper.shared()
                            .readTree(external.getPayload().toStringUtf8())
                            .at("/" + name.replace('.', '/'));
            return json.isValueNode() && !json.isNull() ? json.asString() : null;
        }
        FieldDescriptor field = event.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            return null;
        }
        String text = event.getField(field).toString();
        return field.getType() == FieldDescriptor.Type.ENUM
                ? text.replaceFirst("^(PROVISIONING_STATE|HOSTING_MODE|ERROR_KIND)_", "")
                        .toLowerCase(Locale.ROOT)
                : text;
    }
}
