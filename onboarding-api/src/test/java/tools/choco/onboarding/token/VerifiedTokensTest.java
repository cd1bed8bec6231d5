package tools.choco.onboarding.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

class VerifiedTokensTest {

    /** Header RS256, no claims, some signature: what is behind it, the processor says. */
    private static final String TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";

    private final AtomicInteger verifications = new AtomicInteger();
    private final AtomicBoolean good = new AtomicBoolean(true);
    private final AtomicBoolean inTime = new AtomicBoolean(true);

    @Test
    void verifiesASignatureOnce() {
        VerifiedTokens tokens = remembering(Duration.ofMinutes(1));

        assertThat(tokens.decode(TOKEN)).isSameAs(tokens.decode(TOKEN));

        assertThat(verifications).hasValue(1);
    }

    @Test
    void checksWhatATokenHoldsEachTime() {
        VerifiedTokens tokens = remembering(Duration.ofMinutes(1));
        tokens.decode(TOKEN);

        inTime.set(false);

        assertThatExceptionOfType(JwtValidationException.class)
                .isThrownBy(() -> tokens.decode(TOKEN));
    }

    @Test
    void doesNotRememberABadSignature() {
        VerifiedTokens tokens = remembering(Duration.ofMinutes(1));
        good.set(false);
        assertThatExceptionOfType(BadJwtException.class).isThrownBy(() -> tokens.decode(TOKEN));
        good.set(true);

        assertThat(tokens.decode(TOKEN).getSubject()).isEqualTo("somebody");
        assertThat(verifications).hasValue(2);
    }

    @Test
    void verifiesEachTimeIfToldSo() {
        VerifiedTokens tokens = remembering(Duration.ZERO);

        tokens.decode(TOKEN);
        tokens.decode(TOKEN);

        assertThat(verifications).hasValue(2);
    }

    private VerifiedTokens remembering(Duration verifiedFor) {
        return new VerifiedTokens(
                new NimbusJwtDecoder(
                        new DefaultJWTProcessor<>() {
                            @Override
                            public JWTClaimsSet process(JWT token, SecurityContext context)
                                    throws BadJOSEException {
                                verifications.incrementAndGet();
                                if (!good.get()) {
                                    throw new BadJOSEException("bad signature");
                                }
                                return new JWTClaimsSet.Builder()
                                        .subject("somebody")
                                        .expirationTime(new Date(4_000_000_000_000L))
                                        .build();
                            }
                        }),
                token ->
                        inTime.get()
                                ? OAuth2TokenValidatorResult.success()
                                : OAuth2TokenValidatorResult.failure(
                                        new OAuth2Error("invalid_token")),
                new TokenSettings(
                        null, null, "choco-onboarding", Duration.ZERO, verifiedFor, 10_000));
    }
}
