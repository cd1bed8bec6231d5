package tools.choco.onboarding.projection;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;
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
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.ResetInitiator;
import tools.choco.onboarding.events.v1.SagaKind;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteLifecycleStageChanged;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.StepKind;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;

/**
 * Sessions and sites as they could have been: what users, sweeps, sagas and operators do, made up
 * from a list of numbers. Equal numbers give an equal history; fewer give a shorter one.
 */
public final class History {

    /** A site's repository as its events have it; nobody here opens it. */
    public static SealedText repository(String slug) {
        return SealedText.newBuilder()
                .setKeyId("a key")
                .setNonce(ByteString.copyFromUtf8("twelve bytes"))
                .setCiphertext(ByteString.copyFromUtf8("sealed " + slug))
                .build();
    }

    /** An event with its place in its aggregate. */
    public record Entry(String aggregateId, long sequence, Message event) {}

    /** When the first session starts. */
    public static final Instant BEGIN = Instant.parse("2026-03-01T22:00:00Z");

    private static final List<String> SOURCES =
            List.of("web", "docs", "test-load", "demo", "nul\0source");

    /** Covers every event type: a playground that is adopted, a failure, a retry, a reset. */
    private static final List<String> EVERYTHING =
            List.of(
                    "start", "form", "skip", "form", "path", "reopen", "abandon", "path", "welcome",
                    "adopt", "hop", "hop", "hop", "hop", "hop", "hop", "hop", "deploy", "stage",
                    "site", "hop", "fail", "retry", "hop", "park", "form", "finish", "reset");

    private static final List<String> ACTIONS =
            List.of(
                    "start", "form", "form", "form", "skip", "reopen", "path", "path", "abandon",
                    "resume", "finish", "reset", "site", "welcome", "hop", "hop", "hop", "hop",
                    "park", "fail", "retry", "adopt", "deploy", "stage");

    private static final List<ProvisioningState> ROAD =
            List.of(
                    ProvisioningState.PROVISIONING_STATE_REQUESTED,
                    ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING,
                    ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVED,
                    ProvisioningState.PROVISIONING_STATE_VERCEL_CREATING,
                    ProvisioningState.PROVISIONING_STATE_VERCEL_CREATED,
                    ProvisioningState.PROVISIONING_STATE_HOOK_CREATING,
                    ProvisioningState.PROVISIONING_STATE_HOOK_CREATED,
                    ProvisioningState.PROVISIONING_STATE_LIVE);

    private static final int AT_ONCE = 6;

    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final @Nullable Session[] slots;
    private Instant now = BEGIN;
    private int sessions;

    private History(int atOnce) {
        slots = new Session[atOnce];
    }

    /** Random histories, each of which holds every event type, interleaved over sessions. */
    public static Arbitrary<List<Entry>> any() {
        return Arbitraries.integers()
                .between(0, 1_000_000)
                .list()
                .ofMinSize(EVERYTHING.size())
                .ofMaxSize(250)
                .map(History::of);
    }

    /** The history of these numbers; the first session goes through everything. */
    public static List<Entry> of(List<Integer> numbers) {
        return of(numbers, AT_ONCE);
    }

    /** The history of these numbers, with so many sessions under way at once, at least two. */
    public static List<Entry> of(List<Integer> numbers, int atOnce) {
        History history = new History(atOnce);
        int script = 0;
        for (int number : numbers) {
            if (script < EVERYTHING.size()) {
                history.step(0, EVERYTHING.get(script++), number);
            }
            int slot = 1 + number % (atOnce - 1);
            history.step(slot, ACTIONS.get(number / 7 % ACTIONS.size()), number / 211);
        }
        while (script < EVERYTHING.size()) {
            history.step(0, EVERYTHING.get(script++), 0);
        }
        return List.copyOf(history.entries);
    }

    /** The history as the log would hold it, from position 1. */
    public static List<LoggedEvent> logged(List<Entry> entries) {
        List<LoggedEvent> events = new ArrayList<>();
        for (Entry entry : entries) {
            Instant at = EventFields.occurredAt(entry.event());
            events.add(
                    new LoggedEvent(
                            events.size() + 1L,
                            entry.aggregateId(),
                            entry.sequence(),
                            id("event", events.size()),
                            entry.event(),
                            EventFields.sessionId(entry.event()),
                            at,
                            at));
        }
        return events;
    }

    /** The same history of other sessions. */
    static List<Entry> renamed(List<Entry> history) {
        return history.stream()
                .map(
                        it ->
                                new Entry(
                                        RandomEvents.id("other " + it.aggregateId()),
                                        it.sequence(),
                                        renamed(it.event())))
                .toList();
    }

    /** The same event of another session or site. */
    private static Message renamed(Message event) {
        Message.Builder renamed = event.toBuilder();
        for (String name : List.of("session_id", "site_id")) {
            FieldDescriptor field = event.getDescriptorForType().findFieldByName(name);
            if (field != null && !"".equals(event.getField(field))) {
                renamed.setField(field, "other-" + event.getField(field));
            }
        }
        return renamed.build();
    }

    private void step(int slot, String action, int number) {
        now =
                now.plus(
                        Duration.ofNanos(
                                1_000L * (1 + (long) number * 7_919_333 % 90_000_000_000L)));
        // The first session keeps to its script: always the first step, always the last site.
        int choice = slot == 0 ? 0 : number;
        Session session = slots[slot];
        if (session == null) {
            slots[slot] = start(choice, null);
        } else {
            act(slot, session, action, choice);
        }
    }

    private void act(int slot, Session session, String action, int number) {
        boolean open = !session.completed;
        Site site = null;
        if (!session.sites.isEmpty()) {
            site = slot == 0 ? session.sites.getLast() : pick(session.sites, number);
        }
        switch (action) {
            case "form" -> {
                if (open) {
                    session.comeBack();
                    session.complete(pick(session.steps(StepKind.STEP_KIND_FORM), number));
                }
            }
            case "skip" -> {
                List<Step> skippable =
                        session.steps(
                                step -> step.offered.getSkippable() && !step.status.equals("done"));
                if (open && !skippable.isEmpty()) {
                    session.comeBack();
                    session.skip(pick(skippable, number));
                }
            }
            case "reopen" -> {
                List<Step> closed =
                        session.steps(
                                step ->
                                        !step.status.equals("open")
                                                && step.offered.getKind()
                                                        != StepKind.STEP_KIND_SITE);
                if (open && !closed.isEmpty()) {
                    session.comeBack();
                    session.reopen(pick(closed, number));
                }
            }
            case "path" -> {
                List<Step> path = session.steps(StepKind.STEP_KIND_PATH);
                if (open && !path.isEmpty()) {
                    session.comeBack();
                    session.selectPath(path.getFirst(), number % 2 == 0 ? "blog" : "docs");
                }
            }
            case "abandon" -> {
                if (open && !session.abandoned) {
                    session.abandon();
                }
            }
            case "resume" -> {
                if (open) {
                    session.resume();
                }
            }
            case "finish" -> {
                if (open && session.steps(Step::isOpenRequirement).isEmpty()) {
                    session.comeBack();
                    session.finish();
                }
            }
            case "reset" -> {
                if (open) {
                    session.comeBack();
                }
                String next = id("session", sessions);
                session.reset(next, number % 2 == 0);
                slots[slot] = start(number, session.id);
            }
            case "site" -> {
                if (open && session.sites.size() < 3) {
                    session.comeBack();
                    session.requestSite(HostingMode.HOSTING_MODE_USER_GIT);
                }
            }
            case "welcome" -> {
                if (open && session.sites.size() < 3) {
                    session.comeBack();
                    session.requestSite(HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE);
                    session.sites.getLast().welcome();
                }
            }
            case "adopt" -> {
                if (site != null && site.playground) {
                    site.adopt();
                }
            }
            case "hop" -> {
                if (site != null) {
                    site.hop();
                }
            }
            case "park" -> {
                if (site != null
                        && site.state == ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING) {
                    site.moveTo(ProvisioningState.PROVISIONING_STATE_AWAITING_GITHUB);
                }
            }
            case "fail" -> {
                if (site != null && site.mayFail()) {
                    site.fail();
                }
            }
            case "retry" -> {
                if (site != null && site.state == ProvisioningState.PROVISIONING_STATE_FAILED) {
                    site.request();
                }
            }
            case "deploy" -> {
                if (site != null && !site.playground) {
                    site.deploy(number);
                }
            }
            case "stage" -> {
                if (site != null
                        && site.adopted
                        && site.state == ProvisioningState.PROVISIONING_STATE_LIVE) {
                    site.goLive();
                }
            }
            default -> {
                // A start of a session that exists changes nothing.
            }
        }
    }

    private Session start(int number, @Nullable String previous) {
        String id = id("session", sessions);
        boolean quick = sessions > 0 && number % 4 == 0;
        int version = quick ? 1 : 1 + (sessions > 0 ? number % 2 : 0);
        OnboardingStarted.Builder event =
                OnboardingStarted.newBuilder()
                        .setSessionId(id)
                        .setUserId("user-" + sessions % 4)
                        .setOccurredAt(timestamp())
                        .setWorkspaceId(number % 3 == 0 ? "" : "workspace-" + number % 2)
                        .setFlowId(quick ? "quick" : "default")
                        .setFlowVersion(version)
                        .setFlowHash("hash")
                        .setVariant(number % 2 == 0 ? "a" : "b")
                        .setSource(pick(SOURCES, number))
                        .setPreviousSessionId(previous == null ? "" : previous);
        if (quick) {
            event.addSteps(offered("name", StepKind.STEP_KIND_FORM, 1, true))
                    .addSteps(offered("team", StepKind.STEP_KIND_FORM, 2, false))
                    .addSteps(offered("done-soon", StepKind.STEP_KIND_FORM, 3, false));
        } else {
            event.addSteps(offered("profile", StepKind.STEP_KIND_FORM, 1, true))
                    .addSteps(offered("tools", StepKind.STEP_KIND_FORM, 2, false))
                    .addSteps(offered("path", StepKind.STEP_KIND_PATH, 3, true))
                    .addSteps(offered("invite", StepKind.STEP_KIND_FORM, 4, false))
                    .addSteps(offered("site", StepKind.STEP_KIND_SITE, 5, version == 1))
                    .addPaths(OfferedPath.newBuilder().setPathId("blog"))
                    .addPaths(OfferedPath.newBuilder().setPathId("docs"));
            if (version == 2) {
                event.addSteps(offered("preferences", StepKind.STEP_KIND_FORM, 6, false));
            }
        }
        event.setTotalSteps(event.getStepsCount());
        sessions++;
        Session session = new Session(id, event.getUserId(), event.getStepsList());
        session.emit(event.build());
        return session;
    }

    private static OfferedStep offered(String id, StepKind kind, int ordinal, boolean required) {
        return OfferedStep.newBuilder()
                .setStepId(id)
                .setTitle(id)
                .setKind(kind)
                .setOrdinal(ordinal)
                .setRequired(required)
                .setSkippable(!required)
                .build();
    }

    private void emit(String aggregateId, Message event) {
        long sequence = sequences.merge(aggregateId, 1L, Long::sum) - 1;
        entries.add(new Entry(aggregateId, sequence, event));
    }

    private Timestamp timestamp() {
        return Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
    }

    private static <T> T pick(List<T> from, int number) {
        return from.get(number % from.size());
    }

    private static String id(String kind, int number) {
        return UUID.nameUUIDFromBytes((kind + number).getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static final class Step {
        private final OfferedStep offered;
        private String status = "open";

        Step(OfferedStep offered) {
            this.offered = offered;
        }

        boolean isOpenRequirement() {
            return offered.getRequired() && !status.equals("done");
        }
    }

    private final class Session {
        private final String id;
        private final String userId;
        private final List<Step> steps;
        private final List<Site> sites = new ArrayList<>();
        private boolean abandoned;
        private boolean completed;

        Session(String id, String userId, List<OfferedStep> offered) {
            this.id = id;
            this.userId = userId;
            this.steps = offered.stream().map(Step::new).toList();
        }

        void emit(Message event) {
            History.this.emit(id, event);
        }

        List<Step> steps(Predicate<Step> which) {
            return steps.stream().filter(which).toList();
        }

        List<Step> steps(StepKind kind) {
            return steps(step -> step.offered.getKind() == kind);
        }

        void comeBack() {
            if (abandoned) {
                resume();
            }
        }

        void complete(Step step) {
            emit(
                    OnboardingStepCompleted.newBuilder()
                            .setSessionId(id)
                            .setUserId(userId)
                            .setOccurredAt(timestamp())
                            .setStepId(step.offered.getStepId())
                            .setOrdinal(step.offered.getOrdinal())
                            .setAmended(step.status.equals("done"))
                            .build());
            step.status = "done";
        }

        void siteReady(String siteId) {
            for (Step step : steps(StepKind.STEP_KIND_SITE)) {
                if (!completed && !step.status.equals("done")) {
                    emit(
                            OnboardingStepCompleted.newBuilder()
                                    .setSessionId(id)
                                    .setUserId(userId)
                                    .setOccurredAt(timestamp())
                                    .setStepId(step.offered.getStepId())
                                    .setOrdinal(step.offered.getOrdinal())
                                    .setSiteId(siteId)
                                    .build());
                    step.status = "done";
                    if (steps(Step::isOpenRequirement).isEmpty()) {
                        finish();
                    }
                }
            }
        }

        void skip(Step step) {
            emit(
                    OnboardingStepSkipped.newBuilder()
                            .setSessionId(id)
                            .setUserId(userId)
                            .setOccurredAt(timestamp())
                            .setStepId(step.offered.getStepId())
                            .setOrdinal(step.offered.getOrdinal())
                            .build());
            step.status = "skipped";
        }

        void reopen(Step step) {
            emit(
                    OnboardingStepReopened.newBuilder()
                            .setSessionId(id)
                            .setUserId(userId)
                            .setOccurredAt(timestamp())
                            .setStepId(step.offered.getStepId())
                            .setOrdinal(step.offered.getOrdinal())
                            .build());
            step.status = "open";
        }

        void selectPath(Step step, String pathId) {
            emit(
                    OnboardingPathSelected.newBuilder()
                            .setSessionId(id)
                            .setUserId(userId)
                            .setOccurredAt(timestamp())
                            .setPathId(pathId)
                            .build());
            step.status = "done";
        }

        void abandon() {
            emit(
                    OnboardingAbandoned.newBuilder()
                            .setSessionId(id)
                            .setUserId(userId)
                            .setOccurredAt(timestamp())
                            .build());
            abandoned = true;
        }

        void resume() {
            emit(
                    OnboardingResumed.newBuilder()
                            .setSessionId(id)
                            .setUserId(userId)
                            .setOccurredAt(timestamp())
                            .build());
            abandoned = false;
        }

        void finish() {
            emit(
                    OnboardingCompleted.newBuilder()
                            .setSessionId(id)
                            .setUserId(userId)
                            .setOccurredAt(timestamp())
                            .setTotalSteps(steps.size())
                            .build());
            completed = true;
        }

        void reset(String next, boolean self) {
            emit(
                    OnboardingReset.newBuilder()
                            .setSessionId(id)
                            .setUserId(userId)
                            .setOccurredAt(timestamp())
                            .setInitiatedBy(
                                    self
                                            ? ResetInitiator.RESET_INITIATOR_SELF
                                            : ResetInitiator.RESET_INITIATOR_ADMIN)
                            .setNewSessionId(next)
                            .build());
        }

        void requestSite(HostingMode mode) {
            Site site = new Site(this, id("site of " + id, sites.size()), mode);
            sites.add(site);
            site.request();
        }
    }

    private final class Site {
        private final Session session;
        private final String id;
        private boolean playground;
        private boolean adopted;
        private int attempt;
        private ProvisioningState state = ProvisioningState.PROVISIONING_STATE_UNSPECIFIED;

        Site(Session session, String id, HostingMode mode) {
            this.session = session;
            this.id = id;
            this.playground = mode == HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE;
        }

        private void emit(Message event) {
            History.this.emit(id, event);
        }

        private String slug() {
            return "site-" + id.substring(0, 8);
        }

        void request() {
            state = ProvisioningState.PROVISIONING_STATE_REQUESTED;
            emit(
                    SiteProvisionRequested.newBuilder()
                            .setSiteId(id)
                            .setSessionId(session.id)
                            .setUserId(session.userId)
                            .setOccurredAt(timestamp())
                            .setHostingMode(
                                    playground
                                            ? HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE
                                            : HostingMode.HOSTING_MODE_USER_GIT)
                            .setLifecycleStage(
                                    playground
                                            ? LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND
                                            : adopted
                                                    ? LifecycleStage.LIFECYCLE_STAGE_ADOPTED
                                                    : LifecycleStage.LIFECYCLE_STAGE_LIVE)
                            .setSlug(slug())
                            .setTemplateId("blog")
                            .setAttempt(++attempt)
                            .setSagaKind(
                                    adopted
                                            ? SagaKind.SAGA_KIND_ADOPT
                                            : SagaKind.SAGA_KIND_PROVISION)
                            .build());
        }

        void welcome() {
            state = ProvisioningState.PROVISIONING_STATE_LIVE;
            emit(
                    WelcomeSiteProvisioned.newBuilder()
                            .setSiteId(id)
                            .setSessionId(session.id)
                            .setUserId(session.userId)
                            .setOccurredAt(timestamp())
                            .setSlug(slug())
                            .setUrl("http://localhost/welcome/" + slug())
                            .build());
            session.siteReady(id);
        }

        void adopt() {
            playground = false;
            adopted = true;
            state = ProvisioningState.PROVISIONING_STATE_REQUESTED;
            emit(
                    WelcomeSiteAdopted.newBuilder()
                            .setSiteId(id)
                            .setSessionId(session.id)
                            .setUserId(session.userId)
                            .setOccurredAt(timestamp())
                            .setSealedGithubRepo(repository(slug()))
                            .build());
        }

        void hop() {
            if (state == ProvisioningState.PROVISIONING_STATE_AWAITING_GITHUB) {
                moveTo(ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING);
                return;
            }
            int place = ROAD.indexOf(state);
            if (place < 0 || state == ProvisioningState.PROVISIONING_STATE_LIVE) {
                return;
            }
            moveTo(ROAD.get(place + 1));
            if (state == ProvisioningState.PROVISIONING_STATE_LIVE) {
                emit(
                        SiteProvisionCompleted.newBuilder()
                                .setSiteId(id)
                                .setSessionId(session.id)
                                .setUserId(session.userId)
                                .setOccurredAt(timestamp())
                                .setDeployUrl("http://localhost/" + slug())
                                .setSealedGithubRepo(repository(slug()))
                                .build());
                session.siteReady(id);
            }
        }

        void moveTo(ProvisioningState next) {
            emit(
                    SiteProvisionStateChanged.newBuilder()
                            .setSiteId(id)
                            .setSessionId(session.id)
                            .setUserId(session.userId)
                            .setOccurredAt(timestamp())
                            .setFromState(state)
                            .setToState(next)
                            .setAttempt(attempt)
                            .build());
            state = next;
        }

        boolean mayFail() {
            return Stream.of(
                            ProvisioningState.PROVISIONING_STATE_REQUESTED,
                            ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING,
                            ProvisioningState.PROVISIONING_STATE_VERCEL_CREATING,
                            ProvisioningState.PROVISIONING_STATE_HOOK_CREATING)
                    .anyMatch(it -> it == state);
        }

        void fail() {
            ProvisioningState failed = state;
            moveTo(ProvisioningState.PROVISIONING_STATE_FAILED);
            emit(
                    SiteProvisionFailed.newBuilder()
                            .setSiteId(id)
                            .setSessionId(session.id)
                            .setUserId(session.userId)
                            .setOccurredAt(timestamp())
                            .setFailedState(failed)
                            .setErrorKind(ErrorKind.ERROR_KIND_INTERNAL)
                            .setErrorMessage("a nul\0in it")
                            .setAttempt(attempt)
                            .build());
        }

        void deploy(int number) {
            emit(
                    SiteDeployStatusChanged.newBuilder()
                            .setSiteId(id)
                            .setSessionId(session.id)
                            .setUserId(session.userId)
                            .setOccurredAt(timestamp())
                            .setDeployStatus(
                                    number % 2 == 0
                                            ? DeployStatus.DEPLOY_STATUS_READY
                                            : DeployStatus.DEPLOY_STATUS_FAILED)
                            .build());
        }

        void goLive() {
            adopted = false;
            emit(
                    SiteLifecycleStageChanged.newBuilder()
                            .setSiteId(id)
                            .setSessionId(session.id)
                            .setUserId(session.userId)
                            .setOccurredAt(timestamp())
                            .setFromStage(LifecycleStage.LIFECYCLE_STAGE_ADOPTED)
                            .setToStage(LifecycleStage.LIFECYCLE_STAGE_LIVE)
                            .build());
        }
    }
}
