package tools.choco.onboarding.timeline;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the story behind a support ticket.
 *
 * @param ticketId the ticket, as the other system names it
 * @param sessionIds the sessions whose story it is, by their ids in the log: that of the system
 *     which told of the ticket, and the one which the ticket names
 * @param items in log order
 * @param nextCursor where the next part begins; null if there is no more
 */
record TicketTimelinePage(
        String ticketId,
        List<String> sessionIds,
        List<TimelinePage.Item> items,
        @Nullable String nextCursor) {}
