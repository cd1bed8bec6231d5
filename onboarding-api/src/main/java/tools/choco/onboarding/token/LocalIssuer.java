package tools.choco.onboarding.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import tools.choco.onboarding.launch.PrivateFile;
import tools.choco.onboarding.launch.StartFailure;

/**
 * The issuer of the {@code local} profile: one RSA key, made at the first start and kept in the
 * home directory, readable by its owner only.
 */
public final class LocalIssuer {

    /** Issuer claim of local tokens. */
    static final String ISSUER = "urn:choco:onboarding:local";

    private static final int KEY_BITS = 2048;

    private final RSAKey key;
    private final TokenSettings settings;
    private final Clock clock;

    private LocalIssuer(RSAKey key, TokenSettings settings, Clock clock) {
        this.key = key;
        this.settings = settings;
        this.clock = clock;
    }

    /** Reads the key from the file, or makes it. */
    public static LocalIssuer in(Path file, TokenSettings settings, Clock clock)
            throws IOException {
        try {
            String text =
                    PrivateFile.readOrCreate(
                            file, () -> new RSAKeyGenerator(KEY_BITS).generate().toJSONString());
            return new LocalIssuer(RSAKey.parse(text), settings, clock);
        } catch (ParseException damaged) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "The key file "
                            + file
                            + " is damaged; delete it, and every token will need to be issued anew.");
        }
    }

    /** Accepts the tokens that {@link #issue} makes. */
    public JwtDecoder decoder() {
        try {
            NimbusJwtDecoder decoder =
                    NimbusJwtDecoder.withPublicKey(key.toRSAPublicKey())
                            .signatureAlgorithm(SignatureAlgorithm.RS256)
                            .build();
            return new VerifiedTokens(decoder, TokenDecoders.validator(ISSUER, settings), settings);
        } catch (JOSEException unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    /**
     * A signed token.
     *
     * @param workspaces workspaces it is limited to; null for none
     */
    String issue(
            String subject, String scope, @Nullable List<String> workspaces, Duration lifetime) {
        Instant now = clock.instant();
        JWTClaimsSet.Builder claims =
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .audience(settings.audience())
                        .subject(subject)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(lifetime)))
                        .claim("scope", scope);
        if (workspaces != null) {
            claims.claim("workspaces", workspaces);
        }
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims.build());
        try {
            token.sign(new RSASSASigner(key));
        } catch (JOSEException unusable) {
            throw new IllegalStateException(unusable);
        }
        return token.serialize();
    }
}
