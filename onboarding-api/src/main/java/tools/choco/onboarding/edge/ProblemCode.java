package tools.choco.onboarding.edge;

import java.util.Locale;
import org.springframework.http.HttpStatus;

/**
 * Problems that the edge itself finds; those of the domain are {@link
 * tools.choco.onboarding.Refusal}s.
 */
public enum ProblemCode {
    BAD_REQUEST(HttpStatus.BAD_REQUEST, "The request cannot be understood"),
    MALFORMED_JSON(HttpStatus.BAD_REQUEST, "The body is not JSON"),
    UNKNOWN_FIELD(HttpStatus.BAD_REQUEST, "The body has an unknown field"),
    WRONG_TYPE(HttpStatus.BAD_REQUEST, "A field has the wrong type"),
    MISSING_FIELD(HttpStatus.BAD_REQUEST, "A field is missing"),
    INVALID_VALUE(HttpStatus.BAD_REQUEST, "A field has an invalid value"),
    INVALID_PARAMETER(HttpStatus.BAD_REQUEST, "A parameter is invalid"),
    WINDOW_UNKNOWN(HttpStatus.BAD_REQUEST, "There is no such window"),
    ORDER_UNKNOWN(HttpStatus.BAD_REQUEST, "There is no such order"),
    BREAKDOWN_UNKNOWN(HttpStatus.BAD_REQUEST, "The funnel has no such dimension"),
    FILTER_UNKNOWN(HttpStatus.BAD_REQUEST, "The funnel has no such dimension"),
    INVALID_IDEMPOTENCY_KEY(HttpStatus.BAD_REQUEST, "The idempotency key is invalid"),
    INVALID_IF_MATCH(HttpStatus.BAD_REQUEST, "The If-Match header is invalid"),
    INVALID_LAST_EVENT_ID(HttpStatus.BAD_REQUEST, "The last event's id is invalid"),
    MISSING_TOKEN(HttpStatus.UNAUTHORIZED, "A bearer token is needed"),
    INVALID_TOKEN(HttpStatus.UNAUTHORIZED, "The bearer token is not accepted"),
    INVALID_TICKET(HttpStatus.UNAUTHORIZED, "The stream ticket is not accepted"),
    MISSING_SIGNATURE(HttpStatus.UNAUTHORIZED, "A signature is needed"),
    INVALID_SIGNATURE(HttpStatus.UNAUTHORIZED, "The signature is not accepted"),
    SIGNATURE_EXPIRED(HttpStatus.UNAUTHORIZED, "The signature is of another time"),
    INSUFFICIENT_SCOPE(HttpStatus.FORBIDDEN, "The token lacks the scope"),
    NOT_FOUND(HttpStatus.NOT_FOUND, "There is nothing here"),
    USER_UNKNOWN(HttpStatus.NOT_FOUND, "There is no such user"),
    PROCESSOR_UNKNOWN(HttpStatus.NOT_FOUND, "There is no such processor"),
    DEAD_LETTER_UNKNOWN(HttpStatus.NOT_FOUND, "There is no such dead letter"),
    FUNNEL_UNKNOWN(HttpStatus.NOT_FOUND, "There is no such funnel"),
    STAGE_UNKNOWN(HttpStatus.NOT_FOUND, "The funnel has no such stage"),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The method is not allowed here"),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "No such representation"),
    BODY_TOO_SLOW(HttpStatus.REQUEST_TIMEOUT, "The body comes too slowly"),
    GITHUB_LOGIN_TAKEN(HttpStatus.CONFLICT, "The GitHub account is linked already"),
    DEAD_LETTER_WAITS(HttpStatus.CONFLICT, "The event waits behind another"),
    PROCESSOR_NOT_SPLITTABLE(HttpStatus.CONFLICT, "The processor has one segment only"),
    SEGMENT_NOT_AVAILABLE(HttpStatus.CONFLICT, "The segment cannot be changed now"),
    GENERATION_OF_ANOTHER_VERSION(HttpStatus.CONFLICT, "Another version keeps that generation"),
    STREAM_OFF(HttpStatus.CONFLICT, "There is no stream"),
    REPLAY_NOT_FOUND(HttpStatus.NOT_FOUND, "There is no such replay"),
    REPLAY_UNDER_WAY(HttpStatus.CONFLICT, "The read model is being built again already"),
    REPLAY_NOT_READY(HttpStatus.CONFLICT, "The generation is still being built"),
    REPLAY_BEHIND(HttpStatus.CONFLICT, "The generation is too far behind"),
    REPLAY_SERVED(HttpStatus.CONFLICT, "The generation is the one that serves"),
    REPLAY_NOT_SERVED(HttpStatus.CONFLICT, "The generation is not the one that serves"),
    REPLAY_NO_PREVIOUS(HttpStatus.CONFLICT, "There is no other generation"),
    REPLAY_OVER(HttpStatus.CONFLICT, "The replay is over"),
    REPLAY_BEING_COMPARED(HttpStatus.CONFLICT, "Another comparison is under way"),
    REPLAY_OF_SESSION_UNSUPPORTED(HttpStatus.CONFLICT, "The read model is replayed as a whole"),
    TOO_MANY_WEBHOOKS(HttpStatus.CONFLICT, "No more webhooks can be subscribed"),
    BODY_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The body is too large"),
    TOO_MANY_EVENTS(HttpStatus.CONTENT_TOO_LARGE, "The batch has too many events"),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be JSON"),
    RATE_LIMITED(HttpStatus.TOO_MANY_REQUESTS, "Too many requests"),
    TOO_MANY_STREAMS(HttpStatus.TOO_MANY_REQUESTS, "Too many streams are open"),
    UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "The service is not available right now"),
    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side");

    private final HttpStatus status;
    private final String title;

    ProblemCode(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    /** HTTP status of the response. */
    public HttpStatus status() {
        return status;
    }

    /** What the problem is, the same for every occurrence. */
    public String title() {
        return title;
    }

    /** The stable code. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
