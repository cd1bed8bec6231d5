package tools.choco.onboarding.edge;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.choco.onboarding.answer.form.CanonicalJson;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hashes what a write asks for, so that a retry can be told from another request under the same
 * key.
 */
public final class RequestHash {

    private final JsonMapper json;

    public RequestHash(JsonMapper json) {
        this.json = json;
    }

    /** SHA-256 hex of the route and the body's canonical JSON. */
    public String of(String route, Object body) {
        String canonical = CanonicalJson.of(json.valueToTree(body), CanonicalJson.Limits.BODY);
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(
                                            (route + "\n" + canonical)
                                                    .getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
