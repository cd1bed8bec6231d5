package tools.choco.onboarding.watch;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Size;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.events.v1.ProvisioningState;

/** The streams of sessions and sites, and the tickets for them. */
@RestController
class WatchController {

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final Pattern POSITION = Pattern.compile("\\d{1,18}");

    private static final Map<String, ProvisioningState> STATES =
            ProvisioningState.getDescriptor().getValues().stream()
                    .filter(value -> value.getNumber() != 0)
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    EventJson::word, ProvisioningState::valueOf));

    private final Streams streams;
    private final StreamTickets tickets;

    WatchController(Streams streams, StreamTickets tickets) {
        this.streams = streams;
        this.tickets = tickets;
    }

    /** One of the two. */
    record TicketBody(
            @Nullable @Size(min = 1, max = 64) String sessionId,
            @Nullable @Size(min = 1, max = 64) String siteId) {}

    @GetMapping(
            path = "/onboarding/sessions/{sessionId}/events",
            produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void session(
            @PathVariable String sessionId,
            @RequestParam @Nullable String ticket,
            @RequestParam @Nullable String lastEventId,
            @RequestHeader(name = LAST_EVENT_ID, required = false) @Nullable String header,
            HttpServletRequest request,
            HttpServletResponse response) {
        open(Watched.session(sessionId), ticket, header, lastEventId, request, response);
    }

    @GetMapping(path = "/sites/{siteId}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void site(
            @PathVariable String siteId,
            @RequestParam @Nullable String to,
            @RequestParam @Nullable String ticket,
            @RequestParam @Nullable String lastEventId,
            @RequestHeader(name = LAST_EVENT_ID, required = false) @Nullable String header,
            HttpServletRequest request,
            HttpServletResponse response) {
        Watched watched = Watched.site(siteId, to == null ? null : states(to));
        open(watched, ticket, header, lastEventId, request, response);
    }

    @PostMapping("/stream-tickets")
    ResponseEntity<StreamTickets.Ticket> ticket(@Valid @RequestBody TicketBody body) {
        Watcher watcher = Watcher.current().orElseThrow(WatchController::nobody);
        Watched watched = watched(body);
        streams.require(watched, watcher);
        return ResponseEntity.status(HttpStatus.CREATED)
                .cacheControl(CacheControl.noStore())
                .body(tickets.issue(watcher, watched));
    }

    private void open(
            Watched watched,
            @Nullable String ticket,
            @Nullable String header,
            @Nullable String parameter,
            HttpServletRequest request,
            HttpServletResponse response) {
        // A header counts before what is left in the address from an earlier connection.
        Long after = position(header == null ? parameter : header);
        streams.open(watched, watcher(watched, ticket), after, request, response);
    }

    private Watcher watcher(Watched watched, @Nullable String ticket) {
        Optional<Watcher> bearer = Watcher.current();
        if (ticket == null) {
            return bearer.orElseThrow(WatchController::nobody);
        }
        if (bearer.isPresent()) {
            throw EdgeProblem.of(
                    ProblemCode.INVALID_PARAMETER, "A bearer token needs no ticket beside it.");
        }
        return tickets.spend(ticket, watched)
                .orElseThrow(
                        () ->
                                EdgeProblem.of(
                                        ProblemCode.INVALID_TICKET,
                                        "The ticket is spent, has expired or is for another"
                                                + " stream; get a new one."));
    }

    private static EdgeProblem nobody() {
        return EdgeProblem.of(ProblemCode.MISSING_TOKEN, "The route needs a bearer token.");
    }

    private static @Nullable Long position(@Nullable String id) {
        if (id == null || id.isEmpty()) {
            return null;
        }
        if (!POSITION.matcher(id).matches()) {
            throw EdgeProblem.of(
                    ProblemCode.INVALID_LAST_EVENT_ID,
                    "The last event's id is none that a stream has given.");
        }
        return Long.valueOf(id);
    }

    private static Set<ProvisioningState> states(String to) {
        return Arrays.stream(to.split(",", -1))
                .map(
                        word -> {
                            ProvisioningState state = STATES.get(word);
                            if (state == null) {
                                throw EdgeProblem.of(
                                        ProblemCode.INVALID_PARAMETER,
                                        "The parameter to names states, with commas between them: "
                                                + String.join(", ", new TreeSet<>(STATES.keySet()))
                                                + ".");
                            }
                            return state;
                        })
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Watched watched(TicketBody body) {
        if (body.sessionId() != null && body.siteId() != null) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_VALUE, "/siteId", "A ticket is for a session or a site.");
        }
        if (body.sessionId() != null) {
            return Watched.session(body.sessionId());
        }
        if (body.siteId() != null) {
            return Watched.site(body.siteId(), null);
        }
        throw EdgeProblem.at(
                ProblemCode.MISSING_FIELD, "/sessionId", "A ticket is for a session or a site.");
    }
}
