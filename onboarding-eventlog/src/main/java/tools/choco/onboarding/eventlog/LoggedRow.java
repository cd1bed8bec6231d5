package tools.choco.onboarding.eventlog;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.UUID;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SerializationException;

/** An event as the log has it. Each call decodes what it returns. */
public final class LoggedRow {

    /**
     * The columns, in this order and none of them null, are each a length of four bytes and a value
     * in PostgreSQL's binary form; so all up to the payload have a fixed place.
     */
    static final String COLUMNS =
            "position, sequence, time, event_id, aggregate_id, kind, payload, metadata";

    private static final short COLUMN_COUNT = 8;
    private static final int POSITION = 2 + 4;
    private static final int SEQUENCE = POSITION + 8 + 4;
    private static final int TIME = SEQUENCE + 8 + 4;
    private static final int EVENT_ID = TIME + 8 + 4;
    private static final int AGGREGATE_ID = EVENT_ID + 16 + 4;
    private static final int KIND = AGGREGATE_ID + 16 + 4;
    private static final int PAYLOAD = KIND + 2 + 4;

    /** From which PostgreSQL counts microseconds. */
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    /** What a kind of event is, with what reads its payload. */
    record Kind(EventKind names, Parser<? extends Message> parser) {}

    private final ByteBuffer bytes;
    private final Kind kind;

    /**
     * @param bytes a row of {@link #COLUMNS} as a binary COPY sends it
     */
    LoggedRow(ByteBuffer bytes, Kind kind) {
        this.bytes = bytes;
        this.kind = kind;
    }

    /** A row that came in another form: the same columns in the same bytes. */
    static LoggedRow of(
            long position,
            long sequence,
            Instant time,
            UUID eventId,
            UUID aggregateId,
            Kind kind,
            byte[] payload,
            byte[] metaData) {
        var bytes =
                ByteBuffer.allocate(PAYLOAD + payload.length + 4 + metaData.length)
                        .putShort(COLUMN_COUNT)
                        .putInt(8)
                        .putLong(position)
                        .putInt(8)
                        .putLong(sequence)
                        .putInt(8)
                        .putLong(ChronoUnit.MICROS.between(EPOCH, time))
                        .putInt(16)
                        .putLong(eventId.getMostSignificantBits())
                        .putLong(eventId.getLeastSignificantBits())
                        .putInt(16)
                        .putLong(aggregateId.getMostSignificantBits())
                        .putLong(aggregateId.getLeastSignificantBits())
                        .putInt(2)
                        // The number is of the table event_kinds; the kind is there already.
                        .putShort((short) 0)
                        .putInt(payload.length)
                        .put(payload)
                        .putInt(metaData.length)
                        .put(metaData);
        return new LoggedRow(bytes, kind);
    }

    /** The number of the kind of an encoded row. */
    static short kindOf(ByteBuffer bytes) {
        if (bytes.getShort(0) != COLUMN_COUNT) {
            throw new EventStoreException("The server sent no row of the log");
        }
        return bytes.getShort(KIND);
    }

    /** Position in the log, from 1. */
    public long position() {
        return bytes.getLong(POSITION);
    }

    /** Position within the aggregate, from 0. */
    public long sequence() {
        return bytes.getLong(SEQUENCE);
    }

    /** When the event was made, in microseconds. */
    public Instant time() {
        return EPOCH.plus(bytes.getLong(TIME), ChronoUnit.MICROS);
    }

    public UUID eventId() {
        return uuid(EVENT_ID);
    }

    public UUID aggregateId() {
        return uuid(AGGREGATE_ID);
    }

    /** Type of the aggregate. */
    public String aggregateType() {
        return kind.names().aggregateType();
    }

    /** Full name of the payload's message. */
    public String payloadType() {
        return kind.names().payloadType();
    }

    /** Version of the schema that the payload was written with. */
    public String payloadRevision() {
        return kind.names().payloadRevision();
    }

    /**
     * The event.
     *
     * @throws SerializationException if the payload is no readable message of its type
     */
    public Message event() {
        try {
            return kind.parser()
                    .parseFrom(bytes.array(), bytes.arrayOffset() + PAYLOAD, payloadLength());
        } catch (InvalidProtocolBufferException e) {
            throw new SerializationException("Stored bytes are no readable " + payloadType(), e);
        }
    }

    /** The encoded event. */
    public byte[] payload() {
        return bytes(PAYLOAD, payloadLength());
    }

    /**
     * Who, why, under which key.
     *
     * @throws SerializationException if the bytes are not readable as metadata
     */
    public MetaData metaData() {
        int place = PAYLOAD + payloadLength() + 4;
        return MetaDataCodec.decode(bytes(place, bytes.getInt(place - 4)));
    }

    private int payloadLength() {
        return bytes.getInt(PAYLOAD - 4);
    }

    private byte[] bytes(int place, int length) {
        int from = bytes.arrayOffset() + place;
        return Arrays.copyOfRange(bytes.array(), from, from + length);
    }

    private UUID uuid(int place) {
        return new UUID(bytes.getLong(place), bytes.getLong(place + 8));
    }

    @Override
    public String toString() {
        return "%s at %d".formatted(payloadType(), position());
    }
}
