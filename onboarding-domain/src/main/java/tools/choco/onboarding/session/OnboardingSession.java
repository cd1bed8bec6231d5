package tools.choco.onboarding.session;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;
import static org.axonframework.modelling.command.AggregateLifecycle.createNew;

import com.google.protobuf.Message;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.annotation.MessageIdentifier;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.RecentRequests;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.AnswerForms;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.ResetInitiator;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.flow.StepKind;
import tools.choco.onboarding.flow.Template;
import tools.choco.onboarding.site.NewSite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.Sites;

/**
 * One user's way through one flow.
 *
 * <p>Every command is answered with the state after it. A repeat (same idempotency key, or an
 * effect that is already there) emits nothing; a refusal changes nothing.
 */
public class OnboardingSession {

    /** The step whose answers name the workspace, and the member that does. */
    static final String WORKSPACE_STEP = "workspace-hub";

    static final String WORKSPACE_MEMBER = "workspaceId";

    @SuppressWarnings("UnusedVariable") // Axon reads it.
    @AggregateIdentifier
    private @Nullable SessionId id;

    private @Nullable SessionState state;

    /** For Axon, which rebuilds the session from its events. */
    protected OnboardingSession() {}

    private OnboardingSession(OnboardingStarted event, Request request) {
        emit(event, request);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    SessionAnswer decide(StartOnboarding command, FlowCatalog flows, Clock clock) {
        if (state == null) {
            begin(command, flows, clock);
            return new SessionAnswer(state(), true, false);
        }
        Request request = command.request();
        Optional<SessionAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        if (request.caller().isUser() && mayBeResumed(flows, clock)) {
            emit(SessionEvents.resumed(state(), now(clock)), request);
        }
        return SessionAnswer.of(state());
    }

    @CommandHandler
    SessionAnswer decide(
            CompleteStep command,
            FlowCatalog flows,
            AnswerForms forms,
            AnswerVault vault,
            Clock clock) {
        Request request = command.request();
        Optional<SessionAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        requireOpen();
        StepProgress step = requireStep(command.stepId(), StepKind.FORM);
        SessionContent content = new SessionContent(state(), vault, forms);
        requireUnchangedSince(command.revision(), content);
        requireValid(command, flows, forms);
        requireWorkspace(command, forms);

        boolean unchanged =
                step.isCompleted()
                        && content.answersOf(step).equals(Optional.of(command.answers()));
        comeBack(request, clock);
        if (!unchanged) {
            var sealed =
                    vault.seal(
                            state().userId(),
                            state().id().value(),
                            step.stepId(),
                            command.answers());
            emit(SessionEvents.stepCompleted(state(), step, sealed, now(clock)), request);
            completeIfSiteIsDone(request, clock);
        }
        return SessionAnswer.of(state());
    }

    @CommandHandler
    SessionAnswer decide(SkipStep command, TextVault texts, Clock clock) {
        Request request = command.request();
        Optional<SessionAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        requireOpen();
        StepProgress step = requireStep(command.stepId());
        if (!step.skippable()) {
            throw Refused.because(Refusal.STEP_NOT_SKIPPABLE, "The step may not be skipped.");
        }
        if (step.isCompleted()) {
            throw Refused.because(
                    Refusal.STEP_ALREADY_COMPLETED,
                    "The step is completed; reopen it before skipping it.");
        }
        comeBack(request, clock);
        if (step.status() != StepStatus.SKIPPED) {
            emit(
                    SessionEvents.stepSkipped(
                            state(),
                            step,
                            sealed(texts, SessionEvents.SKIP_REASON, command.reason()),
                            now(clock)),
                    request);
        }
        return SessionAnswer.of(state());
    }

    @CommandHandler
    SessionAnswer decide(ReopenStep command, Clock clock) {
        Request request = command.request();
        Optional<SessionAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        requireOpen();
        StepProgress step = requireStep(command.stepId());
        if (step.kind() == StepKind.SITE && step.isCompleted()) {
            throw Refused.because(
                    Refusal.STEP_NOT_REOPENABLE, "The site is live; the step stays completed.");
        }
        comeBack(request, clock);
        if (step.status() != StepStatus.PENDING) {
            emit(SessionEvents.stepReopened(state(), step, now(clock)), request);
        }
        return SessionAnswer.of(state());
    }

    @CommandHandler
    SessionAnswer decide(SelectPath command, Clock clock) {
        Request request = command.request();
        Optional<SessionAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        requireOpen();
        Progress progress = state().progress();
        StepProgress step = progress.pathStep().orElseThrow(OnboardingSession::unknownPath);
        if (!progress.offersPath(command.pathId())) {
            throw unknownPath();
        }
        comeBack(request, clock);
        if (!step.isCompleted() || !command.pathId().equals(progress.pathId())) {
            emit(SessionEvents.pathSelected(state(), command.pathId(), now(clock)), request);
            completeIfSiteIsDone(request, clock);
        }
        return SessionAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(
            RequestSite command,
            FlowCatalog flows,
            AnswerForms forms,
            AnswerVault vault,
            Sites sites,
            Clock clock) {
        Request request = command.request();
        requireOwner(request.caller());
        Optional<SiteAnswer> repeat = requestedBefore(command, sites);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        request.requireRevision(state().revision());
        requireOpen();
        requireSiteStep();
        NewSite site =
                new NewSite(
                        state().id(),
                        state().userId(),
                        workspace(vault, forms),
                        command.slug(),
                        command.hostingMode(),
                        requireTemplate(command.templateId(), flows).id(),
                        command.githubLinked(),
                        null);
        comeBack(request, clock);
        return sites.request(site, request);
    }

    @CommandHandler
    SessionAnswer decide(CompleteSiteStep command, Clock clock) {
        Request request = command.request();
        StepProgress step = requireSiteStep();
        if (!state().hasEnded() && !step.isCompleted()) {
            emit(
                    SessionEvents.siteStepCompleted(state(), step, command.siteId(), now(clock)),
                    request);
            completeIfSiteIsDone(request, clock);
        }
        return SessionAnswer.of(state());
    }

    @CommandHandler
    SessionAnswer decide(CompleteOnboarding command, Clock clock) {
        Request request = command.request();
        Optional<SessionAnswer> repeat = admit(request);
        if (repeat.isPresent() || state().status() == SessionStatus.COMPLETED) {
            return repeat.orElseGet(() -> SessionAnswer.of(state()));
        }
        requireOpen();
        List<Issue> open =
                state().progress().openRequirements().stream()
                        .map(OnboardingSession::openRequirement)
                        .toList();
        if (!open.isEmpty()) {
            throw Refused.because(
                    Refusal.REQUIREMENTS_OPEN, "Required steps are still open.", open);
        }
        comeBack(request, clock);
        emit(SessionEvents.completed(state(), now(clock)), request);
        return SessionAnswer.of(state());
    }

    @CommandHandler
    SessionAnswer decide(AbandonSession command, FlowCatalog flows, Sites sites, Clock clock) {
        SessionState current = state();
        Flow flow = flows.served(current.flowId(), current.flowVersion());
        Instant now = now(clock);
        if (current.status() == SessionStatus.ACTIVE
                && current.idleAt(now).compareTo(flow.idleLimit()) >= 0
                && !waitsForSite(sites)) {
            emit(SessionEvents.abandoned(current, now), command.request());
        }
        return SessionAnswer.of(state());
    }

    @CommandHandler
    SessionAnswer decide(ResetSession command, FlowCatalog flows, TextVault texts, Clock clock)
            throws Exception {
        Request request = command.request();
        Optional<SessionAnswer> repeat = admit(request);
        if (repeat.isPresent() || state().status() == SessionStatus.RESET) {
            return repeat.orElseGet(() -> SessionAnswer.of(state()));
        }
        Flow flow = flows.offered(state().flowId());
        comeBack(request, clock);
        Instant now = now(clock);
        Caller caller = request.caller();
        emit(
                SessionEvents.reset(
                        state(),
                        command.newSessionId(),
                        caller.isUser()
                                ? ResetInitiator.RESET_INITIATOR_SELF
                                : ResetInitiator.RESET_INITIATOR_ADMIN,
                        caller.subject(),
                        sealed(texts, SessionEvents.REASON, command.reason()),
                        now),
                request);
        SessionState ended = state();
        OnboardingStarted successor =
                SessionEvents.started(
                        command.newSessionId(),
                        ended.userId(),
                        ended.workspaceId(),
                        flow,
                        ended.variant(),
                        ended.source(),
                        ended.id(),
                        now);
        Request consequence = request.causedBy(ended.lastEventId());
        // Same unit of work, so one append: a reset without its successor cannot be.
        createNew(OnboardingSession.class, () -> new OnboardingSession(successor, consequence));
        return SessionAnswer.of(ended);
    }

    @CommandHandler
    SessionAnswer decide(ReadSession command) {
        requireOwner(command.request().caller());
        return SessionAnswer.of(state());
    }

    @EventSourcingHandler
    void evolve(
            Message event,
            MetaData metadata,
            @MessageIdentifier String eventId,
            @SequenceNumber long sequence) {
        EventContext context = new EventContext(eventId, sequence + 1, metadata);
        if (event instanceof OnboardingStarted started) {
            if (state != null) {
                throw new BrokenStream("a session starts once");
            }
            id = new SessionId(started.getSessionId());
            state = SessionState.startedBy(started, context);
        } else {
            state = state().after(event, context);
        }
    }

    /** A text as an event carries it; null if there is none. */
    private @Nullable SealedText sealed(TextVault texts, String field, String text) {
        return text.isEmpty()
                ? null
                : texts.seal(state().userId(), state().id().value(), field, text);
    }

    private void begin(StartOnboarding command, FlowCatalog flows, Clock clock) {
        String workspaceId = command.workspaceId();
        if (workspaceId != null && !command.request().caller().mayUse(workspaceId)) {
            throw forbiddenWorkspace();
        }
        Flow flow = flows.offered(command.flowId());
        emit(
                SessionEvents.started(
                        command.sessionId(),
                        command.userId(),
                        workspaceId,
                        flow,
                        flow.variantFor(command.userId()),
                        command.source(),
                        null,
                        EventTime.now(clock)),
                command.request());
    }

    /**
     * Lets the owner in, answers a retry, holds the precondition: in this order, before any rule.
     */
    private Optional<SessionAnswer> admit(Request request) {
        requireOwner(request.caller());
        Optional<RecentRequests.Entry> earlier = state().recentRequests().repeatedBy(request);
        if (earlier.isEmpty()) {
            request.requireRevision(state().revision());
        }
        return earlier.map(it -> new SessionAnswer(state(), it.created(), true));
    }

    /** A request leaves an event with its site, and one here only if it brought the user back. */
    private Optional<SiteAnswer> requestedBefore(RequestSite command, Sites sites) {
        Request request = command.request();
        if (request.idempotencyKey() == null) {
            return Optional.empty();
        }
        List<SiteState> requested = sites.of(state().id());
        for (SiteState site : requested) {
            Optional<RecentRequests.Entry> earlier = site.recentRequests().repeatedBy(request);
            if (earlier.isPresent()) {
                return earlier.map(it -> new SiteAnswer(site, it.created(), true));
            }
        }
        SiteId id = SiteId.of(state().id(), command.slug());
        return state().recentRequests()
                .repeatedBy(request)
                .flatMap(it -> requested.stream().filter(site -> site.id().equals(id)).findFirst())
                .map(site -> new SiteAnswer(site, false, true));
    }

    private void requireOwner(Caller caller) {
        if (!caller.maySee(state().userId())) {
            throw SessionId.notFound();
        }
    }

    private void requireOpen() {
        switch (state().status()) {
            case COMPLETED ->
                    throw Refused.because(
                            Refusal.SESSION_COMPLETED,
                            "The session is completed; only a reset changes it.");
            case RESET ->
                    throw Refused.because(
                            Refusal.SESSION_RESET, "The session was reset; another one goes on.");
            case ACTIVE, ABANDONED -> {}
        }
    }

    private StepProgress requireStep(String stepId) {
        return state().progress()
                .step(stepId)
                .orElseThrow(
                        () ->
                                Refused.because(
                                        Refusal.STEP_UNKNOWN,
                                        "The session was not offered such a step."));
    }

    private StepProgress requireStep(String stepId, StepKind kind) {
        StepProgress step = requireStep(stepId);
        if (step.kind() != kind) {
            throw Refused.because(Refusal.STEP_KIND_MISMATCH, "The step does not ask for answers.");
        }
        return step;
    }

    private StepProgress requireSiteStep() {
        return state().progress()
                .siteStep()
                .orElseThrow(
                        () ->
                                Refused.because(
                                        Refusal.STEP_UNKNOWN,
                                        "The session was not offered a site."));
    }

    private Template requireTemplate(@Nullable String templateId, FlowCatalog flows) {
        Flow flow = flows.served(state().flowId(), state().flowVersion());
        Optional<Template> template =
                templateId == null
                        ? flow.templateFor(state().progress().pathId())
                        : flow.template(templateId);
        return template.orElseThrow(
                () ->
                        Refused.because(
                                Refusal.TEMPLATE_UNKNOWN,
                                "The session's flow offers no such template."));
    }

    /** Fixed at the start, or by the workspace-hub step; null while neither has named one. */
    private @Nullable String workspace(AnswerVault vault, AnswerForms forms) {
        String fixed = state().workspaceId();
        if (fixed != null) {
            return fixed;
        }
        return state().progress()
                .step(WORKSPACE_STEP)
                .filter(StepProgress::isCompleted)
                .flatMap(new SessionContent(state(), vault, forms)::answersOf)
                .flatMap(answers -> forms.text(answers, WORKSPACE_MEMBER))
                .orElse(null);
    }

    private void requireUnchangedSince(@Nullable Long revision, SessionContent content) {
        if (revision == null) {
            return;
        }
        if (revision > state().revision()) {
            throw Refused.because(
                    Refusal.REVISION_UNKNOWN, "The session has not reached that revision.");
        }
        if (state().progress().steps().stream().anyMatch(it -> it.isChangedSince(revision))) {
            throw content.conflictSince(revision);
        }
    }

    private void requireValid(CompleteStep command, FlowCatalog flows, AnswerForms forms) {
        List<Issue> issues =
                flows.served(state().flowId(), state().flowVersion())
                        .step(command.stepId())
                        .map(form -> forms.check(form, command.answers()))
                        .orElseThrow(() -> new BrokenStream("the flow lacks an offered step"));
        if (!issues.isEmpty()) {
            throw Refused.because(
                    Refusal.ANSWERS_INVALID,
                    "The answers do not follow the step's schema.",
                    issues);
        }
    }

    private void requireWorkspace(CompleteStep command, AnswerForms forms) {
        if (!command.stepId().equals(WORKSPACE_STEP)) {
            return;
        }
        Optional<String> named = forms.text(command.answers(), WORKSPACE_MEMBER);
        if (named.isEmpty()) {
            return;
        }
        if (!command.request().caller().mayUse(named.get())) {
            throw forbiddenWorkspace();
        }
        String fixed = state().workspaceId();
        if (fixed != null && !fixed.equals(named.get())) {
            throw Refused.because(
                    Refusal.WORKSPACE_FIXED, "The workspace was fixed when the session started.");
        }
    }

    private boolean mayBeResumed(FlowCatalog flows, Clock clock) {
        SessionState current = state();
        return switch (current.status()) {
            case ABANDONED -> true;
            case ACTIVE ->
                    current.idleAt(now(clock))
                                    .compareTo(
                                            flows.served(current.flowId(), current.flowVersion())
                                                    .resumeThreshold())
                            > 0;
            case COMPLETED, RESET -> false;
        };
    }

    /** A user's command on an abandoned session resumes it first, in the same append. */
    private void comeBack(Request request, Clock clock) {
        if (state().status() == SessionStatus.ABANDONED && request.caller().isUser()) {
            emit(SessionEvents.resumed(state(), now(clock)), request);
        }
    }

    private void completeIfSiteIsDone(Request request, Clock clock) {
        Progress progress = state().progress();
        if (progress.isSiteDone() && progress.openRequirements().isEmpty()) {
            emit(SessionEvents.completed(state(), now(clock)), request);
        }
    }

    /** Whether the user has done their part, and the rest is up to us or to GitHub. */
    private boolean waitsForSite(Sites sites) {
        return state().progress().isOnlySiteOpen() && sites.anyRequested(state().id());
    }

    private static Issue openRequirement(StepProgress step) {
        return new Issue(
                "/steps/" + step.stepId(),
                step.kind() == StepKind.SITE ? "site_not_live" : "step_open",
                "Step " + step.ordinal() + " is required and not completed.");
    }

    private static Refused unknownPath() {
        return Refused.because(Refusal.PATH_UNKNOWN, "The session was not offered such a path.");
    }

    private static Refused forbiddenWorkspace() {
        return Refused.because(
                Refusal.WORKSPACE_FORBIDDEN, "The token does not cover that workspace.");
    }

    private void emit(Message event, Request request) {
        apply(event, MetaData.from(request.metadata()));
    }

    private Instant now(Clock clock) {
        return EventTime.notBefore(state().lastEventAt(), clock);
    }

    private SessionState state() {
        if (state == null) {
            throw new BrokenStream("the session has not started");
        }
        return state;
    }
}
