package tools.choco.onboarding.projection;

/**
 * A row that is folded from the events of one session and its sites.
 *
 * @param <R> the row itself
 */
public interface SessionRow<R extends SessionRow<R>> {

    /** The session. */
    String sessionId();

    /** Number of the session's own events applied so far. */
    long revision();

    /** Where the session's sites are. */
    SiteStates sites();

    /**
     * The row after the next event.
     *
     * @throws BrokenHistory if the row cannot place it
     */
    R after(LoggedEvent event);

    /** Whether the row holds the event already. */
    default boolean contains(LoggedEvent event) {
        return event.isOfSession() ? event.sequence() < revision() : sites().contains(event);
    }
}
