package tools.choco.onboarding.ctl;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request. Sent twice, it is the same request: the idempotency key belongs to it.
 *
 * @param method GET, POST or PUT
 * @param route path and query, beginning with a slash
 * @param token the bearer, or null on routes that need none
 * @param body null for none
 * @param key the Idempotency-Key, or null for a read
 */
record Call(
        String method,
        String route,
        @Nullable String token,
        @Nullable ObjectNode body,
        @Nullable String key) {

    static Call read(String route, String token) {
        return new Call("GET", route, token, null, null);
    }

    static Call write(String route, String token, ObjectNode body) {
        return new Call("POST", route, token, body, UUID.randomUUID().toString());
    }

    static Call put(String route, String token, ObjectNode body) {
        return new Call("PUT", route, token, body, UUID.randomUUID().toString());
    }

    /** A POST that leaves nothing behind, so that it needs neither a bearer nor a key. */
    static Call ask(String route, ObjectNode body) {
        return new Call("POST", route, null, body, null);
    }
}
