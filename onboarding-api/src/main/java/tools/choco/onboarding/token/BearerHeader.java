package tools.choco.onboarding.token;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;

/**
 * The token of the header {@code Authorization}, and of nothing else (RFC 6750, section 2.1).
 *
 * <p>Spring's own resolver takes the header apart by a regular expression: a twentieth of the time
 * that a command over HTTP costs.
 */
public final class BearerHeader implements BearerTokenResolver {

    private static final String SCHEME = "Bearer";

    /**
     * Null if the header is not there, or of another scheme.
     *
     * @throws InvalidBearerTokenException if there is no token in it, or none that can be one
     */
    @Override
    public @Nullable String resolve(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String token = header.substring(SCHEME.length()).stripLeading();
        if (header.length() == SCHEME.length()
                || header.charAt(SCHEME.length()) != ' '
                || token.isEmpty()
                || !token.chars().allMatch(BearerHeader::isOfTokens)) {
            throw new InvalidBearerTokenException("Bearer token is malformed");
        }
        return token;
    }

    /** What a {@code b68token} is made of. */
    private static boolean isOfTokens(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || "-._~+/=".indexOf(c) >= 0;
    }
}
