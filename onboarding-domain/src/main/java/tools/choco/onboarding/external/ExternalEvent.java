package tools.choco.onboarding.external;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * What another system says that happened.
 *
 * @param sourceEventId its id there
 * @param type its type there, any
 * @param occurredAt when it happened, as they say; microseconds
 * @param payload the event as it came
 */
public record ExternalEvent(
        String sourceEventId, String type, Instant occurredAt, ByteString payload) {}
