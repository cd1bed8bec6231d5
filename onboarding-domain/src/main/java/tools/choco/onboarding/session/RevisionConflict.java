package tools.choco.onboarding.session;

import java.time.Instant;
import java.util.List;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;

/**
 * A write was made against content that has changed since; tells the client what, when and by whom.
 */
public final class RevisionConflict extends Refused {

    private static final long serialVersionUID = 1L;

    private final long revision;
    private final String checksum;
    private final transient List<Difference> changes;

    /**
     * One place that changed.
     *
     * @param pointer JSON pointer into the session's content
     * @param revision revision that changed it last
     * @param at when
     * @param by subject of the one who did it
     */
    public record Difference(String pointer, long revision, Instant at, String by) {}

    /**
     * @param revision the current revision
     * @param checksum SHA-256 hex of the current content
     * @param changes what changed since, in flow order
     */
    public RevisionConflict(long revision, String checksum, List<Difference> changes) {
        super(
                Refusal.REVISION_CONFLICT,
                "The session has changed since the revision that the write names.",
                List.of());
        this.revision = revision;
        this.checksum = checksum;
        this.changes = List.copyOf(changes);
    }

    /** The current revision. */
    public long revision() {
        return revision;
    }

    /** SHA-256 hex of the current content: steps, answers and path. */
    public String checksum() {
        return checksum;
    }

    /** What changed since, in flow order. */
    public List<Difference> changes() {
        return changes;
    }
}
