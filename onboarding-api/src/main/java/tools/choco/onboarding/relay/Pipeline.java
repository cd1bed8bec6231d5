package tools.choco.onboarding.relay;

import io.nats.client.JetStreamApiException;
import io.nats.client.api.PublishAck;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages under way to the stream, many at once and in order: each names the sequence number and
 * the id that it expects to follow, so when one fails the server refuses its successors. The number
 * alone would not do: what somebody else published in the place of the failed one has it too. After
 * the first failure a pipeline is of no more use; the stream's end says what became of it. For one
 * thread.
 */
final class Pipeline {

    private final NatsStream stream;
    private final RelaySettings settings;
    private final long disownedUpTo;
    private final String suffix;
    private final LongConsumer acknowledged;
    private final ArrayDeque<Sent> inFlight = new ArrayDeque<>();
    private long bytesInFlight;
    private long lastSequence;
    private @Nullable String lastId;

    private record Sent(
            StreamMessage message, int size, long sequence, CompletableFuture<PublishAck> answer) {}

    /** An answer said that the event is in the stream already, and it is not. */
    static final class DisownedDuplicate extends Exception {
        private static final long serialVersionUID = 1L;

        DisownedDuplicate(long position) {
            super(
                    "NATS takes the event at position %d for one it has, and has it not."
                            .formatted(position),
                    null,
                    false,
                    false);
        }
    }

    /**
     * @param lastSequence sequence number that the first message follows
     * @param disownedUpTo log position up to which the server may take events for such as it has,
     *     and has not: their messages get other ids
     * @param acknowledged gets the log position of each message that is in the stream, in order
     */
    Pipeline(
            NatsStream stream,
            long lastSequence,
            RelaySettings settings,
            long disownedUpTo,
            LongConsumer acknowledged) {
        this.stream = stream;
        this.lastSequence = lastSequence;
        this.settings = settings;
        this.disownedUpTo = disownedUpTo;
        this.suffix = "~" + UUID.randomUUID();
        this.acknowledged = acknowledged;
    }

    /** Sequence number of the last message sent. */
    long lastSequence() {
        return lastSequence;
    }

    /** Sends a message, as soon as there is room for it. */
    void send(StreamMessage message)
            throws StreamUnavailable, StreamRefused, DisownedDuplicate, InterruptedException {
        String id =
                message.position() > disownedUpTo ? message.eventId() : message.eventId() + suffix;
        CompletableFuture<PublishAck> answer = stream.publish(message, id, lastSequence, lastId);
        int size = message.size();
        lastSequence++;
        lastId = id;
        bytesInFlight += size;
        inFlight.add(new Sent(message, size, lastSequence, answer));
        while (!inFlight.isEmpty()
                && (inFlight.getFirst().answer().isDone()
                        || inFlight.size() >= settings.inFlightMax()
                        || bytesInFlight >= settings.inFlightBytesMax())) {
            settleFirst();
        }
    }

    /** Waits until all that was sent is in the stream. */
    void settle() throws StreamUnavailable, DisownedDuplicate, InterruptedException {
        while (!inFlight.isEmpty()) {
            settleFirst();
        }
    }

    /** Waits until nothing is under way, whatever became of it. */
    void drain() throws InterruptedException {
        long end = System.nanoTime() + settings.acknowledgeTimeout().toNanos();
        while (!inFlight.isEmpty()) {
            try {
                inFlight.removeFirst()
                        .answer()
                        .get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException | TimeoutException | CancellationException failed) {
                // The end of the stream will tell.
            }
        }
    }

    private void settleFirst() throws StreamUnavailable, DisownedDuplicate, InterruptedException {
        Sent first = inFlight.removeFirst();
        bytesInFlight -= first.size();
        PublishAck answer = answer(first);
        if (answer.isDuplicate()
                && (answer.getSeqno() != first.sequence()
                        || !stream.holds(first.sequence(), first.message()))) {
            throw new DisownedDuplicate(first.message().position());
        }
        if (answer.getSeqno() != first.sequence()) {
            throw new StreamUnavailable("NATS has put a message where it does not belong.");
        }
        acknowledged.accept(first.message().position());
    }

    private PublishAck answer(Sent sent) throws StreamUnavailable, InterruptedException {
        Duration wait = settings.acknowledgeTimeout();
        try {
            return sent.answer().get(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof JetStreamApiException refused
                    ? new StreamUnavailable(
                            "NATS refuses an event: " + refused.getErrorDescription() + ".")
                    : NatsStream.lost();
        } catch (CancellationException closed) {
            throw NatsStream.lost();
        } catch (TimeoutException silence) {
            throw new StreamUnavailable("NATS does not acknowledge.");
        }
    }
}
