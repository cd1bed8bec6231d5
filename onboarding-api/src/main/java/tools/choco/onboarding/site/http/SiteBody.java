package tools.choco.onboarding.site.http;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.siteview.SiteSummary;

/** A site as the API answers it; {@code provisioning} is null for a welcome site. */
record SiteBody(
        String siteId,
        String sessionId,
        String slug,
        String hostingMode,
        String lifecycleStage,
        @Nullable String deployStatus,
        @Nullable String deployUrl,
        @Nullable String githubRepo,
        @Nullable ProvisioningBody provisioning) {

    /** Where the provisioning is; {@code updatedAt} is since when. */
    record ProvisioningBody(
            String state,
            int attempt,
            String sagaKind,
            @Nullable String errorKind,
            @Nullable String lastError,
            Instant updatedAt) {}

    /** From the site's own state. */
    static SiteBody of(SiteState state, TextVault texts) {
        DeployStatus deploy = state.deployStatus();
        return new SiteBody(
                state.id().value(),
                state.sessionId().value(),
                state.slug().value(),
                word(state.hostingMode(), "HOSTING_MODE_"),
                word(state.lifecycleStage(), "LIFECYCLE_STAGE_"),
                deploy == null ? null : word(deploy, "DEPLOY_STATUS_"),
                state.deployUrl(),
                state.repository(texts).orElse(null),
                provisioning(state));
    }

    /** From the read model; of the sites of that user. */
    static SiteBody of(SiteSummary site, String userId, TextVault texts) {
        SealedText repository = site.githubRepo();
        SiteSummary.Provisioning it = site.provisioning();
        return new SiteBody(
                site.siteId(),
                site.sessionId(),
                site.slug(),
                site.hostingMode(),
                site.lifecycleStage(),
                site.deployStatus(),
                site.deployUrl(),
                repository == null
                        ? null
                        : texts.open(userId, site.siteId(), SiteState.GITHUB_REPO, repository)
                                .orElse(null),
                it == null
                        ? null
                        : new ProvisioningBody(
                                it.state(),
                                it.attempt(),
                                it.sagaKind(),
                                it.errorKind(),
                                it.lastError(),
                                it.updatedAt()));
    }

    private static @Nullable ProvisioningBody provisioning(SiteState state) {
        ProvisioningState provisioning = state.provisioning();
        Instant updatedAt = state.provisioningUpdatedAt();
        ErrorKind error = state.errorKind();
        return provisioning == null || updatedAt == null
                ? null
                : new ProvisioningBody(
                        provisioning.wireName(),
                        state.attempt(),
                        word(state.sagaKind(), "SAGA_KIND_"),
                        error == null ? null : word(error, "ERROR_KIND_"),
                        state.lastError(),
                        updatedAt);
    }

    /** {@code user_git} of {@code HOSTING_MODE_USER_GIT}. */
    private static String word(Enum<?> value, String prefix) {
        return value.name().substring(prefix.length()).toLowerCase(Locale.ROOT);
    }
}
