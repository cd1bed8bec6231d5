package tools.choco.onboarding.relay;

import com.google.protobuf.InvalidProtocolBufferException;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.choco.onboarding.eventlog.LogReader;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.envelope.v1.EventEnvelope;

/** What is in the stream, and what should be. */
final class StreamReading implements AutoCloseable {

    private static final Duration WAIT = Duration.ofSeconds(10);

    private final Connection connection;

    private StreamReading(Connection connection) {
        this.connection = connection;
    }

    static StreamReading of(String url) {
        try {
            return new StreamReading(
                    Nats.connect(
                            new Options.Builder()
                                    .server(url)
                                    .noReconnect()
                                    .errorListener(new ErrorListener() {})
                                    .build()));
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /**
     * An event, wherever it is.
     *
     * @param hash SHA-256 of its payload, as computed by the test
     */
    record Copy(long position, String eventId, String type, String hash) {}

    /** The events of a log that belong into the stream, in its order. */
    static List<Copy> expected(LogReader reader) {
        List<Copy> found = new ArrayList<>();
        reader.read(
                0,
                Long.MAX_VALUE,
                1_000,
                rows ->
                        rows.forEach(
                                row -> {
                                    EventType type = EventType.byProtoName(row.payloadType());
                                    if (type != EventType.COMMAND_REFUSED) {
                                        found.add(
                                                new Copy(
                                                        row.position(),
                                                        row.eventId().toString(),
                                                        type.wireName(),
                                                        sha256(row.payload())));
                                    }
                                }));
        return found;
    }

    /** Every event of the stream, in its order; each envelope's hash has to be its payload's. */
    List<Copy> all() {
        return messages().stream().map(StreamReading::copy).toList();
    }

    static Copy copy(Message message) {
        EventEnvelope envelope = envelope(message);
        String hash = sha256(envelope.getPayload().getValue().toByteArray());
        if (!hash.equals(envelope.getContentHash())
                || !envelope.getEventId()
                        .equals(message.getHeaders().getFirst(StreamMessage.EVENT_ID))) {
            throw new AssertionError("not as it says: " + envelope.getEventId());
        }
        return new Copy(
                Long.parseLong(message.getHeaders().getFirst(StreamMessage.POSITION)),
                envelope.getEventId(),
                envelope.getEventType(),
                hash);
    }

    static EventEnvelope envelope(Message message) {
        try {
            return EventEnvelope.parseFrom(message.getData());
        } catch (InvalidProtocolBufferException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    /** Every message of the stream, in its order. */
    List<Message> messages() {
        try {
            List<Message> found = new ArrayList<>();
            var state = management().getStreamInfo(Subjects.STREAM).getStreamState();
            if (state.getMsgCount() == 0) {
                return found;
            }
            var subscription =
                    connection
                            .jetStream()
                            .subscribe(
                                    Subjects.ALL,
                                    PushSubscribeOptions.builder().ordered(true).stream(
                                                    Subjects.STREAM)
                                            .configuration(
                                                    ConsumerConfiguration.builder()
                                                            .deliverPolicy(DeliverPolicy.All)
                                                            .build())
                                            .build());
            long sequence;
            do {
                Message next = subscription.nextMessage(WAIT);
                if (next == null) {
                    throw new AssertionError(
                            "the stream gave only %d of %d"
                                    .formatted(found.size(), state.getMsgCount()));
                }
                found.add(next);
                sequence = next.metaData().streamSequence();
            } while (sequence < state.getLastSequence());
            subscription.unsubscribe();
            return found;
        } catch (IOException | JetStreamApiException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    JetStreamManagement management() {
        try {
            return connection.jetStreamManagement();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    Connection connection() {
        return connection;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
