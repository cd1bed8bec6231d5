package tools.choco.onboarding.siteview;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteLifecycleStageChanged;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;
import tools.choco.onboarding.projection.BrokenHistory;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.StoredText;

/**
 * A site's rows, folded from its events.
 *
 * @param site its row of {@code sites}
 * @param saga its row of {@code provisioning_sagas}; null for a welcome site
 */
record SiteFold(SiteRow site, @Nullable SagaRow saga) {

    private static final String USER_GIT = "user_git";

    /**
     * The rows after a site's first event.
     *
     * @throws BrokenHistory if no site begins with it
     */
    static SiteFold begun(LoggedEvent event) {
        if (event.sequence() != 0
                || !(event.payload() instanceof SiteProvisionRequested requested)) {
            throw new BrokenHistory(event, "an earlier event of its site is missing");
        }
        SiteRow site =
                new SiteRow(
                        event.aggregateId(),
                        event.sessionId(),
                        StoredText.of(requested.getUserId()),
                        StoredText.of(requested.getWorkspaceId()),
                        StoredText.of(requested.getSlug()),
                        Word.of(requested.getHostingMode(), event),
                        Word.of(requested.getLifecycleStage(), event),
                        StoredText.of(requested.getTemplateId()),
                        null,
                        null,
                        null,
                        event.occurredAt(),
                        event.occurredAt(),
                        1,
                        event.position());
        return new SiteFold(site, sagaOf(requested, event));
    }

    /** Whether the rows hold the event already. */
    boolean contains(LoggedEvent event) {
        return event.sequence() < site.events();
    }

    /**
     * The rows after the next event.
     *
     * @throws BrokenHistory if it is not the next one, or the rows cannot place it
     */
    SiteFold after(LoggedEvent event) {
        if (event.sequence() != site.events()) {
            throw new BrokenHistory(event, "an earlier event of its site is missing");
        }
        Draft draft = new Draft();
        Instant at = event.occurredAt();
        switch (event.payload()) {
            case SiteProvisionRequested retry -> {
                draft.hostingMode = Word.of(retry.getHostingMode(), event);
                draft.lifecycleStage = Word.of(retry.getLifecycleStage(), event);
                draft.saga = sagaOf(retry, event);
            }
            case SiteProvisionStateChanged hop ->
                    draft.saga =
                            saga(event)
                                    .movedTo(
                                            Word.of(hop.getToState(), event), hop.getAttempt(), at);
            case SiteProvisionCompleted completed -> {
                draft.deployUrl = textOr(completed.getDeployUrl(), site.deployUrl());
                if (completed.hasSealedGithubRepo()) {
                    draft.githubRepo = completed.getSealedGithubRepo();
                }
            }
            case SiteProvisionFailed failed ->
                    draft.saga =
                            saga(event)
                                    .failed(
                                            Word.of(failed.getErrorKind(), event),
                                            StoredText.of(failed.getErrorMessage()));
            case WelcomeSiteProvisioned welcome ->
                    draft.deployUrl = textOr(welcome.getUrl(), site.deployUrl());
            case WelcomeSiteAdopted adopted -> {
                draft.hostingMode = USER_GIT;
                draft.lifecycleStage = "adopted";
                draft.githubRepo =
                        adopted.hasSealedGithubRepo() ? adopted.getSealedGithubRepo() : null;
                draft.saga = SagaRow.begun(site.siteId(), 1, "adopt", at);
            }
            case SiteDeployStatusChanged deploy -> {
                draft.deployStatus = Word.of(deploy.getDeployStatus(), event);
                draft.deployUrl = textOr(deploy.getDeployUrl(), site.deployUrl());
            }
            case SiteLifecycleStageChanged stage ->
                    draft.lifecycleStage = Word.of(stage.getToStage(), event);
            default -> throw new BrokenHistory(event, "it is no event of a site");
        }
        return draft.build(event);
    }

    /** The rows after an event that is counted and changes nothing else. */
    SiteFold passing(LoggedEvent event) {
        return new Draft().build(event);
    }

    private SagaRow saga(LoggedEvent event) {
        if (saga == null) {
            throw new BrokenHistory(event, "a welcome site is not being provisioned");
        }
        return saga;
    }

    private static @Nullable SagaRow sagaOf(SiteProvisionRequested requested, LoggedEvent event) {
        return Word.of(requested.getHostingMode(), event).equals(USER_GIT)
                ? SagaRow.begun(
                        event.aggregateId(),
                        requested.getAttempt(),
                        Word.of(requested.getSagaKind(), event),
                        event.occurredAt())
                : null;
    }

    private static @Nullable String textOr(String text, @Nullable String before) {
        return text.isEmpty() ? before : StoredText.of(text);
    }

    /** What one event can change, before it is rows again. */
    private final class Draft {
        private String hostingMode = site.hostingMode();
        private String lifecycleStage = site.lifecycleStage();
        private @Nullable String deployStatus = site.deployStatus();
        private @Nullable String deployUrl = site.deployUrl();
        private @Nullable SealedText githubRepo = site.githubRepo();
        private @Nullable SagaRow saga = SiteFold.this.saga;

        SiteFold build(LoggedEvent event) {
            return new SiteFold(
                    new SiteRow(
                            site.siteId(),
                            site.sessionId(),
                            site.userId(),
                            site.workspaceId(),
                            site.slug(),
                            hostingMode,
                            lifecycleStage,
                            site.templateId(),
                            deployStatus,
                            deployUrl,
                            githubRepo,
                            site.requestedAt(),
                            event.occurredAt(),
                            event.sequence() + 1,
                            event.position()),
                    saga);
        }
    }
}
