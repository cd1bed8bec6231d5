package tools.choco.onboarding.timeline;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.sessionview.TicketQueries;

/** The timeline of a session. */
@RestController
class TimelineController {

    private static final String PAGE_DEFAULT = "50";
    private static final int PAGE_MAX = 500;
    private static final String START = "0";

    private final Timelines timelines;
    private final TicketQueries tickets;

    TimelineController(Timelines timelines, TicketQueries tickets) {
        this.timelines = timelines;
        this.tickets = tickets;
    }

    /** A cursor is the position after which the page begins. */
    @GetMapping("/sessions/{sessionId}/timeline")
    TimelinePage timeline(
            @PathVariable String sessionId,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(PAGE_MAX) int limit,
            @RequestParam @Nullable @Pattern(regexp = "[0-9]{1,18}") String cursor) {
        return timelines.page(sessionId, Long.parseLong(cursor == null ? START : cursor), limit);
    }

    /** What the user of a ticket went through, before it and after. */
    @GetMapping("/tickets/{ticketId}/timeline")
    TicketTimelinePage ofTicket(
            @PathVariable String ticketId,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(PAGE_MAX) int limit,
            @RequestParam @Nullable @Pattern(regexp = "[0-9]{1,18}") String cursor) {
        List<String> sessions =
                tickets.of(ticketId).stream()
                        .flatMap(it -> Stream.of(it.externalSessionId(), it.sessionId()))
                        .distinct()
                        .toList();
        if (sessions.isEmpty()) {
            throw EdgeProblem.of(ProblemCode.NOT_FOUND, "Nobody has told of such a ticket.");
        }
        return timelines.ofTicket(
                ticketId, sessions, Long.parseLong(cursor == null ? START : cursor), limit);
    }
}
