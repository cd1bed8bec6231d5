package tools.choco.onboarding.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.ConsumerContext;
import io.nats.client.IterableConsumer;
import io.nats.client.Message;
import io.nats.client.api.ConsumerConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.events.envelope.v1.EventEnvelope;
import tools.choco.onboarding.testing.NatsServer;

/** A consumer as docs/stream.md shows it: a durable one, with the log position as its cursor. */
class StreamConsumerTest {

    private static final Duration WAIT = Duration.ofSeconds(10);

    private final NatsServer server = NatsServer.started();
    private final Relaying log = new Relaying();

    /** What the consumer has done, and where it is. */
    private final List<String> done = new ArrayList<>();

    private long cursor;

    @BeforeEach
    void relay() {
        log.append(400);
        log.awaitInStep(log.relayTo(server.url()));
    }

    @AfterEach
    void end() {
        log.close();
        server.close();
    }

    @Test
    void doesEveryEventOnceAlsoWhenTheStreamIsFilledAnew() throws Exception {
        String filter = "choco.events.onboarding.onboarding.>";
        List<String> expected = expected("onboarding.");
        consume(filter, expected.size() / 2);

        EventRelay other = log.relay(Relaying.settings(server.url()));
        other.rebuild();
        log.append(100);
        expected = expected("onboarding.");
        consume(filter, expected.size());

        assertThat(done).isEqualTo(expected);
    }

    @Test
    void letsAConsumerChooseTheEndsOfProvisioning() throws Exception {
        List<String> states = new ArrayList<>();
        try (StreamReading reading = StreamReading.of(server.url())) {
            for (Message message : reading.messages()) {
                if (message.getSubject()
                        .startsWith("choco.events.onboarding.site.state_changed.terminal.")) {
                    states.add(message.getHeaders().getFirst(StreamMessage.EVENT_ID));
                }
            }
        }
        assertThat(states).isNotEmpty();

        consume("choco.events.onboarding.site.state_changed.terminal.>", states.size());

        assertThat(done).isEqualTo(states);
    }

    @Test
    void letsConsumersShareTheStreamByPartition() throws Exception {
        List<Message> all;
        try (StreamReading reading = StreamReading.of(server.url())) {
            all = reading.messages();
        }
        String suffix = ".p" + Subjects.partition(session(all));
        List<String> expected =
                all.stream()
                        .filter(it -> it.getSubject().endsWith(suffix))
                        .map(it -> it.getHeaders().getFirst(StreamMessage.EVENT_ID))
                        .toList();

        consume(Subjects.PREFIX + "*.*.*.*" + suffix, expected.size());

        assertThat(done).isNotEmpty().isEqualTo(expected);
    }

    private static String session(List<Message> messages) {
        return messages.stream()
                .filter(it -> it.getSubject().contains(".onboarding.onboarding."))
                .map(it -> it.getHeaders().getFirst(StreamMessage.SESSION_ID))
                .findFirst()
                .orElseThrow();
    }

    /** Consumes until so many events are done in all. */
    private void consume(String filter, long count) throws Exception {
        try (StreamReading reading = StreamReading.of(server.url())) {
            ConsumerContext consumer =
                    reading.connection()
                            .getStreamContext(Subjects.STREAM)
                            .createOrUpdateConsumer(
                                    ConsumerConfiguration.builder()
                                            .durable("consumer-" + Math.abs(filter.hashCode()))
                                            .filterSubject(filter)
                                            .build());
            try (IterableConsumer messages = consumer.iterate()) {
                while (done.size() < count) {
                    Message message = messages.nextMessage(WAIT);
                    if (message == null) {
                        throw new AssertionError(
                                "only %d of %d events".formatted(done.size(), count));
                    }
                    long position =
                            Long.parseLong(message.getHeaders().getFirst(StreamMessage.POSITION));
                    if (position > cursor) {
                        done.add(EventEnvelope.parseFrom(message.getData()).getEventId());
                        cursor = position;
                    }
                    message.ack();
                }
            }
        }
    }

    private List<String> expected(String prefix) {
        return StreamReading.expected(log.log().reader()).stream()
                .filter(it -> it.type().startsWith(prefix))
                .map(StreamReading.Copy::eventId)
                .toList();
    }
}
