package tools.choco.onboarding.edge;

import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Request;

/**
 * What the headers of a request say; a controller takes it as a parameter.
 *
 * @param caller who asks, in the role of the route
 * @param correlationId one per request
 * @param idempotencyKey value of {@code Idempotency-Key}; null if there is none
 * @param ifMatch revision of {@code If-Match}; null if there is none, or it is {@code *}
 */
public record EdgeCall(
        Caller caller,
        String correlationId,
        @Nullable String idempotencyKey,
        @Nullable Long ifMatch) {

    /** The domain's request: the hash is over the route and the body as it was understood. */
    public Request request(String route, Object body, RequestHash hash) {
        return new Request(
                caller,
                correlationId,
                idempotencyKey,
                idempotencyKey == null ? "" : hash.of(route, body),
                ifMatch);
    }

    /** The domain's request of a read. */
    public Request read() {
        return Request.of(caller, correlationId);
    }
}
