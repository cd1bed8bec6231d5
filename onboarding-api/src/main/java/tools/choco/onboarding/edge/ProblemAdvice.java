package tools.choco.onboarding.edge;

import jakarta.validation.ConstraintViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.validation.FieldError;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.answer.form.JsonBeyondLimits;
import tools.choco.onboarding.eventlog.LogOverloaded;
import tools.choco.onboarding.eventlog.LogUnavailable;
import tools.choco.onboarding.projection.InvalidCursor;
import tools.choco.onboarding.projection.NotBuilt;
import tools.choco.onboarding.projection.ReplayRefused;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.choco.onboarding.transaction.Databases;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Turns whatever goes wrong into a problem response that says what the client can do about it. */
@RestControllerAdvice
class ProblemAdvice {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    /** What a client should wait before it tries again, seconds. */
    private static final String RETRY_AFTER_SECONDS = "2";

    private static final Set<String> SIGNATURE_CODES =
            Set.of(
                    ProblemCode.MISSING_SIGNATURE.code(),
                    ProblemCode.INVALID_SIGNATURE.code(),
                    ProblemCode.SIGNATURE_EXPIRED.code());

    private final EdgeSettings settings;

    ProblemAdvice(EdgeSettings settings) {
        this.settings = settings;
    }

    @ExceptionHandler
    ResponseEntity<Problem> refused(Refused refused) {
        return respond(Problem.of(refused));
    }

    @ExceptionHandler
    ResponseEntity<Problem> edge(EdgeProblem refused) {
        Problem problem = refused.problem();
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(problem.status())
                        .contentType(MediaType.APPLICATION_PROBLEM_JSON);
        switch (problem.status()) {
            case 401 ->
                    response.header(
                            HttpHeaders.WWW_AUTHENTICATE,
                            SIGNATURE_CODES.contains(problem.code())
                                    ? "Standard-Webhooks"
                                    : "Bearer");
            case 429, 503 -> response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            default -> {
                // The problem says it all.
            }
        }
        return response.body(problem);
    }

    @ExceptionHandler
    ResponseEntity<Problem> beyondLimits(JsonBeyondLimits beyond) {
        return problem(ProblemCode.INVALID_VALUE, "The body is nested too deep or too large.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> noSession(AggregateNotFoundException missing) {
        return respond(
                Problem.of(
                        Refused.because(Refusal.SESSION_NOT_FOUND, "There is no such session.")));
    }

    @ExceptionHandler
    ResponseEntity<Problem> unreadable(HttpMessageNotReadableException unreadable) {
        // The parser wraps what reading the body threw, so that is looked for first.
        for (Throwable cause = unreadable; cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyLimit.Exceeded) {
                return problem(
                        ProblemCode.BODY_TOO_LARGE, BodyLimit.detail(settings.bodyBytesMax()));
            }
        }
        for (Throwable cause = unreadable; cause != null; cause = cause.getCause()) {
            if (cause instanceof EdgeProblem problem) {
                return respond(problem.problem());
            }
            if (cause instanceof UnrecognizedPropertyException unknown) {
                return problem(
                        ProblemCode.UNKNOWN_FIELD, pointer(unknown), "The field is not known.");
            }
            if (cause instanceof DatabindException databind && !databind.getPath().isEmpty()) {
                return problem(
                        ProblemCode.WRONG_TYPE, pointer(databind), "The field has another type.");
            }
            if (cause instanceof DatabindException) {
                return problem(ProblemCode.WRONG_TYPE, "The body must be a JSON object.");
            }
            if (cause instanceof JacksonException) {
                return problem(ProblemCode.MALFORMED_JSON, "The body is not well-formed JSON.");
            }
        }
        return problem(ProblemCode.MALFORMED_JSON, "The route needs a JSON body.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> invalid(MethodArgumentNotValidException invalid) {
        List<Issue> errors = new ArrayList<>();
        for (FieldError error : invalid.getBindingResult().getFieldErrors()) {
            errors.add(
                    new Issue(
                            "/" + error.getField().replaceAll("[.\\[]", "/").replace("]", ""),
                            fieldCode(error).code(),
                            String.valueOf(error.getDefaultMessage())));
        }
        boolean missing =
                errors.stream().allMatch(it -> it.code().equals(ProblemCode.MISSING_FIELD.code()));
        ProblemCode code = missing ? ProblemCode.MISSING_FIELD : ProblemCode.INVALID_VALUE;
        return respond(Problem.of(code, "The body does not follow the contract.", errors));
    }

    @ExceptionHandler
    ResponseEntity<Problem> invalid(HandlerMethodValidationException invalid) {
        List<Issue> errors = new ArrayList<>();
        invalid.getParameterValidationResults()
                .forEach(
                        result ->
                                result.getResolvableErrors()
                                        .forEach(
                                                error ->
                                                        errors.add(
                                                                parameterIssue(
                                                                        result.getMethodParameter()
                                                                                .getParameterName(),
                                                                        error
                                                                                .getDefaultMessage()))));
        return respond(
                Problem.of(
                        ProblemCode.INVALID_PARAMETER,
                        "A parameter does not follow the contract.",
                        errors));
    }

    @ExceptionHandler
    ResponseEntity<Problem> mistyped(MethodArgumentTypeMismatchException mistyped) {
        return respond(
                Problem.of(
                        ProblemCode.INVALID_PARAMETER,
                        "A parameter does not follow the contract.",
                        List.of(parameterIssue(mistyped.getName(), "cannot be read"))));
    }

    @ExceptionHandler
    ResponseEntity<Problem> missing(MissingServletRequestParameterException missing) {
        return respond(
                Problem.of(
                        ProblemCode.INVALID_PARAMETER,
                        "A parameter does not follow the contract.",
                        List.of(parameterIssue(missing.getParameterName(), "is missing"))));
    }

    /** Names or values that are no text, which are found out only when they are asked for. */
    @ExceptionHandler({InvalidParameterException.class, RequestRejectedException.class})
    ResponseEntity<Problem> undecodable() {
        return problem(ProblemCode.INVALID_PARAMETER, "A parameter cannot be decoded.");
    }

    @ExceptionHandler({NoResourceFoundException.class, NoHandlerFoundException.class})
    ResponseEntity<Problem> nothingHere() {
        return problem(ProblemCode.NOT_FOUND, "No route has this path.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> wrongMethod(HttpRequestMethodNotSupportedException wrong) {
        return ResponseEntity.status(ProblemCode.METHOD_NOT_ALLOWED.status())
                .headers(wrong.getHeaders())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(
                        Problem.of(
                                ProblemCode.METHOD_NOT_ALLOWED,
                                "The Allow header lists what is allowed.",
                                List.of()));
    }

    @ExceptionHandler
    ResponseEntity<Problem> wrongMediaType(HttpMediaTypeNotSupportedException wrong) {
        return problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send application/json.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> notAcceptable(HttpMediaTypeNotAcceptableException wrong) {
        return problem(
                ProblemCode.NOT_ACCEPTABLE, "The route has no representation that Accept allows.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> overloaded(LogOverloaded overloaded) {
        return unavailable("More writes are waiting than the log takes on; nothing was written.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> notBuilt(NotBuilt missing) {
        return unavailable("What the route reads is being built for the first time.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> replay(ReplayRefused refused) {
        return problem(
                ProblemCode.valueOf(refused.code().toUpperCase(Locale.ROOT)),
                String.valueOf(refused.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<Problem> notWritten(LogUnavailable away) {
        log.warn("The log could not be written: {}", away.getMessage());
        return unavailable(
                away.outcomeKnown()
                        ? "The log cannot be written right now; nothing was written."
                        : "The log stopped answering; repeat the request with its idempotency key.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> contended(ConcurrencyException conflict) {
        return unavailable("Too many writes to one session at once; nothing was written.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> wrongCursor(InvalidCursor wrong) {
        return respond(
                Problem.of(
                        ProblemCode.INVALID_PARAMETER,
                        "A parameter does not follow the contract.",
                        List.of(parameterIssue("cursor", "is none that a page answered with"))));
    }

    /** A welcome site is published while its request waits. */
    @ExceptionHandler
    ResponseEntity<Problem> hostAway(HostingFailure failure) {
        log.warn("The sites' host failed: {}", failure.getMessage());
        return unavailable("The host of the sites does not answer right now.");
    }

    /** Not every exception of data access: a wrong statement is a defect. */
    @ExceptionHandler({
        TransientDataAccessException.class,
        DataAccessResourceFailureException.class
    })
    ResponseEntity<Problem> databaseAway(DataAccessException away) {
        log.warn("The database did not answer: {}", away.getClass().getSimpleName());
        return unavailable("The database does not answer right now.");
    }

    @ExceptionHandler
    ResponseEntity<Problem> defect(Exception defect) {
        if (Databases.isAway(defect)) {
            log.warn("The database did not answer: {}", defect.getClass().getSimpleName());
            return unavailable("The database does not answer right now.");
        }
        log.error("A request failed on our side", defect);
        return problem(ProblemCode.INTERNAL_ERROR, "The request id helps us to find the cause.");
    }

    private static ResponseEntity<Problem> unavailable(String detail) {
        return ResponseEntity.status(ProblemCode.UNAVAILABLE.status())
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(Problem.of(ProblemCode.UNAVAILABLE, detail, List.of()));
    }

    private static Issue parameterIssue(@Nullable String name, @Nullable String detail) {
        return new Issue(
                String.valueOf(name),
                ProblemCode.INVALID_PARAMETER.code(),
                "The parameter " + name + ": " + detail + ".");
    }

    private static ProblemCode fieldCode(FieldError error) {
        return error.unwrap(ConstraintViolation.class).getInvalidValue() == null
                ? ProblemCode.MISSING_FIELD
                : ProblemCode.INVALID_VALUE;
    }

    private static String pointer(DatabindException databind) {
        StringBuilder pointer = new StringBuilder();
        for (JacksonException.Reference reference : databind.getPath()) {
            pointer.append('/')
                    .append(
                            reference.getPropertyName() == null
                                    ? String.valueOf(reference.getIndex())
                                    : reference.getPropertyName());
        }
        // The client's own text comes back, so it is bounded.
        return pointer.substring(0, Math.min(pointer.length(), 200)).toString();
    }

    private static ResponseEntity<Problem> problem(ProblemCode code, String detail) {
        return respond(Problem.of(code, detail, List.of()));
    }

    private static ResponseEntity<Problem> problem(
            ProblemCode code, String pointer, String detail) {
        return respond(
                Problem.of(
                        code,
                        detail,
                        List.of(new Issue(pointer, code.name().toLowerCase(Locale.ROOT), detail))));
    }

    private static ResponseEntity<Problem> respond(Problem problem) {
        return ResponseEntity.status(problem.status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
