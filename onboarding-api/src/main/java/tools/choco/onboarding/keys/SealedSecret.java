package tools.choco.onboarding.keys;

import java.util.UUID;

/**
 * A sealed secret, as it may be stored.
 *
 * @param keyId the data key that sealed it
 * @param nonce 12 bytes, never used twice with one key
 * @param ciphertext with the 16 bytes of tag at its end
 */
@SuppressWarnings("ArrayRecordComponent") // Rows hold bytes; nobody compares two of these.
public record SealedSecret(UUID keyId, byte[] nonce, byte[] ciphertext) {}
