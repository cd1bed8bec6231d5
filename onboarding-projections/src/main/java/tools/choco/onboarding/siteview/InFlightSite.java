package tools.choco.onboarding.siteview;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A site whose provisioning an operator looks at.
 *
 * @param state where it is
 * @param attempt from 1
 * @param sagaKind {@code provision} or {@code adopt}
 * @param errorKind who has to act on the failure; null if the attempt has not failed
 * @param lastError what happened, for people; null if the attempt has not failed
 * @param sinceState since when it is in its state
 */
public record InFlightSite(
        String siteId,
        String sessionId,
        String userId,
        String slug,
        String state,
        int attempt,
        String sagaKind,
        @Nullable String errorKind,
        @Nullable String lastError,
        Instant sinceState) {}
