package tools.choco.onboarding.bench.history;

import com.google.protobuf.Message;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * An event of a made-up history, ready for the log.
 *
 * @param aggregateId its aggregate
 * @param sequence position within the aggregate, from 0
 * @param eventId UUIDv7
 * @param time when it was appended
 * @param event what happened
 * @param metaData who, why, under which key
 */
public record MadeEvent(
        UUID aggregateId,
        long sequence,
        UUID eventId,
        Instant time,
        Message event,
        Map<String, String> metaData) {}
