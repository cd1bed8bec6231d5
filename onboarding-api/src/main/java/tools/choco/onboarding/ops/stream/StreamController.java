package tools.choco.onboarding.ops.stream;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.edge.AsOperator;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.ops.Audit;
import tools.choco.onboarding.relay.EventRelay;
import tools.choco.onboarding.relay.RelayState;
import tools.choco.onboarding.relay.RelayStatus;
import tools.choco.onboarding.relay.StreamUnavailable;
import tools.choco.onboarding.relay.Subjects;

/** The stream out, for operators: how far it is, and how to fill it anew. */
@RestController
@RequestMapping("/ops/stream")
class StreamController {

    private static final String PRINTABLE = "[^\\p{Cntrl}]*";
    private static final String REBUILD = "stream.rebuild";

    private final EventRelay relay;
    private final Audit audit;

    StreamController(EventRelay relay, Audit audit) {
        this.relay = relay;
        this.audit = audit;
    }

    record RebuildBody(
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record FailureBody(Instant at, String kind, String detail) {}

    record StreamBody(
            String stream,
            String state,
            @Nullable String position,
            String head,
            @Nullable Long backlogEvents,
            @Nullable Long backlogMs,
            @Nullable FailureBody lastFailure) {}

    @GetMapping
    StreamBody status() {
        return body(relay.status());
    }

    @PostMapping("/rebuild")
    @ResponseStatus(HttpStatus.ACCEPTED)
    StreamBody rebuild(@AsOperator EdgeCall call, @Valid @RequestBody RebuildBody body) {
        String actor = call.caller().subject();
        if (relay.status().state() == RelayState.OFF) {
            audit.record(
                    actor, REBUILD, Subjects.STREAM, body.reason(), ProblemCode.STREAM_OFF.code());
            throw EdgeProblem.of(
                    ProblemCode.STREAM_OFF, "No NATS server is configured: ONBOARDING_NATS_URL.");
        }
        try {
            relay.rebuild();
        } catch (StreamUnavailable unavailable) {
            audit.record(
                    actor, REBUILD, Subjects.STREAM, body.reason(), ProblemCode.UNAVAILABLE.code());
            throw EdgeProblem.of(ProblemCode.UNAVAILABLE, String.valueOf(unavailable.getMessage()));
        }
        audit.record(actor, REBUILD, Subjects.STREAM, body.reason(), Audit.DONE);
        return body(relay.status());
    }

    private static StreamBody body(RelayStatus status) {
        RelayStatus.Failure failure = status.lastFailure();
        Long position = status.position();
        return new StreamBody(
                Subjects.STREAM,
                status.state().wireName(),
                position == null ? null : Long.toString(position),
                Long.toString(status.head()),
                status.backlogEvents(),
                status.backlogMs(),
                failure == null
                        ? null
                        : new FailureBody(failure.at(), failure.kind(), failure.detail()));
    }
}
