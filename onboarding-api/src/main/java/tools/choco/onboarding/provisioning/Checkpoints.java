package tools.choco.onboarding.provisioning;

/**
 * Named places in the work of provisioning at which a test halts the process. In service nothing
 * happens there.
 */
@FunctionalInterface
public interface Checkpoints {

    /** Nothing happens anywhere. */
    Checkpoints NONE = (place, siteId) -> {};

    /** Where a hop's call to the host is about to be made. */
    String BEFORE_CALL = "before-call";

    /** Where the host has answered. */
    String AFTER_CALL = "after-call";

    /** Where the site is about to be told. */
    String BEFORE_COMMAND = "before-command";

    /** Where the site has answered: its event is in the log, its task still in the table. */
    String AFTER_EVENT = "after-event";

    /** Where GitHub was found not to be linked, and the site is about to be parked. */
    String BEFORE_PARKING = "before-parking";

    /** Where a linked user's sites are about to be started. */
    String BEFORE_RESUMING = "before-resuming";

    /** Where a session was told of its site, and the policy's token has not moved. */
    String AFTER_OUTCOME = "after-outcome";

    /** Where the saga has asked for a task, and its transaction is open. */
    String AFTER_ROUTING = "after-routing";

    /**
     * The work has come there.
     *
     * @param place one of the names above; those of a hop behind its state, {@code
     *     hook_creating/before-call} for instance
     */
    void reached(String place, String siteId);
}
