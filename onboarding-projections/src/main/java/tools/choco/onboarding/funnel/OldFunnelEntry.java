package tools.choco.onboarding.funnel;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.HostingMode;
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
import tools.choco.onboarding.events.v1.StepKind;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;
import tools.choco.onboarding.projection.BrokenHistory;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.SessionRow;
import tools.choco.onboarding.projection.SiteStates;
import tools.choco.onboarding.projection.StoredText;
import tools.choco.onboarding.projection.TestTraffic;

/**
 * A row of {@code funnel_entry}: its components and derived members are the columns.
 *
 * <p>{@code stages}, {@code reachedAt} and {@code skipped} run in parallel. A stage that was
 * reached stays reached, at its first time; a skipped one may still be reached, and then no longer
 * counts as skipped.
 */
record OldFunnelEntry(
        String sessionId,
        String flowId,
        int flowVersion,
        String variant,
        String source,
        @Nullable String pathId,
        @Nullable String hostingMode,
        Instant startedAt,
        List<String> stages,
        List<@Nullable Instant> reachedAt,
        List<Boolean> skipped,
        @Nullable String pathStep,
        @Nullable String siteStep,
        boolean wasReset,
        boolean abandoned,
        SiteStates sites,
        long revision,
        long lastPosition)
        implements SessionRow<OldFunnelEntry> {

    /** Columns that events after the first can change. */
    static final List<String> CHANGING =
            List.of(
                    "path_id",
                    "hosting_mode",
                    "reached_at",
                    "skipped",
                    "was_reset",
                    "abandoned",
                    "sites",
                    "revision",
                    "last_position",
                    "outcome");

    static OldFunnelEntry startedBy(LoggedEvent event) {
        OnboardingStarted started = (OnboardingStarted) event.payload();
        List<String> stages = Stages.offeredBy(started).stream().map(Stages.Stage::stage).toList();
        List<@Nullable Instant> reachedAt =
                new ArrayList<>(Collections.<@Nullable Instant>nCopies(stages.size(), null));
        reachedAt.set(0, event.occurredAt());
        return new OldFunnelEntry(
                started.getSessionId(),
                started.getFlowId(),
                started.getFlowVersion(),
                started.getVariant(),
                StoredText.of(started.getSource()),
                null,
                null,
                event.occurredAt(),
                stages,
                reachedAt,
                Collections.nCopies(stages.size(), false),
                stepOf(started, StepKind.STEP_KIND_PATH),
                stepOf(started, StepKind.STEP_KIND_SITE),
                false,
                false,
                SiteStates.NONE,
                1,
                event.position());
    }

    @Override
    public OldFunnelEntry after(LoggedEvent event) {
        Draft draft = new Draft(event);
        if (!event.isOfSession()) {
            draft.sites = sites.after(event);
            switch (event.payload()) {
                case SiteProvisionRequested requested -> {
                    draft.reached(Stages.SITE_REQUESTED);
                    if (hostingMode == null) {
                        draft.hostingMode = key(requested.getHostingMode(), event);
                    }
                }
                case SiteProvisionCompleted completed -> draft.reached(Stages.SITE_LIVE);
                case WelcomeSiteProvisioned welcome -> draft.reached(Stages.SITE_LIVE);
                default -> {
                    // The other events of a site move its state only.
                }
            }
            return draft.build();
        }
        draft.revision = event.sequence() + 1;
        switch (event.payload()) {
            case OnboardingStepCompleted done -> {
                // A site's stages are reached by the site's own events.
                if (!done.getStepId().equals(siteStep)) {
                    stagesOf(done.getStepId()).forEach(draft::reached);
                }
            }
            case OnboardingStepSkipped step ->
                    stagesOf(step.getStepId()).forEach(stage -> draft.skip(stage, true));
            case OnboardingStepReopened step ->
                    stagesOf(step.getStepId()).forEach(stage -> draft.skip(stage, false));
            case OnboardingPathSelected selected -> {
                draft.pathId = selected.getPathId();
                draft.reached(Stages.PATH_SELECTED);
            }
            case OnboardingAbandoned abandonment -> draft.abandoned = true;
            case OnboardingResumed resumed -> draft.abandoned = false;
            case OnboardingReset reset -> draft.wasReset = true;
            case OnboardingCompleted completed -> draft.reached(Stages.COMPLETED);
            default -> throw new BrokenHistory(event, "it cannot follow in a session");
        }
        return draft.build();
    }

    @JsonProperty
    boolean test() {
        return TestTraffic.isTest(source);
    }

    @JsonProperty
    LocalDate startedDay() {
        return LocalDate.ofInstant(startedAt, ZoneOffset.UTC);
    }

    @JsonProperty
    Outcome outcome() {
        return Outcome.of(
                new Outcome.Facts(
                        reachedAt.getLast() != null, wasReset, false, abandoned, sites.leading()));
    }

    private List<String> stagesOf(String stepId) {
        if (stepId.equals(pathStep)) {
            return List.of(Stages.PATH_SELECTED);
        }
        if (stepId.equals(siteStep)) {
            return List.of(Stages.SITE_REQUESTED, Stages.SITE_LIVE);
        }
        return List.of(stepId);
    }

    private static @Nullable String stepOf(OnboardingStarted started, StepKind kind) {
        return started.getStepsList().stream()
                .filter(step -> step.getKind() == kind)
                .map(OfferedStep::getStepId)
                .findFirst()
                .orElse(null);
    }

    private static String key(HostingMode mode, LoggedEvent event) {
        return switch (mode) {
            case HOSTING_MODE_USER_GIT -> "user_git";
            case HOSTING_MODE_PLATFORM_TEMPLATE -> "platform_template";
            case HOSTING_MODE_UNSPECIFIED, UNRECOGNIZED ->
                    throw new BrokenHistory(event, "its hosting mode is of a newer schema");
        };
    }

    /** What one event can change, before it is an entry again. */
    private final class Draft {
        private final LoggedEvent event;
        private @Nullable String pathId = OldFunnelEntry.this.pathId;
        private @Nullable String hostingMode = OldFunnelEntry.this.hostingMode;
        private final List<@Nullable Instant> reachedAt =
                new ArrayList<>(OldFunnelEntry.this.reachedAt);
        private final List<Boolean> skipped = new ArrayList<>(OldFunnelEntry.this.skipped);
        private boolean wasReset = OldFunnelEntry.this.wasReset;
        private boolean abandoned = OldFunnelEntry.this.abandoned;
        private SiteStates sites = OldFunnelEntry.this.sites;
        private long revision = OldFunnelEntry.this.revision;

        Draft(LoggedEvent event) {
            this.event = event;
        }

        /**
         * A stage that was not offered, such as a site outside the flow's steps, does not count.
         */
        void reached(String stage) {
            int index = stages.indexOf(stage);
            if (index >= 0 && reachedAt.get(index) == null) {
                reachedAt.set(index, event.occurredAt());
                skipped.set(index, false);
            }
        }

        void skip(String stage, boolean now) {
            int index = stages.indexOf(stage);
            if (index >= 0 && reachedAt.get(index) == null) {
                skipped.set(index, now);
            }
        }

        OldFunnelEntry build() {
            return new OldFunnelEntry(
                    sessionId,
                    flowId,
                    flowVersion,
                    variant,
                    source,
                    pathId,
                    hostingMode,
                    startedAt,
                    stages,
                    reachedAt,
                    skipped,
                    pathStep,
                    siteStep,
                    wasReset,
                    abandoned,
                    sites,
                    revision,
                    Math.max(event.position(), lastPosition));
        }
    }
}
