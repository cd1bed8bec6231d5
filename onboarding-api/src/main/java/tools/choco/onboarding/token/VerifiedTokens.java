package tools.choco.onboarding.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Remembers for a while which tokens have a good signature, since a client sends the same one with
 * every request; all else that a token must hold is checked each time. Tokens with a bad signature
 * are not remembered, so nobody can fill the memory with them.
 */
final class VerifiedTokens implements JwtDecoder {

    private final NimbusJwtDecoder signatures;
    private final OAuth2TokenValidator<Jwt> validator;
    private final Cache<String, Jwt> verified;

    VerifiedTokens(
            NimbusJwtDecoder signatures,
            OAuth2TokenValidator<Jwt> validator,
            TokenSettings settings) {
        signatures.setJwtValidator(token -> OAuth2TokenValidatorResult.success());
        this.signatures = signatures;
        this.validator = validator;
        verified =
                Caffeine.newBuilder()
                        .maximumSize(settings.verifiedMax())
                        .expireAfterWrite(settings.verifiedFor())
                        .build();
    }

    @Override
    public Jwt decode(String token) {
        Jwt jwt = verified.get(token, signatures::decode);
        OAuth2TokenValidatorResult result = validator.validate(jwt);
        if (result.hasErrors()) {
            throw new JwtValidationException(
                    "The token does not hold what it must", result.getErrors());
        }
        return jwt;
    }
}
