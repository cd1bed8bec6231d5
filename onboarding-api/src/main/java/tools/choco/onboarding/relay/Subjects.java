package tools.choco.onboarding.relay;

import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;

/**
 * Subjects of the stream, each of eight tokens: {@code
 * choco.events.onboarding.<system>.<event>.<class>.<detail>.p<partition>}.
 *
 * <p>System and event are the two words of the event's type. Class and detail are {@code -} but for
 * {@code site.state_changed}, where they are {@code terminal} or {@code hop} and the state that was
 * reached, and for {@code ingest.event_received}, where they are {@code source} and the system that
 * told. All events of a session and of its sites are of one partition: CRC-32 of the session's id,
 * modulo 64.
 */
public final class Subjects {

    /** The stream. */
    public static final String STREAM = "choco:events:onboarding";

    /** In front of every subject of the stream. */
    public static final String PREFIX = "choco.events.onboarding.";

    /** Every subject of the stream. */
    public static final String ALL = PREFIX + ">";

    public static final int PARTITIONS = 64;

    /** Token of a source whose name would not do as one. */
    static final String OTHER_SOURCE = "other";

    private static final String NONE = ".-.-";
    private static final String STATE_PREFIX = "PROVISIONING_STATE_";

    /** A wildcard or a dot in a subject is accepted by the server, and means something else. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private static final String[] PARTITION_TOKENS =
            IntStream.range(0, PARTITIONS).mapToObj(it -> ".p" + it).toArray(String[]::new);

    private static final String[] PLAIN =
            EventType.all().stream()
                    .map(type -> PREFIX + type.wireName() + NONE)
                    .toArray(String[]::new);

    private Subjects() {}

    /** The subject of an event. */
    static String of(EventType type, Message event, String partitionKey) {
        String partition = PARTITION_TOKENS[partition(partitionKey)];
        return switch (event) {
            case SiteProvisionStateChanged it ->
                    PREFIX + type.wireName() + reached(it.getToState()) + partition;
            case ExternalEventReceived it ->
                    PREFIX
                            + type.wireName()
                            + ".source."
                            + token(it.getSourceService())
                            + partition;
            default -> PLAIN[type.ordinal()] + partition;
        };
    }

    /** The subject of an event whose class needs no look at it. */
    static String plain(EventType type, String partitionKey) {
        return PLAIN[type.ordinal()] + PARTITION_TOKENS[partition(partitionKey)];
    }

    /** From 0 to 63. */
    static int partition(String key) {
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % PARTITIONS);
    }

    private static String reached(ProvisioningState state) {
        return switch (state) {
            case PROVISIONING_STATE_LIVE, PROVISIONING_STATE_FAILED -> ".terminal." + word(state);
            // One of a newer schema has no name here.
            case UNRECOGNIZED -> ".hop." + OTHER_SOURCE;
            default -> ".hop." + word(state);
        };
    }

    private static String word(ProvisioningState state) {
        return state.name().substring(STATE_PREFIX.length()).toLowerCase(Locale.ROOT);
    }

    private static String token(String source) {
        return TOKEN.matcher(source).matches() ? source : OTHER_SOURCE;
    }
}
