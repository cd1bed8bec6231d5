package tools.choco.onboarding.ops.replay;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.edge.AsOperator;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.projection.Difference;
import tools.choco.onboarding.projection.Replay;
import tools.choco.onboarding.projection.ReplayRefused;
import tools.choco.onboarding.projection.Replays;
import tools.choco.onboarding.session.SessionId;
import tools.jackson.databind.JsonNode;

/** Read models built again beside the ones that serve. */
@RestController
@RequestMapping("/ops/replays")
class ReplaysController {

    private static final String PRINTABLE = "[^\\p{Cntrl}]*";
    private static final Predicate<String> ID =
            java.util.regex.Pattern.compile("[a-z0-9_-]{1,64}").asMatchPredicate();

    private static final int PAGE_MAX = 500;
    private static final int SAMPLES_MAX = 100;

    private final Replays replays;
    private final ReplayActs acts;
    private final ReplayStreams streams;

    ReplaysController(Replays replays, ReplayActs acts, ReplayStreams streams) {
        this.replays = replays;
        this.acts = acts;
        this.streams = streams;
    }

    record BeginBody(
            @Nullable @Size(min = 1, max = 64) String projection,
            @Nullable @Size(min = 1, max = 20)
                    List<@NotNull @Size(min = 1, max = 64) String> projections,
            @Nullable @Size(min = 1, max = 64) String sessionId,
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record ActBody(@NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record ReplayList(List<ReplayBody> items) {}

    record SampleBody(JsonNode key, @Nullable JsonNode next, @Nullable JsonNode other) {}

    record TableBody(
            String table,
            long rowsNext,
            long rowsOther,
            long onlyNext,
            long onlyOther,
            long changed,
            List<SampleBody> samples) {}

    record DifferenceBody(
            String replayId,
            String next,
            String other,
            String position,
            boolean same,
            List<TableBody> tables) {}

    @GetMapping
    ReplayList list(@RequestParam(defaultValue = "50") @Min(1) @Max(PAGE_MAX) int limit) {
        return new ReplayList(replays.newest(limit).stream().map(ReplayBody::of).toList());
    }

    @PostMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    ReplayList begin(@AsOperator EdgeCall call, @Valid @RequestBody BeginBody body) {
        List<String> projections = projections(body);
        if (body.sessionId() == null) {
            return new ReplayList(
                    acts.begin(projections, order(call, body.reason())).stream()
                            .map(ReplayBody::of)
                            .toList());
        }
        if (projections.size() > 1) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_VALUE,
                    "/projections",
                    "A session is replayed in one read model at a time.");
        }
        String session = SessionId.of(body.sessionId()).value();
        try {
            Replay done = acts.session(projections.getFirst(), session, order(call, body.reason()));
            return new ReplayList(List.of(ReplayBody.of(done)));
        } catch (ReplayRefused refused) {
            if (refused.code().equals("replay_session_unknown")) {
                throw Refused.because(
                        Refusal.SESSION_NOT_FOUND, String.valueOf(refused.getMessage()));
            }
            throw refused;
        }
    }

    @GetMapping("/{replayId}")
    ReplayBody read(@PathVariable String replayId) {
        return ReplayBody.of(find(replayId));
    }

    /** Also what is asked for by HEAD. */
    @GetMapping(path = "/{replayId}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void events(
            @PathVariable String replayId,
            HttpServletRequest request,
            HttpServletResponse response) {
        streams.stream(find(replayId), !request.getMethod().equals("GET"), response);
    }

    @GetMapping("/{replayId}/difference")
    DifferenceBody difference(
            @PathVariable String replayId,
            @RequestParam(defaultValue = "5") @Min(0) @Max(SAMPLES_MAX) int samples) {
        Difference difference = replays.difference(id(replayId), samples);
        return new DifferenceBody(
                replayId,
                difference.next().name(),
                difference.other().name(),
                Long.toString(difference.position()),
                difference.isSame(),
                difference.tables().stream().map(ReplaysController::body).toList());
    }

    @PostMapping("/{replayId}/switch")
    ReplayBody switchTo(
            @AsOperator EdgeCall call,
            @PathVariable String replayId,
            @Valid @RequestBody ActBody body) {
        return ReplayBody.of(acts.switchTo(id(replayId), order(call, body.reason())));
    }

    @PostMapping("/{replayId}/rollback")
    ReplayBody rollback(
            @AsOperator EdgeCall call,
            @PathVariable String replayId,
            @Valid @RequestBody ActBody body) {
        return ReplayBody.of(acts.rollback(id(replayId), order(call, body.reason())));
    }

    @PostMapping("/{replayId}/cancel")
    ReplayBody cancel(
            @AsOperator EdgeCall call,
            @PathVariable String replayId,
            @Valid @RequestBody ActBody body) {
        return ReplayBody.of(acts.cancel(id(replayId), order(call, body.reason())));
    }

    private Replay find(String replayId) {
        return replays.find(id(replayId)).orElseThrow(ReplaysController::notFound);
    }

    private static String id(String replayId) {
        if (!ID.test(replayId)) {
            throw notFound();
        }
        return replayId;
    }

    private static EdgeProblem notFound() {
        return EdgeProblem.of(ProblemCode.REPLAY_NOT_FOUND, "There is no such replay.");
    }

    private List<String> projections(BeginBody body) {
        if ((body.projection() == null) == (body.projections() == null)) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_VALUE,
                    "/projections",
                    "Name one projection, or a list of projections; not both.");
        }
        List<String> wanted =
                body.projection() == null
                        ? body.projections().stream().distinct().toList()
                        : List.of(body.projection());
        if (!replays.projections().containsAll(wanted)) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_VALUE,
                    body.projection() == null ? "/projections" : "/projection",
                    "The projections are %s.".formatted(String.join(", ", replays.projections())));
        }
        return wanted;
    }

    private static ReplayActs.Order order(EdgeCall call, String reason) {
        return new ReplayActs.Order(call.caller().subject(), reason);
    }

    private static TableBody body(Difference.Table table) {
        return new TableBody(
                table.name(),
                table.rowsNext(),
                table.rowsOther(),
                table.onlyNext(),
                table.onlyOther(),
                table.changed(),
                table.samples().stream()
                        .map(it -> new SampleBody(it.key(), it.next(), it.other()))
                        .toList());
    }
}
