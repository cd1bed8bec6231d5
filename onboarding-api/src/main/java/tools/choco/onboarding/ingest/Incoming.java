package tools.choco.onboarding.ingest;

import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.external.ExternalEvent;

/** One member of a batch, as far as it could be read. */
sealed interface Incoming {

    /** Place in the batch, from 0. */
    int index();

    /**
     * An event that says all that it has to.
     *
     * @param ticket the ticket that it opens; null for all other types
     */
    record Event(
            int index,
            String source,
            String sessionId,
            ExternalEvent event,
            @Nullable Ticket ticket)
            implements Incoming {}

    /** Something that cannot be taken. */
    record Refused(int index, RefusalCode code, String detail) implements Incoming {}

    /**
     * A support ticket.
     *
     * @param ticketId its id
     * @param sessionService whose session it is about
     */
    record Ticket(String ticketId, String sessionService) {}
}
