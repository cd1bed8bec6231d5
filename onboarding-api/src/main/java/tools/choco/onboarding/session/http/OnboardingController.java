package tools.choco.onboarding.session.http;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.Keys;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.answer.form.JsonAnswerForms;
import tools.choco.onboarding.edge.AsOperator;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.RequestHash;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.flow.StepKind;
import tools.choco.onboarding.refusal.recording.NotesRefusals;
import tools.choco.onboarding.session.CompleteOnboarding;
import tools.choco.onboarding.session.CompleteStep;
import tools.choco.onboarding.session.ReadSession;
import tools.choco.onboarding.session.ReopenStep;
import tools.choco.onboarding.session.ResetSession;
import tools.choco.onboarding.session.SelectPath;
import tools.choco.onboarding.session.SessionAnswer;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.session.SessionState;
import tools.choco.onboarding.session.SkipStep;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.http.SiteGateway;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The session routes. Every write may carry {@code Idempotency-Key} and {@code If-Match}. */
@RestController
class OnboardingController {

    private static final String PRINTABLE = "[^\\p{Cntrl}]*";

    private final Sessions sessions;
    private final SiteGateway sites;
    private final FlowCatalog flows;
    private final AnswerVault vault;
    private final RequestHash hash;

    OnboardingController(
            Sessions sessions,
            SiteGateway sites,
            FlowCatalog flows,
            AnswerVault vault,
            RequestHash hash) {
        this.sessions = sessions;
        this.sites = sites;
        this.flows = flows;
        this.vault = vault;
        this.hash = hash;
    }

    record StartBody(
            @Nullable @Size(min = 1, max = 64) @Pattern(regexp = PRINTABLE) String flowId,
            @Nullable @Size(min = 1, max = 64) @Pattern(regexp = PRINTABLE) String workspaceId,
            @Nullable @Size(max = 64) @Pattern(regexp = PRINTABLE) String source) {}

    record StepBody(
            @NotNull @Size(min = 1, max = 64) String sessionId,
            @NotNull @Size(min = 1, max = 64) String stepId,
            @Nullable JsonNode answers,
            @Nullable @Positive Long revision) {}

    record SkipBody(
            @NotNull @Size(min = 1, max = 64) String sessionId,
            @NotNull @Size(min = 1, max = 64) String stepId,
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record ReopenBody(
            @NotNull @Size(min = 1, max = 64) String sessionId,
            @NotNull @Size(min = 1, max = 64) String stepId) {}

    record PathBody(
            @NotNull @Size(min = 1, max = 64) String sessionId,
            @NotNull @Size(min = 1, max = 64) String pathId) {}

    record CompleteBody(@NotNull @Size(min = 1, max = 64) String sessionId) {}

    record ResetBody(
            @NotNull @Size(min = 1, max = 64) String sessionId,
            @Nullable @Size(max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record OperatorResetBody(
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    @PostMapping("/onboarding/start")
    ResponseEntity<SessionBody> start(EdgeCall call, @Valid @RequestBody StartBody body) {
        String flowId = flowId(body.flowId());
        SessionAnswer answer =
                sessions.start(
                        call.caller().subject(),
                        flowId,
                        body.workspaceId(),
                        body.source() == null ? "" : body.source(),
                        call.request("start", body, hash));
        return answer(call, answer, answer.created() ? HttpStatus.CREATED : HttpStatus.OK);
    }

    @GetMapping("/onboarding/session")
    ResponseEntity<SessionBody> mine(
            EdgeCall call, @RequestParam @Nullable @Size(min = 1, max = 64) String flowId) {
        SessionState state =
                sessions.mine(call.caller().subject(), flowId(flowId), call.read())
                        .orElseThrow(
                                () ->
                                        Refused.because(
                                                Refusal.SESSION_NOT_FOUND,
                                                "You have no session in this flow."));
        return answer(call, state);
    }

    @GetMapping("/onboarding/sessions/{sessionId}")
    ResponseEntity<SessionBody> byId(EdgeCall call, @PathVariable String sessionId) {
        return answer(
                call, sessions.send(new ReadSession(SessionId.of(sessionId), call.read())).state());
    }

    @PostMapping("/onboarding/step")
    @NotesRefusals(CompleteStep.class)
    ResponseEntity<SessionBody> complete(EdgeCall call, @Valid @RequestBody StepBody body) {
        return answer(
                call,
                sessions.send(
                        new CompleteStep(
                                SessionId.of(body.sessionId()),
                                Keys.canonical(body.stepId()),
                                answers(body.answers()),
                                body.revision(),
                                call.request("step", body, hash))),
                HttpStatus.OK);
    }

    @PostMapping("/onboarding/step/skip")
    @NotesRefusals(SkipStep.class)
    ResponseEntity<SessionBody> skip(EdgeCall call, @Valid @RequestBody SkipBody body) {
        return answer(
                call,
                sessions.send(
                        new SkipStep(
                                SessionId.of(body.sessionId()),
                                Keys.canonical(body.stepId()),
                                body.reason(),
                                call.request("skip", body, hash))),
                HttpStatus.OK);
    }

    @PostMapping("/onboarding/step/reopen")
    @NotesRefusals(ReopenStep.class)
    ResponseEntity<SessionBody> reopen(EdgeCall call, @Valid @RequestBody ReopenBody body) {
        return answer(
                call,
                sessions.send(
                        new ReopenStep(
                                SessionId.of(body.sessionId()),
                                Keys.canonical(body.stepId()),
                                call.request("reopen", body, hash))),
                HttpStatus.OK);
    }

    @PostMapping("/onboarding/path")
    @NotesRefusals(SelectPath.class)
    ResponseEntity<SessionBody> path(EdgeCall call, @Valid @RequestBody PathBody body) {
        return answer(
                call,
                sessions.send(
                        new SelectPath(
                                SessionId.of(body.sessionId()),
                                Keys.canonical(body.pathId()),
                                call.request("path", body, hash))),
                HttpStatus.OK);
    }

    @PostMapping("/onboarding/complete")
    @NotesRefusals(CompleteOnboarding.class)
    ResponseEntity<SessionBody> complete(EdgeCall call, @Valid @RequestBody CompleteBody body) {
        return answer(
                call,
                sessions.send(
                        new CompleteOnboarding(
                                SessionId.of(body.sessionId()),
                                call.request("complete", body, hash))),
                HttpStatus.OK);
    }

    @PostMapping("/onboarding/reset")
    @NotesRefusals(ResetSession.class)
    ResponseEntity<SessionBody> reset(EdgeCall call, @Valid @RequestBody ResetBody body) {
        Request request = call.request("reset", body, hash);
        String reason = body.reason() == null ? "" : body.reason();
        return answer(
                call,
                sessions.reset(SessionId.of(body.sessionId()), reason, request),
                HttpStatus.CREATED);
    }

    @PostMapping("/ops/sessions/{sessionId}/reset")
    ResponseEntity<SessionBody> operatorReset(
            @AsOperator EdgeCall call,
            @PathVariable String sessionId,
            @Valid @RequestBody OperatorResetBody body) {
        SessionAnswer answer =
                sessions.reset(
                        SessionId.of(sessionId),
                        body.reason(),
                        call.request("ops/reset", body, hash));
        return respond(
                SessionBody.withoutAnswers(answer.state(), sitesOf(call, answer.state())),
                answer.replayed(),
                HttpStatus.CREATED);
    }

    private String flowId(@Nullable String flowId) {
        // Looked up at once, so that an unknown flow never becomes a claim.
        return flows.offered(flowId == null ? flows.defaultFlowId() : Keys.canonical(flowId)).id();
    }

    private static Answers answers(@Nullable JsonNode answers) {
        return JsonAnswerForms.answers(
                answers == null || answers.isNull()
                        ? JsonNodeFactory.instance.objectNode()
                        : answers);
    }

    private ResponseEntity<SessionBody> answer(EdgeCall call, SessionState state) {
        return respond(SessionBody.of(state, sitesOf(call, state), vault), false, HttpStatus.OK);
    }

    private ResponseEntity<SessionBody> answer(
            EdgeCall call, SessionAnswer answer, HttpStatus status) {
        return respond(
                SessionBody.of(answer.state(), sitesOf(call, answer.state()), vault),
                answer.replayed(),
                status);
    }

    /** Asked for only where the session was offered one. */
    private List<SiteState> sitesOf(EdgeCall call, SessionState state) {
        return state.progress().steps().stream().anyMatch(step -> step.kind() == StepKind.SITE)
                ? sites.ofSession(state.id(), call.read())
                : List.of();
    }

    private static ResponseEntity<SessionBody> respond(
            SessionBody body, boolean replayed, HttpStatus status) {
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(status).eTag("\"" + body.revision() + "\"");
        if (replayed) {
            response.header("Idempotent-Replayed", "true");
        }
        if (status == HttpStatus.CREATED) {
            response.location(URI.create("/onboarding/sessions/" + body.sessionId()));
        }
        return response.body(body);
    }
}
