package tools.choco.onboarding.watch;

import java.util.Optional;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.edge.RequestId;

/**
 * Who watches.
 *
 * @param subject subject of the token
 * @param operator whether the token allows to watch everything, but never answers
 */
record Watcher(String subject, boolean operator) {

    private static final String OPERATOR = "SCOPE_ops";

    /** Whose bearer token the request carries; empty if it carries none. */
    static Optional<Watcher> current() {
        return SecurityContextHolder.getContext().getAuthentication()
                        instanceof JwtAuthenticationToken token
                ? Optional.of(
                        new Watcher(
                                token.getName(),
                                token.getAuthorities().stream()
                                        .anyMatch(it -> OPERATOR.equals(it.getAuthority()))))
                : Optional.empty();
    }

    Request read() {
        return Request.of(
                operator ? Caller.operator(subject) : Caller.user(subject), RequestId.current());
    }
}
