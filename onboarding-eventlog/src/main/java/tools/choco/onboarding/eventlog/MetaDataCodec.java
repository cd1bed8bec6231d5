package tools.choco.onboarding.eventlog;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Metadata as it is stored: entry after entry, a name and a value each.
 *
 * <p>A name of {@link #NAMES} is its number, from 1; any other is 0 and the name itself. A value is
 * text, or what stands for shorter: the 16 bytes of a UUID, the 32 bytes of a SHA-256 in hex. Texts
 * carry their length in front. Numbers and lengths are protobuf's varints.
 */
final class MetaDataCodec {

    /** Names of the service's metadata. The numbers are stored: only ever append. */
    private static final List<String> NAMES =
            List.of("correlation_id", "causation_id", "actor", "idempotency_key", "request_hash");

    private static final int OTHER_NAME = 0;
    private static final int TEXT = 0;
    private static final int UUID_BYTES = 1;
    private static final int SHA_256_BYTES = 2;

    private static final int UUID_LENGTH = 36;
    private static final int SHA_256_LENGTH = 64;
    private static final HexFormat HEX = HexFormat.of();

    private MetaDataCodec() {}

    /**
     * @throws SerializationException if a value is no text
     */
    static byte[] encode(MetaData metaData) {
        var bytes = new ByteArrayOutputStream(96);
        var out = CodedOutputStream.newInstance(bytes);
        try {
            for (var entry : metaData.entrySet()) {
                if (!(entry.getValue() instanceof String value)) {
                    throw new SerializationException(
                            "Metadata is text, which %s is not".formatted(entry.getKey()));
                }
                int name = NAMES.indexOf(entry.getKey()) + 1;
                out.writeUInt32NoTag(name);
                if (name == OTHER_NAME) {
                    out.writeStringNoTag(entry.getKey());
                }
                writeValue(out, value);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws SerializationException if the bytes are not readable as metadata
     */
    static MetaData decode(byte[] bytes) {
        var in = CodedInputStream.newInstance(bytes);
        Map<String, Object> values = new HashMap<>();
        try {
            while (!in.isAtEnd()) {
                int name = in.readUInt32();
                values.put(
                        name == OTHER_NAME ? in.readStringRequireUtf8() : NAMES.get(name - 1),
                        readValue(in));
            }
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new SerializationException("Stored bytes are no readable metadata", e);
        }
        return MetaData.from(values);
    }

    private static void writeValue(CodedOutputStream out, String value) throws IOException {
        var uuid = uuid(value);
        if (uuid != null) {
            out.writeUInt32NoTag(UUID_BYTES);
            out.writeFixed64NoTag(uuid.getMostSignificantBits());
            out.writeFixed64NoTag(uuid.getLeastSignificantBits());
        } else if (isSha256(value)) {
            out.writeUInt32NoTag(SHA_256_BYTES);
            out.writeRawBytes(HEX.parseHex(value));
        } else {
            out.writeUInt32NoTag(TEXT);
            out.writeStringNoTag(value);
        }
    }

    private static String readValue(CodedInputStream in) throws IOException {
        int form = in.readUInt32();
        return switch (form) {
            case TEXT -> in.readStringRequireUtf8();
            case UUID_BYTES -> new UUID(in.readFixed64(), in.readFixed64()).toString();
            case SHA_256_BYTES -> HEX.formatHex(in.readRawBytes(SHA_256_LENGTH / 2));
            default -> throw new IOException("Unknown form of a value: " + form);
        };
    }

    /** The UUID of a text, if it is exactly that UUID's canonical form. */
    static @Nullable UUID uuid(String text) {
        if (text.length() != UUID_LENGTH || text.charAt(8) != '-') {
            return null;
        }
        try {
            var uuid = UUID.fromString(text);
            return uuid.toString().equals(text) ? uuid : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isSha256(String value) {
        return value.length() == SHA_256_LENGTH
                && value.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }
}
