package tools.choco.onboarding.token;

import java.util.List;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;

/** What a bearer token must hold beside a good signature: issuer, audience, time and a subject. */
public final class TokenDecoders {

    private static final int SUBJECT_LENGTH_MAX = 255;

    private TokenDecoders() {}

    static OAuth2TokenValidator<Jwt> validator(String issuer, TokenSettings settings) {
        JwtTimestampValidator times = new JwtTimestampValidator(settings.clockSkew());
        times.setAllowEmptyExpiryClaim(false);
        return new DelegatingOAuth2TokenValidator<>(
                List.of(
                        new JwtIssuerValidator(issuer),
                        times,
                        token -> check(audienceMatches(token, settings.audience()), "audience"),
                        token -> check(hasSubject(token), "subject")));
    }

    /**
     * Decodes the tokens of an issuer elsewhere, whose keys are fetched when the first token comes.
     */
    public static JwtDecoder ofIssuer(String issuer, TokenSettings settings) {
        return new SupplierJwtDecoder(
                () -> {
                    NimbusJwtDecoder decoder =
                            settings.jwkSetUri() == null
                                    ? NimbusJwtDecoder.withIssuerLocation(issuer).build()
                                    : NimbusJwtDecoder.withJwkSetUri(settings.jwkSetUri()).build();
                    return new VerifiedTokens(decoder, validator(issuer, settings), settings);
                });
    }

    private static boolean audienceMatches(Jwt token, String audience) {
        return token.getAudience() != null && token.getAudience().contains(audience);
    }

    private static boolean hasSubject(Jwt token) {
        String subject = token.getSubject();
        return subject != null
                && !subject.isBlank()
                && subject.length() <= SUBJECT_LENGTH_MAX
                && subject.codePoints().noneMatch(TokenDecoders::cannotBeStored);
    }

    /** Control characters, and halves of a surrogate pair, which have no form in UTF-8. */
    private static boolean cannotBeStored(int character) {
        return Character.isISOControl(character)
                || Character.getType(character) == Character.SURROGATE;
    }

    private static OAuth2TokenValidatorResult check(boolean holds, String what) {
        return holds
                ? OAuth2TokenValidatorResult.success()
                : OAuth2TokenValidatorResult.failure(
                        new OAuth2Error("invalid_token", "unexpected " + what, null));
    }
}
