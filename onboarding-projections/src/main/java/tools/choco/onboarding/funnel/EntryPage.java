package tools.choco.onboarding.funnel;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.AsOf;

/**
 * The entries behind a number, those of the latest days first.
 *
 * @param items may be fewer than asked for, and none at all, also where another page follows: a
 *     page looks at a limited number of entries
 * @param nextCursor where the next page begins; null after the last
 * @param asOf up to where of the log the page goes
 * @param projectionVersion version of what the numbers mean
 * @param parkedSequences sessions left out, since one of their events could not be applied
 */
public record EntryPage(
        List<Item> items,
        @Nullable String nextCursor,
        AsOf asOf,
        int projectionVersion,
        long parkedSequences) {

    /** How an entry stands to a stage that it was offered. */
    public enum Reach {
        REACHED("reached"),
        SKIPPED("skipped"),
        NOT_REACHED("notReached");

        private final String key;

        Reach(String key) {
            this.key = key;
        }

        @JsonValue
        public String key() {
            return key;
        }

        /** The one of that name, if there is one. */
        public static Optional<Reach> of(String key) {
            return Arrays.stream(values()).filter(it -> it.key.equals(key)).findFirst();
        }
    }

    /**
     * One entry.
     *
     * @param sessionId the session; of another system's session, the id we gave it
     * @param entry number of the entry, from 1
     * @param startedDay the UTC day to which it belongs
     * @param outcome how it stands
     * @param test whether it is test traffic
     * @param dimensions values by dimension; empty where there is none
     * @param reach how it stands to the stage asked about
     * @param events what counted, stage by stage, in funnel order
     */
    public record Item(
            String sessionId,
            int entry,
            LocalDate startedDay,
            Outcome outcome,
            boolean test,
            Map<String, String> dimensions,
            Reach reach,
            List<Receipt> events) {}

    /**
     * The event that made a stage count as reached or skipped.
     *
     * @param position its position in the log
     */
    public record Receipt(
            String stage, Reach reach, String eventId, String position, Instant occurredAt) {}
}
