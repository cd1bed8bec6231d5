package tools.choco.onboarding.sessionview;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions to list; all that is given has to hold.
 *
 * @param status in that status
 * @param flowId in that flow, whatever its version
 * @param userId of that user
 * @param step with that current step
 * @param activeBefore whose user last did something before then
 * @param includeTest also traffic marked as a test
 */
public record SessionFilter(
        @Nullable SessionStatus status,
        @Nullable String flowId,
        @Nullable String userId,
        @Nullable String step,
        @Nullable Instant activeBefore,
        boolean includeTest) {

    /** Every session that is no test traffic. */
    public static final SessionFilter ALL = new SessionFilter(null, null, null, null, null, false);

    public SessionFilter withStatus(SessionStatus wanted) {
        return new SessionFilter(wanted, flowId, userId, step, activeBefore, includeTest);
    }

    public SessionFilter withFlowId(String wanted) {
        return new SessionFilter(status, wanted, userId, step, activeBefore, includeTest);
    }

    public SessionFilter withUserId(String wanted) {
        return new SessionFilter(status, flowId, wanted, step, activeBefore, includeTest);
    }

    public SessionFilter withStep(String wanted) {
        return new SessionFilter(status, flowId, userId, wanted, activeBefore, includeTest);
    }

    /** Idle for longer than {@code duration}, as of an instant. */
    public SessionFilter withIdleLongerThan(Duration duration, Instant asOf) {
        // Nothing happened before the epoch, and the calendar ends where a duration does not.
        Instant before =
                duration.compareTo(Duration.between(Instant.EPOCH, asOf)) > 0
                        ? Instant.EPOCH
                        : asOf.minus(duration);
        return new SessionFilter(status, flowId, userId, step, before, includeTest);
    }

    public SessionFilter withTest() {
        return new SessionFilter(status, flowId, userId, step, activeBefore, true);
    }
}
