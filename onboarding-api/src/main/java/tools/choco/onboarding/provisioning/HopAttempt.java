package tools.choco.onboarding.provisioning;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One try of a hop.
 *
 * @param attempt attempt of the site, from 1
 * @param hop state in which the work was due, {@code vercel_creating} for instance
 * @param tryNumber try of that hop, from 1
 * @param startedAt when it began
 * @param endedAt when it ended; null while it runs, and for ever if its process died
 * @param outcome {@code done}, {@code waits} (for its user or a better source), {@code again} or
 *     {@code failed}; null as above
 * @param errorKind who can mend it, as the host says; null without a failure
 * @param error what went wrong; null without a failure
 */
public record HopAttempt(
        int attempt,
        String hop,
        int tryNumber,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable String outcome,
        @Nullable String errorKind,
        @Nullable String error) {}
