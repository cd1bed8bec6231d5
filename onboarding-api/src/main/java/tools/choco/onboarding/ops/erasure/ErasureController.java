package tools.choco.onboarding.ops.erasure;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.edge.AsOperator;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.ops.Audit;

/** Erasure of a user; idempotent by itself, since it asks for a state. */
@RestController
class ErasureController {

    private static final String ACTION = "user.erase";

    private final Erasures erasures;
    private final Audit audit;

    ErasureController(Erasures erasures, Audit audit) {
        this.erasures = erasures;
        this.audit = audit;
    }

    record Reason(
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = "[^\\p{Cntrl}]*") String reason) {}

    record ErasureBody(String userId, int keysDestroyed, boolean githubLinkRemoved) {}

    @PostMapping("/ops/users/{userId}/erase")
    ErasureBody erase(
            @AsOperator EdgeCall call,
            @PathVariable String userId,
            @Valid @RequestBody Reason body) {
        Erasures.Outcome outcome =
                erasures.erase(userId)
                        .orElseThrow(
                                () ->
                                        EdgeProblem.of(
                                                ProblemCode.USER_UNKNOWN,
                                                "Nothing was ever known of that user."));
        audit.record(call.caller().subject(), ACTION, userId, body.reason(), Audit.DONE);
        return new ErasureBody(userId, outcome.keysDestroyed(), outcome.githubLinkRemoved());
    }
}
