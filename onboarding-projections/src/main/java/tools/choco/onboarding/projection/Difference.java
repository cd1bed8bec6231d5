package tools.choco.onboarding.projection;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What two generations of a read model have in common, and what not, in one snapshot with both at
 * the same position.
 *
 * @param next the generation that was asked about
 * @param other the one that it is compared with
 * @param position log position up to which both have applied every event
 * @param tables every table that either has, by name
 */
public record Difference(Generation next, Generation other, long position, List<Table> tables) {

    /**
     * One table.
     *
     * @param name of the table
     * @param rowsNext rows of the generation asked about
     * @param rowsOther rows of the other
     * @param onlyNext rows whose key only the one asked about has
     * @param onlyOther rows whose key only the other has
     * @param changed rows whose key both have, with other values
     * @param samples some of each of the three, by key
     */
    public record Table(
            String name,
            long rowsNext,
            long rowsOther,
            long onlyNext,
            long onlyOther,
            long changed,
            List<Sample> samples) {

        /** Whether both have the same rows. */
        public boolean isSame() {
            return onlyNext == 0 && onlyOther == 0 && changed == 0;
        }
    }

    /**
     * A row that differs.
     *
     * @param key columns of the primary key
     * @param next all columns of the row in the generation asked about; null if it has none
     * @param other all columns of the row in the other; null if it has none
     */
    public record Sample(JsonNode key, @Nullable JsonNode next, @Nullable JsonNode other) {}

    /** Whether both have the same rows in every table. */
    public boolean isSame() {
        return tables.stream().allMatch(Table::isSame);
    }
}
