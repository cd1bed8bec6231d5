package tools.choco.onboarding.siteview;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A row of {@code sites}: its components are the columns. */
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
        @Nullable String githubRepo,
        Instant requestedAt,
        Instant updatedAt,
        long events,
        long lastPosition) {

    /** Columns that events after the first can change. */
    static final List<String> CHANGING =
            List.of(
                    "hosting_mode",
                    "lifecycle_stage",
                    "deploy_status",
                    "deploy_url",
                    "github_repo",
                    "updated_at",
                    "events",
                    "last_position");
}
