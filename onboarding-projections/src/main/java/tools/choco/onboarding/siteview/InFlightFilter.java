package tools.choco.onboarding.siteview;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which provisionings to look at; all that is given has to hold.
 *
 * @param state in that state; null for every one that is neither live nor failed
 * @param unchangedSince in their state since before then
 */
public record InFlightFilter(@Nullable String state, @Nullable Instant unchangedSince) {

    /** Everything that is under way or parked. */
    public static final InFlightFilter ALL = new InFlightFilter(null, null);

    /** In that state, for instance {@code awaiting_github}; live and failed ones too. */
    public InFlightFilter withState(String wanted) {
        return new InFlightFilter(wanted, unchangedSince);
    }

    /** In their state for longer than {@code duration}, as of an instant. */
    public InFlightFilter withStuckLongerThan(Duration duration, Instant asOf) {
        // Nothing happened before the epoch, and the calendar ends where a duration does not.
        Instant before =
                duration.compareTo(Duration.between(Instant.EPOCH, asOf)) > 0
                        ? Instant.EPOCH
                        : asOf.minus(duration);
        return new InFlightFilter(state, before);
    }
}
