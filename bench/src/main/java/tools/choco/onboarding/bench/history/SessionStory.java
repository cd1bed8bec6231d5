package tools.choco.onboarding.bench.history;

import static tools.choco.onboarding.events.v1.StepKind.STEP_KIND_FORM;
import static tools.choco.onboarding.events.v1.StepKind.STEP_KIND_PATH;
import static tools.choco.onboarding.events.v1.StepKind.STEP_KIND_SITE;

import com.fasterxml.uuid.Generators;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;
import tools.choco.onboarding.events.v1.OfferedPath;
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
import tools.choco.onboarding.events.v1.ResetInitiator;
import tools.choco.onboarding.events.v1.SealedAnswers;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;

/**
 * A user on the way through a flow, from the first visit to the end, and what the service does
 * meanwhile. Keeps the rules of {@code domain.md}: the session could be rebuilt from its events.
 */
final class SessionStory extends Story {

    /** What is known of somebody who starts. */
    record Visitor(
            String userId,
            String keyId,
            String flowId,
            String workspaceId,
            String variant,
            String source,
            boolean linked) {}

    private enum Status {
        PENDING,
        COMPLETED,
        SKIPPED
    }

    private static final List<String> SKIP_REASONS =
            List.of("later", "not for me", "too long", "have it already");
    private static final List<String> RESET_REASONS =
            List.of("wrong path", "start over", "testing", "other team");
    private static final List<String> REFUSALS =
            List.of("answers_invalid", "revision_conflict", "step_not_skippable");

    private static final Duration THINKING = Duration.ofSeconds(45);
    private static final Duration BREAK = Duration.ofHours(5);
    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(5);

    private static final double RESETS = 0.03;
    private static final double DROPS = 0.045;
    private static final double RETURNS = 0.18;
    private static final double BREAKS = 0.06;
    private static final double SKIPS = 0.38;
    private static final double REOPENS = 0.025;
    private static final double AMENDS = 0.05;
    private static final double REFUSED = 0.07;
    private static final double OUT_OF_ORDER = 0.06;
    private static final double WELCOME_SITES = 0.4;
    private static final double MORE_SITES = 0.15;

    private final Flows flows;
    private final History.Calendar calendar;
    private final Visitor visitor;
    private final Flow flow;
    private final World.Stream stream;
    private final World.Stream refusals;
    private final Status[] steps;
    private final List<SiteStory> sites = new ArrayList<>();
    private final boolean isReset;
    private final double dropping;
    private String workspaceId;
    private long startedAt;
    private long lastEventAt;
    private long lastActivityAt;
    private String lastStepId = "";
    private boolean abandoned;
    private boolean completed;
    private boolean over;

    SessionStory(World world, Dice dice, Flows flows, History.Calendar calendar, Visitor visitor) {
        super(world, dice);
        this.flows = flows;
        this.calendar = calendar;
        this.visitor = visitor;
        flow = flows.offered(visitor.flowId(), calendar.share(world.now()));
        workspaceId = visitor.workspaceId();
        stream = new World.Stream(world.newId());
        refusals =
                new World.Stream(
                        Generators.nameBasedGenerator(null).generate("refusals/" + stream.id()));
        steps = new Status[flow.steps().size()];
        Arrays.fill(steps, Status.PENDING);
        isReset = dice.chance(RESETS);
        // The newer the flow, the fewer give up; some sources bring the curious.
        dropping = DROPS * (1.2 - 0.1 * flow.version()) * (visitor.source().isEmpty() ? 1.6 : 1);
    }

    /** The first visit. */
    void start() {
        start("", world.requestOf(visitor.userId()));
    }

    private void start(String previousSessionId, Map<String, String> request) {
        startedAt = world.now();
        lastEventAt = startedAt;
        lastActivityAt = startedAt;
        world.store(stream, started(previousSessionId), request);
        after(dice.about(THINKING), this::turn);
        if (isReset) {
            // Mostly on the way, sometimes of what is done.
            after(dice.about(Duration.ofMinutes(4)), this::reset);
        }
    }

    /** The user is there and does the next thing, or leaves. */
    private void turn() {
        if (over || completed) {
            return;
        }
        if (!abandoned && dice.chance(dropping)) {
            leave();
            return;
        }
        int step = next();
        if (step < 0) {
            finish();
            return;
        }
        if (flow.steps().get(step).kind() == StepKind.FORM && dice.chance(REFUSED)) {
            refuse(flow.steps().get(step));
            after(dice.about(THINKING.dividedBy(3)), this::turn);
            return;
        }
        act(step);
        goOn();
    }

    private void goOn() {
        if (over || completed) {
            return;
        }
        if (dice.chance(BREAKS)) {
            after(dice.about(BREAK), this::visitAgain);
        } else {
            after(dice.about(THINKING), this::turn);
        }
    }

    /** The first thing a client does is to start; after a long while that resumes. */
    private void visitAgain() {
        if (over || completed) {
            return;
        }
        if (abandoned || idleMicros() > micros(flow.resumeThreshold())) {
            resume(world.requestOf(visitor.userId()));
        }
        after(dice.about(THINKING), this::turn);
    }

    /** The step that comes next, or another that is open; -1 if nothing is left for the user. */
    private int next() {
        int first = -1;
        for (int i = 0; i < steps.length; i++) {
            if (isOpenToUser(i) && (first < 0 || dice.chance(OUT_OF_ORDER))) {
                first = i;
            }
        }
        return first;
    }

    private boolean isOpenToUser(int step) {
        return steps[step] == Status.PENDING && (!isSite(step) || sites.isEmpty());
    }

    private boolean isSite(int step) {
        return flow.steps().get(step).kind() == StepKind.SITE;
    }

    private void act(int index) {
        var step = flow.steps().get(index);
        var request = world.requestOf(visitor.userId());
        comeBack(request);
        if (step.skippable() && dice.chance(SKIPS)) {
            skip(index, request);
            return;
        }
        switch (step.kind()) {
            case FORM -> answer(index, request);
            case PATH -> choose(request);
            case SITE -> requestSite(request);
        }
        if (dice.chance(REOPENS) && !completed) {
            after(dice.about(THINKING), () -> reopen(index));
        } else if (dice.chance(AMENDS) && !completed) {
            after(dice.about(THINKING.multipliedBy(4)), () -> amend(index));
        }
    }

    private void answer(int index, Map<String, String> request) {
        var step = flow.steps().get(index);
        boolean again = steps[index] == Status.COMPLETED;
        if (step.key().equals("workspace-hub") && workspaceId.isEmpty()) {
            workspaceId = "ws-" + dice.below(40_000);
        }
        world.store(
                stream,
                OnboardingStepCompleted.newBuilder()
                        .setSessionId(stream.id())
                        .setUserId(visitor.userId())
                        .setOccurredAt(world.timestamp())
                        .setStepId(step.key())
                        .setOrdinal(step.ordinal())
                        .setStepDurationMs(millisSince(lastEventAt))
                        .setAnswers(sealed(step))
                        .setAnswerSchemaVersion(flow.version())
                        .setAmended(again)
                        .build(),
                request);
        steps[index] = Status.COMPLETED;
        acted(step.key());
        completeIfSiteIsDone(request);
    }

    /** As long as a text is when it is sealed: random bytes too. */
    SealedText sealed(String text) {
        return SealedText.newBuilder()
                .setKeyId(visitor.keyId())
                .setNonce(dice.byteString(12))
                .setCiphertext(dice.byteString(text.length() + 16))
                .build();
    }

    /** As long as answers of the step are: random bytes, since nobody holds the key. */
    private SealedAnswers sealed(Step step) {
        int length =
                switch (step.key()) {
                    case "profile" -> 48 + dice.below(160);
                    case "work-profile" -> 90 + dice.below(240);
                    case "tools" -> 30 + dice.below(180);
                    case "invite" -> 40 + dice.below(300);
                    default -> 24 + dice.below(60);
                };
        return SealedAnswers.newBuilder()
                .setKeyId(visitor.keyId())
                .setNonce(dice.byteString(12))
                .setCiphertext(dice.byteString(length + 16))
                .build();
    }

    private void skip(int index, Map<String, String> request) {
        var step = flow.steps().get(index);
        world.store(
                stream,
                OnboardingStepSkipped.newBuilder()
                        .setSessionId(stream.id())
                        .setUserId(visitor.userId())
                        .setOccurredAt(world.timestamp())
                        .setStepId(step.key())
                        .setOrdinal(step.ordinal())
                        .setSealedSkipReason(sealed(dice.skewed(SKIP_REASONS)))
                        .build(),
                request);
        steps[index] = Status.SKIPPED;
        acted(step.key());
    }

    private void choose(Map<String, String> request) {
        for (int i = 0; i < steps.length; i++) {
            var step = flow.steps().get(i);
            if (step.kind() == StepKind.PATH) {
                world.store(
                        stream,
                        OnboardingPathSelected.newBuilder()
                                .setSessionId(stream.id())
                                .setUserId(visitor.userId())
                                .setOccurredAt(world.timestamp())
                                .setPathId(dice.skewed(flow.paths()).key())
                                .build(),
                        request);
                steps[i] = Status.COMPLETED;
                acted(step.key());
                completeIfSiteIsDone(request);
                return;
            }
        }
    }

    private void amend(int index) {
        if (over || completed || steps[index] != Status.COMPLETED || isSite(index)) {
            return;
        }
        var request = world.requestOf(visitor.userId());
        comeBack(request);
        if (flow.steps().get(index).kind() == StepKind.PATH) {
            choose(request);
        } else {
            answer(index, request);
        }
    }

    private void reopen(int index) {
        if (over || completed || steps[index] != Status.COMPLETED || isSite(index)) {
            return;
        }
        var step = flow.steps().get(index);
        var request = world.requestOf(visitor.userId());
        comeBack(request);
        world.store(
                stream,
                OnboardingStepReopened.newBuilder()
                        .setSessionId(stream.id())
                        .setUserId(visitor.userId())
                        .setOccurredAt(world.timestamp())
                        .setStepId(step.key())
                        .setOrdinal(step.ordinal())
                        .build(),
                request);
        steps[index] = Status.PENDING;
        acted(step.key());
    }

    private void refuse(Step step) {
        var code = dice.skewed(REFUSALS);
        var refused =
                CommandRefused.newBuilder()
                        .setRefusalsId(refusals.id())
                        .setSessionId(stream.id())
                        .setUserId(visitor.userId())
                        .setOccurredAt(world.timestamp())
                        .setCommand("complete_step")
                        .setStepId(step.key())
                        .setCode(code);
        if (code.equals("answers_invalid")) {
            refused.addIssues("/answers/" + step.key() + " too_long");
        }
        world.store(refusals, refused.build(), world.cause(visitor.userId()));
    }

    private void requestSite(Map<String, String> request) {
        boolean welcome = dice.chance(WELCOME_SITES);
        var slug = "s" + Long.toString(dice.nextLong() >>> 24, 36) + "-" + sites.size();
        UUID siteId =
                Generators.nameBasedGenerator(UUID.fromString(stream.id()))
                        .generate(slug.getBytes(StandardCharsets.UTF_8));
        var site =
                new SiteStory(
                        world,
                        dice.split(),
                        this,
                        siteId,
                        slug,
                        flow.paths().isEmpty()
                                ? "docs-starter"
                                : dice.skewed(flow.paths()).key() + "-starter",
                        welcome);
        sites.add(site);
        site.request(request);
        world.begin(site);
        if (sites.size() < 3 && dice.chance(MORE_SITES)) {
            after(dice.between(Duration.ofSeconds(5), Duration.ofMinutes(2)), this::requestMore);
        }
    }

    private void requestMore() {
        if (!over && !completed) {
            var request = world.requestOf(visitor.userId());
            comeBack(request);
            requestSite(request);
        }
    }

    /** A site of the session is there; told by the service, so it is no activity of the user's. */
    void siteReady(String siteId, Map<String, String> cause) {
        for (int i = 0; i < steps.length; i++) {
            if (!over && !completed && isSite(i) && steps[i] != Status.COMPLETED) {
                var step = flow.steps().get(i);
                world.store(
                        stream,
                        OnboardingStepCompleted.newBuilder()
                                .setSessionId(stream.id())
                                .setUserId(visitor.userId())
                                .setOccurredAt(world.timestamp())
                                .setStepId(step.key())
                                .setOrdinal(step.ordinal())
                                .setStepDurationMs(millisSince(lastEventAt))
                                .setAnswerSchemaVersion(flow.version())
                                .setSiteId(siteId)
                                .build(),
                        cause);
                steps[i] = Status.COMPLETED;
                lastEventAt = world.now();
                completeIfSiteIsDone(cause);
            }
        }
    }

    private void completeIfSiteIsDone(Map<String, String> cause) {
        boolean siteDone = false;
        for (int i = 0; i < steps.length; i++) {
            if (flow.steps().get(i).required() && steps[i] != Status.COMPLETED) {
                return;
            }
            siteDone |= isSite(i) && steps[i] == Status.COMPLETED;
        }
        if (siteDone) {
            complete(cause);
        }
    }

    /** Nothing is left for the user: without a site it is they who complete. */
    private void finish() {
        for (int i = 0; i < steps.length; i++) {
            if (flow.steps().get(i).required() && steps[i] != Status.COMPLETED) {
                // That can only be a site, which is under way, parked or failed.
                leave();
                return;
            }
        }
        var request = world.requestOf(visitor.userId());
        comeBack(request);
        complete(request);
    }

    private void complete(Map<String, String> cause) {
        int done = 0;
        int skipped = 0;
        for (var status : steps) {
            done += status == Status.COMPLETED ? 1 : 0;
            skipped += status == Status.SKIPPED ? 1 : 0;
        }
        world.store(
                stream,
                OnboardingCompleted.newBuilder()
                        .setSessionId(stream.id())
                        .setUserId(visitor.userId())
                        .setOccurredAt(world.timestamp())
                        .setTotalSteps(steps.length)
                        .setCompletedSteps(done)
                        .setSkippedSteps(skipped)
                        .setTotalDurationMs(millisSince(startedAt))
                        .build(),
                cause);
        lastEventAt = world.now();
        completed = true;
    }

    /** The user is gone; the sweep notices in its time. */
    private void leave() {
        at(
                lastActivityAt
                        + micros(flow.idleLimit())
                        + dice.between(Duration.ofSeconds(1), SWEEP_INTERVAL),
                this::sweep);
    }

    private void sweep() {
        if (over || completed || abandoned || waitsForSiteOnly()) {
            return;
        }
        if (idleMicros() < micros(flow.idleLimit())) {
            leave();
            return;
        }
        world.store(
                stream,
                OnboardingAbandoned.newBuilder()
                        .setSessionId(stream.id())
                        .setUserId(visitor.userId())
                        .setOccurredAt(world.timestamp())
                        .setIdleDurationMs(TimeUnit.MICROSECONDS.toMillis(idleMicros()))
                        .setLastStepId(lastStepId)
                        .build(),
                world.cause("idle-sweep"));
        lastEventAt = world.now();
        abandoned = true;
        if (dice.chance(RETURNS)) {
            after(dice.between(Duration.ofHours(20), Duration.ofDays(20)), this::turn);
        }
    }

    private boolean waitsForSiteOnly() {
        boolean waits = false;
        for (int i = 0; i < steps.length; i++) {
            if (flow.steps().get(i).required() && steps[i] != Status.COMPLETED) {
                if (!isSite(i) || sites.isEmpty()) {
                    return false;
                }
                waits = true;
            }
        }
        return waits;
    }

    private void comeBack(Map<String, String> request) {
        if (abandoned) {
            resume(request);
        }
    }

    private void resume(Map<String, String> request) {
        world.store(
                stream,
                OnboardingResumed.newBuilder()
                        .setSessionId(stream.id())
                        .setUserId(visitor.userId())
                        .setOccurredAt(world.timestamp())
                        .setGapDurationMs(TimeUnit.MICROSECONDS.toMillis(idleMicros()))
                        .setLastStepId(lastStepId)
                        .build(),
                request);
        abandoned = false;
        acted(lastStepId);
    }

    /** By the user or, one in five, by an operator; in one append with the session that follows. */
    private void reset() {
        if (over) {
            return;
        }
        boolean self = dice.chance(0.8);
        var actor = self ? visitor.userId() : "operator-" + dice.below(5);
        var request = self ? world.requestOf(actor) : world.cause(actor);
        if (self) {
            comeBack(request);
        }
        var next =
                new SessionStory(
                        world,
                        dice.split(),
                        flows,
                        calendar,
                        new Visitor(
                                visitor.userId(),
                                visitor.keyId(),
                                visitor.flowId(),
                                workspaceId,
                                variant(),
                                visitor.source(),
                                visitor.linked()));
        var eventId =
                world.store(
                        stream,
                        OnboardingReset.newBuilder()
                                .setSessionId(stream.id())
                                .setUserId(visitor.userId())
                                .setOccurredAt(world.timestamp())
                                .setInitiatedBy(
                                        self
                                                ? ResetInitiator.RESET_INITIATOR_SELF
                                                : ResetInitiator.RESET_INITIATOR_ADMIN)
                                .setActorId(actor)
                                .setSealedReason(sealed(dice.oneOf(RESET_REASONS)))
                                .setNewSessionId(next.stream.id())
                                .build(),
                        request);
        over = true;
        next.start(stream.id(), World.because(eventId, request));
        world.begin(next);
    }

    private OnboardingStarted started(String previousSessionId) {
        var event =
                OnboardingStarted.newBuilder()
                        .setSessionId(stream.id())
                        .setUserId(visitor.userId())
                        .setOccurredAt(world.timestamp())
                        .setWorkspaceId(visitor.workspaceId())
                        .setFlowId(flow.id())
                        .setFlowVersion(flow.version())
                        .setFlowHash(flow.hash())
                        .setVariant(variant())
                        .setSource(visitor.source())
                        .setTotalSteps(steps.length)
                        .setPreviousSessionId(previousSessionId);
        for (var step : flow.steps()) {
            event.addSteps(
                    OfferedStep.newBuilder()
                            .setStepId(step.key())
                            .setTitle(step.title())
                            .setKind(
                                    switch (step.kind()) {
                                        case FORM -> STEP_KIND_FORM;
                                        case PATH -> STEP_KIND_PATH;
                                        case SITE -> STEP_KIND_SITE;
                                    })
                            .setOrdinal(step.ordinal())
                            .setRequired(step.required())
                            .setSkippable(step.skippable()));
        }
        for (var path : flow.paths()) {
            event.addPaths(OfferedPath.newBuilder().setPathId(path.key()).setTitle(path.title()));
        }
        return event.build();
    }

    /** A reset keeps the variant. */
    private String variant() {
        return visitor.variant().isEmpty() ? flow.variantFor(visitor.userId()) : visitor.variant();
    }

    String sessionId() {
        return stream.id();
    }

    String userId() {
        return visitor.userId();
    }

    String workspaceId() {
        return workspaceId;
    }

    boolean hasGithubLink() {
        return visitor.linked();
    }

    private void acted(String stepId) {
        lastEventAt = world.now();
        lastActivityAt = world.now();
        lastStepId = stepId;
    }

    private long idleMicros() {
        return world.now() - lastActivityAt;
    }

    private long millisSince(long micros) {
        return TimeUnit.MICROSECONDS.toMillis(world.now() - micros);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
