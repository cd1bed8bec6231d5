package tools.choco.onboarding.relay;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The stream over one connection, which never reconnects: when it breaks, what is under way fails,
 * and nothing that was kept back is sent later.
 */
final class NatsStream implements AutoCloseable {

    private static final String MESSAGE_ID = "Nats-Msg-Id";
    private static final String EXPECTED_LAST_SEQUENCE = "Nats-Expected-Last-Sequence";
    private static final String EXPECTED_LAST_ID = "Nats-Expected-Last-Msg-Id";

    private static final int NOT_FOUND = 404;

    /** How many messages that are gone or not ours may be at the end of the stream. */
    private static final int STRANGERS_MAX = 1_000;

    private final Connection connection;
    private final JetStreamManagement management;
    private final JetStream jetStream;
    private final RelaySettings settings;

    private NatsStream(Connection connection, RelaySettings settings) throws IOException {
        this.connection = connection;
        this.settings = settings;
        JetStreamOptions options =
                JetStreamOptions.builder().requestTimeout(settings.acknowledgeTimeout()).build();
        this.management = connection.jetStreamManagement(options);
        this.jetStream = connection.jetStream(options);
    }

    /**
     * Connects.
     *
     * @throws StreamUnavailable if no server can be reached
     */
    static NatsStream open(RelaySettings settings) throws StreamUnavailable, InterruptedException {
        String url = settings.url();
        if (url == null) {
            throw new StreamUnavailable("No NATS server is configured.");
        }
        Options.Builder options =
                new Options.Builder()
                        .server(url)
                        .connectionName("choco-onboarding relay")
                        .connectionTimeout(settings.connectTimeout())
                        .noReconnect()
                        .pingInterval(settings.acknowledgeTimeout())
                        .maxPingsOut(1)
                        .maxMessagesInOutgoingQueue(settings.inFlightMax() + 1_000)
                        // The writer sends what has queued; a flush for each would hold it up.
                        .dontForceFlushOnRequest()
                        // Would print addresses; failures show where they are awaited.
                        .errorListener(new ErrorListener() {});
        String credentials = settings.credentials();
        if (credentials != null) {
            options.authHandler(Nats.credentials(credentials));
        }
        try {
            Connection connection = Nats.connect(options.build());
            try {
                return new NatsStream(connection, settings);
            } catch (IOException failed) {
                connection.close();
                throw failed;
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException failed) {
            // The message has the address, and what else is in it.
            throw new StreamUnavailable("No NATS server can be reached, or it refuses us.");
        }
    }

    boolean isConnected() {
        return connection.getStatus() == Connection.Status.CONNECTED;
    }

    /**
     * Where the stream ends; makes it if there is none.
     *
     * @throws StreamRefused if the stream is another than ours
     */
    StreamEnd end() throws StreamUnavailable, StreamRefused {
        try {
            StreamInfo info = find();
            if (info == null) {
                info = management.addStream(configuration());
            }
            if (!info.getConfiguration().getSubjects().contains(Subjects.ALL)) {
                throw new StreamRefused(
                        "The stream %s does not take %s.".formatted(Subjects.STREAM, Subjects.ALL));
            }
            long last = info.getStreamState().getLastSequence();
            long first = info.getStreamState().getFirstSequence();
            if (info.getStreamState().getMsgCount() == 0) {
                return new StreamEnd(last, 0, null);
            }
            for (long sequence = last;
                    sequence >= Math.max(first, last - STRANGERS_MAX);
                    sequence--) {
                StreamEnd end = end(last, message(sequence));
                if (end != null) {
                    return end;
                }
            }
            throw new StreamRefused(
                    "The last messages of the stream %s are not of this service."
                            .formatted(Subjects.STREAM));
        } catch (IOException | JetStreamApiException failed) {
            throw unavailable(failed);
        }
    }

    private static @Nullable StreamEnd end(long last, @Nullable MessageInfo message) {
        Headers headers = message == null ? null : message.getHeaders();
        String position = headers == null ? null : headers.getFirst(StreamMessage.POSITION);
        String eventId = headers == null ? null : headers.getFirst(StreamMessage.EVENT_ID);
        if (position == null || eventId == null || !position.matches("[0-9]{1,18}")) {
            return null;
        }
        return new StreamEnd(last, Long.parseLong(position), eventId);
    }

    /** Whether the message of that sequence number has that event. */
    boolean holds(long sequence, StreamMessage message) throws StreamUnavailable {
        try {
            MessageInfo stored = message(sequence);
            StreamEnd there = end(sequence, stored);
            return there != null
                    && there.position() == message.position()
                    && message.eventId().equals(there.eventId());
        } catch (IOException | JetStreamApiException failed) {
            throw unavailable(failed);
        }
    }

    /**
     * Sends a message, which the server stores only directly after another.
     *
     * @param id under which the server knows it again
     * @param expectedSequence sequence number of that other
     * @param expectedId its id; null if that is not known
     * @throws StreamRefused if the server will never take it
     */
    CompletableFuture<PublishAck> publish(
            StreamMessage message, String id, long expectedSequence, @Nullable String expectedId)
            throws StreamUnavailable, StreamRefused {
        Headers headers = message.headers();
        headers.put(MESSAGE_ID, id);
        headers.put(EXPECTED_LAST_SEQUENCE, Long.toString(expectedSequence));
        if (expectedId != null) {
            headers.put(EXPECTED_LAST_ID, expectedId);
        }
        if (message.size() > connection.getMaxPayload()) {
            throw new StreamRefused(
                    "The event at position %d is larger than the NATS server takes."
                            .formatted(message.position()));
        }
        try {
            return jetStream.publishAsync(
                    NatsMessage.builder()
                            .subject(message.subject())
                            .headers(headers)
                            .data(message.envelope())
                            .build());
        } catch (IllegalStateException closed) {
            throw lost();
        }
    }

    /** Empties the stream; its consumers stay. Makes it if there is none. */
    void empty() throws StreamUnavailable {
        try {
            if (find() == null) {
                management.addStream(configuration());
            } else {
                management.purgeStream(Subjects.STREAM);
            }
        } catch (IOException | JetStreamApiException failed) {
            throw unavailable(failed);
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

    static StreamUnavailable lost() {
        return new StreamUnavailable("The connection to NATS is lost.");
    }

    private @Nullable StreamInfo find() throws IOException, JetStreamApiException {
        try {
            return management.getStreamInfo(Subjects.STREAM);
        } catch (JetStreamApiException failed) {
            if (failed.getErrorCode() == NOT_FOUND) {
                return null;
            }
            throw failed;
        }
    }

    private @Nullable MessageInfo message(long sequence) throws IOException, JetStreamApiException {
        try {
            return management.getMessage(Subjects.STREAM, sequence);
        } catch (JetStreamApiException failed) {
            if (failed.getErrorCode() == NOT_FOUND) {
                return null;
            }
            throw failed;
        }
    }

    private StreamConfiguration configuration() {
        return StreamConfiguration.builder()
                .name(Subjects.STREAM)
                .description("Events of the onboarding log, in its order; a copy")
                .subjects(Subjects.ALL)
                .storageType(StorageType.File)
                .replicas(settings.replicas())
                .discardPolicy(DiscardPolicy.New)
                .duplicateWindow(settings.duplicateWindow())
                .build();
    }

    private static StreamUnavailable unavailable(Exception failed) {
        return failed instanceof JetStreamApiException refused
                ? new StreamUnavailable("NATS refuses: " + refused.getErrorDescription() + ".")
                : new StreamUnavailable("NATS does not answer about the stream.");
    }
}
