package tools.choco.onboarding.siteview;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.SealedText;

/**
 * A site in a user's list.
 *
 * @param hostingMode {@code user_git} or {@code platform_template}
 * @param lifecycleStage {@code playground}, {@code adopted} or {@code live}
 * @param deployStatus outcome of the latest build; null before the first
 * @param deployUrl where it is served; null until it is
 * @param githubRepo source, sealed; null until it is known, and for a welcome site
 * @param provisioning null for a welcome site
 * @param requestedAt when it was first requested
 */
public record SiteSummary(
        String siteId,
        String sessionId,
        String slug,
        String hostingMode,
        String lifecycleStage,
        @Nullable String deployStatus,
        @Nullable String deployUrl,
        @Nullable SealedText githubRepo,
        @Nullable Provisioning provisioning,
        Instant requestedAt) {

    /**
     * Where the provisioning of a user's own site is.
     *
     * @param updatedAt since when it is in its state
     */
    public record Provisioning(
            String state,
            int attempt,
            String sagaKind,
            @Nullable String errorKind,
            @Nullable String lastError,
            Instant updatedAt) {}
}
