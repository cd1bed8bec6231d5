package tools.choco.onboarding.siteview;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.SealedText;

/** A row of {@code sites}. */
record SiteRow(
        String siteId,
        String sessionId,
        String userId,
        String workspaceId,
        String slug,
        String hostingMode,
        String lifecycleStage,
        String templateId,
        @Nullable String deployStatus,
        @Nullable String deployUrl,
        @Nullable SealedText githubRepo,
        Instant requestedAt,
        Instant updatedAt,
        long events,
        long lastPosition) {}
