package tools.choco.onboarding.keys;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256-GCM with a 96-bit random nonce and a 128-bit tag. */
final class AesGcm {

    static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Looked for once: to ask every provider costs as much as to seal an answer. */
    private static final Provider PROVIDER = provider();

    private AesGcm() {}

    /** Ciphertext, tag at its end, and the nonce it was made with. */
    record Sealed(ByteString nonce, ByteString ciphertext) {}

    static SecretKey key(byte[] bytes) {
        if (bytes.length != KEY_BYTES) {
            throw new IllegalArgumentException("A key has " + KEY_BYTES + " bytes");
        }
        return new SecretKeySpec(bytes, "AES");
    }

    static byte[] randomKey() {
        return random(KEY_BYTES);
    }

    /** Seals under a fresh nonce. */
    static Sealed seal(SecretKey key, byte[] plain, byte[] associated) {
        byte[] nonce = random(NONCE_BYTES);
        try {
            byte[] ciphertext = run(Cipher.ENCRYPT_MODE, key, nonce, plain, associated);
            return new Sealed(ByteString.copyFrom(nonce), ByteString.copyFrom(ciphertext));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is not available", e);
        }
    }

    /**
     * Opens what {@link #seal} made.
     *
     * @throws AEADBadTagException if key, bytes or associated data differ
     */
    static byte[] open(SecretKey key, Sealed sealed, byte[] associated) throws AEADBadTagException {
        if (sealed.nonce().size() != NONCE_BYTES || sealed.ciphertext().size() < TAG_BITS / 8) {
            throw new AEADBadTagException("Not a nonce and a tagged ciphertext");
        }
        try {
            return run(
                    Cipher.DECRYPT_MODE,
                    key,
                    sealed.nonce().toByteArray(),
                    sealed.ciphertext().toByteArray(),
                    associated);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is not available", e);
        }
    }

    /** The parts, each behind its length: no two lists give the same bytes. */
    static byte[] associated(String... parts) {
        List<byte[]> encoded =
                Arrays.stream(parts).map(part -> part.getBytes(StandardCharsets.UTF_8)).toList();
        int length = encoded.stream().mapToInt(part -> Integer.BYTES + part.length).sum();
        ByteBuffer buffer = ByteBuffer.allocate(length);
        encoded.forEach(part -> buffer.putInt(part.length).put(part));
        return buffer.array();
    }

    private static byte[] run(int mode, SecretKey key, byte[] nonce, byte[] in, byte[] associated)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(TRANSFORMATION, PROVIDER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(associated);
        return cipher.doFinal(in);
    }

    private static Provider provider() {
        try {
            return Cipher.getInstance(TRANSFORMATION).getProvider();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is not available", e);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
