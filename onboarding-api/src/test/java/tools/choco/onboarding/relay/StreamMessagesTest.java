package tools.choco.onboarding.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.envelope.v1.EventEnvelope;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;

class StreamMessagesTest {

    private static final String SESSION = RandomEvents.id("session");
    private static final String SITE = RandomEvents.id("site");

    private final Relaying log = new Relaying();
    private final StreamMessages messages = new StreamMessages();

    @AfterEach
    void end() {
        log.close();
    }

    @Test
    void takesEveryFieldFromTheRow() throws Exception {
        OnboardingStarted event = OnboardingStarted.newBuilder().setSessionId(SESSION).build();
        LoggedRow row =
                logged(
                        SESSION,
                        event,
                        MetaData.with("correlation_id", "request-1")
                                .and("causation_id", RandomEvents.id("cause")));

        StreamMessage message = published(row);

        EventEnvelope envelope = EventEnvelope.parseFrom(message.envelope());
        assertThat(envelope.getEventId()).isEqualTo(row.eventId().toString());
        assertThat(envelope.getEventType()).isEqualTo("onboarding.started");
        assertThat(envelope.getAggregateType()).isEqualTo("OnboardingSession");
        assertThat(envelope.getAggregateId()).isEqualTo(SESSION);
        assertThat(envelope.getCreatedAt().getSeconds()).isEqualTo(row.time().getEpochSecond());
        assertThat(envelope.getCreatedAt().getNanos()).isEqualTo(row.time().getNano());
        assertThat(envelope.getSourceService()).isEqualTo("choco-onboarding");
        assertThat(envelope.getCorrelationId()).isEqualTo("request-1");
        assertThat(envelope.getCausationId()).isEqualTo(RandomEvents.id("cause"));
        assertThat(envelope.getSchemaVersion()).isEqualTo(EventType.SCHEMA_VERSION);
        assertThat(envelope.getContentHash()).isEqualTo(StreamReading.sha256(row.payload()));
        assertThat(envelope.getPayload().getValue()).isEqualTo(ByteString.copyFrom(row.payload()));
        assertThat(envelope.getPayload().unpack(OnboardingStarted.class)).isEqualTo(event);
        assertThat(header(message, StreamMessage.POSITION)).isEqualTo("1");
        assertThat(header(message, StreamMessage.EVENT_ID)).isEqualTo(envelope.getEventId());
        assertThat(header(message, StreamMessage.EVENT_TYPE)).isEqualTo("onboarding.started");
        assertThat(header(message, StreamMessage.AGGREGATE_ID)).isEqualTo(SESSION);
        assertThat(header(message, StreamMessage.AGGREGATE_SEQUENCE)).isEqualTo("0");
        assertThat(header(message, StreamMessage.SESSION_ID)).isEqualTo(SESSION);
        assertThat(header(message, StreamMessage.CORRELATION_ID)).isEqualTo("request-1");
        assertThat(header(message, StreamMessage.CAUSATION_ID)).isEqualTo(RandomEvents.id("cause"));
    }

    @Test
    void givesTheSameBytesAtAnyTime() {
        log.appendEveryType();
        log.append(200);

        List<LoggedRow> rows = rows();

        assertThat(rows).hasSizeGreaterThan(200);
        for (LoggedRow row : rows) {
            StreamMessage once = messages.of(row);
            StreamMessage again = new StreamMessages().of(row);
            if (once != null && again != null) {
                assertThat(again.envelope()).isEqualTo(once.envelope());
                assertThat(again.subject()).isEqualTo(once.subject());
                assertThat(again.headers()).isEqualTo(once.headers());
            }
        }
    }

    @Test
    void leavesOutRefusalsOnly() {
        log.appendEveryType();

        Set<EventType> leftOut = new HashSet<>();
        for (LoggedRow row : rows()) {
            if (messages.of(row) == null) {
                leftOut.add(EventType.byProtoName(row.payloadType()));
            }
        }

        assertThat(leftOut).containsExactly(EventType.COMMAND_REFUSED);
    }

    @Test
    void keepsWhatNoHeaderTakesForTheEnvelope() throws Exception {
        StreamMessage message =
                published(
                        logged(
                                SESSION,
                                OnboardingStarted.getDefaultInstance(),
                                MetaData.with("correlation_id", "zwei Zeilen\r\nNats-Msg-Id: x")));

        assertThat(message.headers().getFirst(StreamMessage.CORRELATION_ID)).isNull();
        assertThat(EventEnvelope.parseFrom(message.envelope()).getCorrelationId())
                .startsWith("zwei Zeilen");
    }

    @ParameterizedTest
    @EnumSource(
            value = ProvisioningState.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = "UNRECOGNIZED")
    void tellsTheEndsOfAProvisioningFromItsHops(ProvisioningState state) {
        String word =
                state.name().substring("PROVISIONING_STATE_".length()).toLowerCase(Locale.ROOT);
        boolean terminal = word.equals("live") || word.equals("failed");

        StreamMessage message =
                published(logged(SITE, stateChanged(state), MetaData.emptyInstance()));

        assertThat(message.subject())
                .isEqualTo(
                        "choco.events.onboarding.site.state_changed.%s.%s.p%d"
                                .formatted(
                                        terminal ? "terminal" : "hop", word, partition(SESSION)));
    }

    @ParameterizedTest
    @CsvSource({
        "portal, portal",
        "my-CRM_2, my-CRM_2",
        "a.b, other",
        "*, other",
        ">, other",
        "'', other"
    })
    void checksTheNameOfASourceBeforeItBecomesAToken(String source, String token) throws Exception {
        String id = RandomEvents.id("external");
        StreamMessage message =
                published(
                        logged(
                                id,
                                ExternalEventReceived.newBuilder()
                                        .setExternalSessionId(id)
                                        .setSourceService(source)
                                        .build(),
                                MetaData.emptyInstance()));

        assertThat(message.subject())
                .isEqualTo(
                        "choco.events.onboarding.ingest.event_received.source.%s.p%d"
                                .formatted(token, partition(id)));
        assertThat(EventEnvelope.parseFrom(message.envelope()).getSourceService())
                .isEqualTo(source);
        assertThat(message.headers().getFirst(StreamMessage.SESSION_ID)).isNull();
    }

    @Test
    void putsASessionAndItsSitesIntoOnePartition() {
        StreamMessage ofSession =
                published(
                        logged(
                                SESSION,
                                OnboardingStarted.newBuilder().setSessionId(SESSION).build(),
                                MetaData.emptyInstance()));
        StreamMessage ofSite =
                published(
                        logged(
                                SITE,
                                stateChanged(ProvisioningState.PROVISIONING_STATE_LIVE),
                                MetaData.emptyInstance()));

        assertThat(last(ofSite.subject()))
                .isEqualTo(last(ofSession.subject()))
                .isEqualTo("p" + partition(SESSION));
    }

    @Test
    void spreadsSessionsOverAllPartitions() {
        assertThat(
                        Stream.generate(() -> UUID.randomUUID().toString())
                                .limit(5_000)
                                .map(Subjects::partition)
                                .distinct())
                .hasSize(64)
                .allSatisfy(it -> assertThat(it).isBetween(0, 63));
    }

    private StreamMessage published(LoggedRow row) {
        return Objects.requireNonNull(messages.of(row));
    }

    private static SiteProvisionStateChanged stateChanged(ProvisioningState state) {
        return SiteProvisionStateChanged.newBuilder()
                .setSiteId(SITE)
                .setSessionId(SESSION)
                .setToState(state)
                .build();
    }

    private static String header(StreamMessage message, String name) {
        return String.valueOf(message.headers().getFirst(name));
    }

    private static String last(String subject) {
        return subject.substring(subject.lastIndexOf('.') + 1);
    }

    private static int partition(String key) {
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % 64);
    }

    private LoggedRow logged(String id, Message event, MetaData metaData) {
        log.append(
                List.of(
                        new GenericDomainEventMessage<>(
                                EventType.of(event).aggregateType(), id, 0, event, metaData)));
        return rows().getLast();
    }

    private List<LoggedRow> rows() {
        List<LoggedRow> rows = new ArrayList<>();
        log.log().reader().read(0, Long.MAX_VALUE, 1_000, rows::addAll);
        return rows;
    }
}
