package tools.choco.onboarding.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.function.UnaryOperator;

/** Tokens that no issuer would give out, and those that only its own key can sign. */
public final class Tokens {

    private final RSAKey key;

    private Tokens(RSAKey key) {
        this.key = key;
    }

    /** Signs with the key of a running service. */
    public static Tokens of(RunningService service) {
        try {
            return new Tokens(
                    RSAKey.parse(Files.readString(service.home().resolve("token-key.json"))));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (ParseException damaged) {
            throw new IllegalStateException(damaged);
        }
    }

    /** A good token with claims that differ from the usual ones. */
    public String signed(UnaryOperator<JWTClaimsSet.Builder> change) {
        return sign(JWSAlgorithm.RS256, rsa(key), change);
    }

    /** A good token with claims that are written as JSON, over the usual ones. */
    public String signedJson(String more) {
        String usual = claims().subject(null).build().toString();
        JWSObject token =
                new JWSObject(
                        new JWSHeader(JWSAlgorithm.RS256),
                        new Payload(usual.substring(0, usual.length() - 1) + "," + more + "}"));
        try {
            token.sign(rsa(key));
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
        return token.serialize();
    }

    /** The same, signed by a key that is not the service's. */
    public String signedByAnother() {
        try {
            return sign(
                    JWSAlgorithm.RS256,
                    rsa(new RSAKeyGenerator(2048).generate()),
                    UnaryOperator.identity());
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** A token whose HMAC secret is the service's public key. */
    public String signedByThePublicKey() {
        try {
            return sign(
                    JWSAlgorithm.HS256,
                    new MACSigner(key.toRSAPublicKey().getEncoded()),
                    UnaryOperator.identity());
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** A token with another algorithm of the same key. */
    public String signedBy(JWSAlgorithm algorithm) {
        return sign(algorithm, rsa(key), UnaryOperator.identity());
    }

    /** A token with {@code alg=none}. */
    public static String unsigned() {
        return new PlainJWT(claims().build()).serialize();
    }

    private static String sign(
            JWSAlgorithm algorithm, JWSSigner signer, UnaryOperator<JWTClaimsSet.Builder> change) {
        SignedJWT token = new SignedJWT(new JWSHeader(algorithm), change.apply(claims()).build());
        try {
            token.sign(signer);
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
        return token.serialize();
    }

    private static JWSSigner rsa(RSAKey key) {
        try {
            return new RSASSASigner(key);
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static JWTClaimsSet.Builder claims() {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer("urn:choco:onboarding:local")
                .audience("choco-onboarding")
                .subject("token-tester")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(600)))
                .claim("scope", "onboarding:write");
    }
}
