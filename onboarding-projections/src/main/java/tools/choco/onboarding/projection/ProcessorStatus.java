package tools.choco.onboarding.projection;

import org.jspecify.annotations.Nullable;

/**
 * How a projection's processor is doing in this process.
 *
 * @param name name of the generation and its processor
 * @param position log position of the last event taken, of the segment furthest behind; null while
 *     this process works on no segment
 * @param caughtUp whether every segment that this process works on had reached the end of the log
 * @param running whether it was started and not stopped; also true while it retries
 * @param error the failure it is retrying after; null if there is none
 */
public record ProcessorStatus(
        String name,
        @Nullable Long position,
        boolean caughtUp,
        boolean running,
        @Nullable String error) {

    /** Running, and nothing fails. */
    public boolean isHealthy() {
        return running && error == null;
    }
}
