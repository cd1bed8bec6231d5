package tools.choco.onboarding.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.external.ExternalSessionId;
import tools.choco.onboarding.sessionview.TicketQueries;
import tools.choco.onboarding.sessionview.TicketQueries.Ticket;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Signer;
import tools.choco.onboarding.testing.Tables;
import tools.jackson.databind.JsonNode;

class IngestRoutesTest {

    private static final String NEXT_SECRET = "whsec_" + "B".repeat(43) + "=";
    private static final String PARTNER_SECRET = "whsec_" + "C".repeat(43) + "=";
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final AtomicInteger SESSIONS = new AtomicInteger();

    private static RunningService service;
    private static JdbcClient jdbc;

    private final String session = "ps-" + SESSIONS.incrementAndGet();
    private Signer portal;

    @BeforeAll
    static void start() {
        service =
                RunningService.start(
                        "onboarding.ingest.body-timeout=PT2S",
                        "onboarding.ingest.keys=portal:%s, portal:%s,partner-portal+helpdesk:%s"
                                .formatted(Signer.SECRET, NEXT_SECRET, PARTNER_SECRET));
        jdbc = service.part(JdbcClient.class);
    }

    @BeforeEach
    void nameTheSender() {
        portal = Signer.of(service);
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void keepsAnEventAsItCame() {
        Instant happened = service.clock().instant().minus(Duration.ofDays(400));
        String event =
                "{\"type\" : \"new.thing\",\n \"session_id\":\"%s\", \"id\":\"%s-1\","
                                .formatted(session, session)
                        + " \"source\":\"portal\", \"occurred_at\":\"%s\",".formatted(happened)
                        + " \"data\":{\"name\":\"Zoë 🦊\", \"n\":1.50}, \"more\":[{}]}";

        Answer answer = portal.send("[ " + event + " ]");

        assertThat(answer.text())
                .isEqualTo("{\"accepted\":1,\"repeated\":0,\"refused\":0,\"refusals\":[]}");
        assertThat(answer.status()).isEqualTo(202);
        ExternalEventReceived stored = events("portal", session).getFirst();
        assertThat(stored.getPayload().toStringUtf8()).isEqualTo(event);
        assertThat(stored.getSourceEventType()).isEqualTo("new.thing");
        assertThat(EventTime.fromProto(stored.getOccurredAt()))
                .isEqualTo(happened.truncatedTo(ChronoUnit.MICROS));
        assertThat(EventTime.fromProto(stored.getReceivedAt())).isAfter(happened);
    }

    @Test
    void takesOneEventWithoutABatch() {
        assertThat(portal.send(event(1)).at("/accepted")).isEqualTo("1");
        assertThat(portal.send(event(1)).at("/repeated")).isEqualTo("1");
        assertThat(events("portal", session)).hasSize(1);
    }

    @Test
    void takesEventsOutOfOrderAndEachOnce() {
        Random random = new Random(42);
        List<Integer> numbers = new ArrayList<>();
        Set<String> sent = new HashSet<>();
        int accepted = 0;
        int total = 0;
        for (int batch = 0; batch < 20; batch++) {
            numbers.clear();
            for (int i = 0; i < 30; i++) {
                numbers.add(random.nextInt(100));
            }
            Collections.shuffle(numbers, random);
            Answer answer = portal.send(batch(numbers));
            accepted += Integer.parseInt(answer.required("/accepted"));
            total += Integer.parseInt(answer.required("/accepted"));
            total += Integer.parseInt(answer.required("/repeated"));
            numbers.forEach(it -> sent.add(session + "-" + it));
        }

        assertThat(total).isEqualTo(600);
        assertThat(accepted).isEqualTo(sent.size());
        assertThat(events("portal", session))
                .extracting(ExternalEventReceived::getSourceEventId)
                .containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void storesOnceWhatComesInParallel() throws Exception {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            numbers.add(i);
        }
        List<Callable<Answer>> requests = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Collections.shuffle(numbers, new Random(i));
            String body = batch(numbers);
            requests.add(() -> portal.send(body));
        }
        int accepted = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : threads.invokeAll(requests)) {
                assertThat(answer.get().status()).isEqualTo(202);
                accepted += Integer.parseInt(answer.get().required("/accepted"));
            }
        }

        assertThat(accepted).isEqualTo(200);
        assertThat(events("portal", session))
                .extracting(ExternalEventReceived::getSourceEventId)
                .hasSize(200)
                .doesNotHaveDuplicates();
    }

    @Test
    void appendsWhatWasClaimedAndNeverAppended() {
        UUID promised = UUID.fromString("019a5b1f-1a2b-7c3d-8e4f-5a6b7c8d9e0f");
        claim(1, promised);

        Answer answer = portal.send(batch(List.of(0, 1, 2)));

        assertThat(answer.at("/accepted")).isEqualTo("3");
        assertThat(portal.send(batch(List.of(1))).at("/repeated")).isEqualTo("1");
        assertThat(
                        jdbc.sql(
                                        "SELECT event_id FROM events WHERE aggregate_id = ?::uuid"
                                                + " AND sequence = 1")
                                .param(ExternalSessionId.of("portal", session).value())
                                .query(UUID.class)
                                .single())
                .isEqualTo(promised);
    }

    private void claim(int number, UUID eventId) {
        service.part(IngestClaims.class)
                .claim(
                        List.of(
                                new IngestClaims.Claim(
                                        IngestClaims.identity("portal", session + "-" + number),
                                        UUID.fromString(
                                                ExternalSessionId.of("portal", session).value()),
                                        eventId)));
    }

    @Test
    void takesTheLargestBatch() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            numbers.add(i);
        }
        String body = batch(numbers);

        assertThat(portal.send(body).at("/accepted")).isEqualTo("5000");
        assertThat(portal.send(body).at("/repeated")).isEqualTo("5000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not_an_event|7",
                "not_an_event|[{}]",
                "missing_field|{}",
                "missing_field|{\"source\":\"portal\",\"id\":\"a\"}",
                "missing_session|{\"source\":\"portal\",\"id\":\"a\",\"type\":\"b\"}",
                "missing_field|{\"source\":\"portal\",\"id\":\"a\",\"type\":\"b\",\"session_id\":\"c\"}",
                "invalid_field|{\"source\":\"portal\",\"id\":7}",
                "invalid_field|{\"source\":\"portal\",\"id\":\"a\",\"id\":\"b\"}",
                "invalid_field|{\"source\":\"portal\",\"id\":\"\\u0000\"}",
                "invalid_field|{\"source\":\"portal\",\"id\":\"a\",\"type\":\"b\",\"session_id\":\"c\",\"occurred_at\":\"2026-01-01T00:00:00\"}",
                "invalid_field|{\"source\":\"portal\",\"id\":\"a\",\"type\":\"b\",\"session_id\":\"c\",\"occurred_at\":\"1999-12-31T23:59:59Z\"}",
                "time_in_future|{\"source\":\"portal\",\"id\":\"a\",\"type\":\"b\",\"session_id\":\"c\",\"occurred_at\":\"2999-01-01T00:00:00Z\"}",
                "own_source|{\"source\":\"choco-onboarding\"}",
                "source_not_allowed|{\"source\":\"partner-portal\"}",
                "missing_field|{\"source\":\"portal\",\"id\":\"a\",\"type\":\"ticket.opened\",\"session_id\":\"c\",\"occurred_at\":\"2026-01-01T00:00:00Z\"}",
            })
    void refusesAnEventAndTakesItsNeighbours(String code, String bad) {
        Answer answer = portal.send("[%s,%s,%s]".formatted(event(0), bad, event(1)));

        assertThat(answer.at("/accepted")).isEqualTo("2");
        assertThat(answer.at("/refused")).isEqualTo("1");
        assertThat(answer.at("/refusals/0/index")).isEqualTo("1");
        assertThat(answer.at("/refusals/0/code")).isEqualTo(code);
        assertThat(events("portal", session)).hasSize(2);
    }

    @Test
    void remembersWhichSessionATicketIsAbout() {
        String ours = UUID.randomUUID().toString();
        String ticket = "T-" + session;

        portal.send("[" + opened("a", session, ticket, null) + "]");
        portal.with(PARTNER_SECRET)
                .send(
                        opened("b", ours, ticket, "choco-onboarding")
                                .replace("\"portal\"", "\"helpdesk\""));
        Answer refused = portal.send(opened("c", "no-uuid", ticket, "choco-onboarding"));

        String external = ExternalSessionId.of("portal", session).value();
        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(service.part(TicketQueries.class).of(ticket))
                                        .containsExactlyInAnyOrder(
                                                new Ticket(external, external),
                                                new Ticket(
                                                        ExternalSessionId.of("helpdesk", ours)
                                                                .value(),
                                                        ours)));
        assertThat(refused.at("/refusals/0/code")).isEqualTo("invalid_field");
    }

    @Test
    void tellsTheStoryBehindATicket() {
        String ticket = "T-story-" + session;
        portal.send(
                "[%s,%s]"
                        .formatted(
                                told("b", "dns.applied", "2026-01-02T00:00:00Z"),
                                opened("c", session, ticket, null)));
        portal.send("[" + told("a", "onboarding.started", "2026-01-01T00:00:00Z") + "]");

        Answer story = awaitStory(ticket, "?limit=2");
        Answer rest =
                service.analyst()
                        .get(
                                "/tickets/%s/timeline?cursor=%s"
                                        .formatted(ticket, story.at("/nextCursor")));

        assertThat(story.at("/sessionIds/0"))
                .isEqualTo(ExternalSessionId.of("portal", session).value());
        assertThat(story.at("/items/0/eventType")).isEqualTo("dns.applied");
        assertThat(story.at("/items/1/eventType")).isEqualTo("ticket.opened");
        assertThat(rest.at("/items/0/eventType")).isEqualTo("onboarding.started");
        assertThat(rest.json().at("/nextCursor").isNull()).isTrue();
        assertThat(service.analyst().get("/tickets/T-nobody/timeline").status()).isEqualTo(404);
    }

    @Test
    void knowsTheTicketsAgainAfterARebuildFromTheLogAlone() {
        String named = "helpdesk-" + session;
        String ticket = "T-again-" + session;
        portal.with(PARTNER_SECRET)
                .send(
                        opened("a", session, ticket, "portal")
                                .replace("\"portal\",\"session_id", "\"helpdesk\",\"session_id"));
        portal.send(opened("b", named, ticket, null));
        await().atMost(WAIT).until(() -> service.part(TicketQueries.class).of(ticket).size() == 2);
        Answer before = awaitStory(ticket, "");
        String serving =
                jdbc.sql(
                                """
                                SELECT projection || '_g' || generation FROM projection_current
                                WHERE projection = 'sessionview'""")
                        .query(String.class)
                        .single();
        Tables tables = Tables.of(service);
        tables.update("TRUNCATE " + serving + ".ticket_sessions, public.ticket_sessions");
        assertThat(service.analyst().get("/tickets/" + ticket + "/timeline").status())
                .isEqualTo(404);

        String replay =
                service.operator()
                        .post(
                                "/ops/replays",
                                "{\"projection\":\"sessionview\",\"reason\":\"lost\"}")
                        .required("/items/0/id");
        await().atMost(WAIT)
                .until(
                        () ->
                                "ready"
                                        .equals(
                                                service.operator()
                                                        .get("/ops/replays/" + replay)
                                                        .at("/state")));
        service.operator().post("/ops/replays/" + replay + "/switch", "{\"reason\":\"lost\"}");

        assertThat(before.json().at("/sessionIds"))
                .extracting(JsonNode::asString)
                .containsExactlyInAnyOrder(
                        ExternalSessionId.of("helpdesk", session).value(),
                        ExternalSessionId.of("portal", session).value(),
                        ExternalSessionId.of("portal", named).value());
        assertThat(service.analyst().get("/tickets/" + ticket + "/timeline").json())
                .isEqualTo(before.json());
    }

    private static Answer awaitStory(String ticket, String query) {
        return await().atMost(WAIT)
                .until(
                        () -> service.analyst().get("/tickets/" + ticket + "/timeline" + query),
                        it -> it.status() == 200);
    }

    @Test
    void isCountedByTheFunnelOfThePortal() {
        String day = "2026-02-03";
        portal.send(
                "[%s,%s]"
                        .formatted(
                                told("3", "account.created", day + "T10:03:00Z"),
                                told("1", "domain.validated", day + "T10:01:00Z")));
        portal.send("[" + told("0", "onboarding.started", day + "T10:00:00Z") + "]");
        portal.send("[" + told("3", "account.created", day + "T10:03:00Z") + "]");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> {
                            Answer funnel =
                                    service.analyst()
                                            .get(
                                                    "/funnels/portal?from=%s&to=%s"
                                                            .formatted(day, day));
                            assertThat(funnel.at("/started")).isEqualTo("1");
                            // The furthest stage counts for those before it.
                            assertThat(funnel.at("/stages/3/stage")).isEqualTo("account.created");
                            assertThat(funnel.at("/stages/2/sessions")).isEqualTo("1");
                            assertThat(funnel.at("/stages/3/sessions")).isEqualTo("1");
                            assertThat(funnel.at("/stages/4/sessions")).isEqualTo("0");
                            assertThat(funnel.at("/outcomes/inFlight")).isEqualTo("1");
                        });
    }

    private String told(String id, String type, String occurredAt) {
        return """
        {"id":"%s-told-%s","type":"%s","source":"portal","session_id":"%s","occurred_at":"%s"}"""
                .formatted(session, id, type, session, occurredAt);
    }

    private String opened(
            String id, String sessionId, String ticketId, @Nullable String sessionService) {
        return """
        {"id":"%s-%s","type":"ticket.opened","source":"portal","session_id":"%s",\
        "occurred_at":"2026-01-01T00:00:00Z","data":{"ticket_id":"%s"%s}}"""
                .formatted(
                        session,
                        id,
                        sessionId,
                        ticketId,
                        sessionService == null
                                ? ""
                                : ",\"session_service\":\"" + sessionService + "\"");
    }

    @Test
    void refusesALargeEvent() {
        String large =
                event(0).replace("\"data\":", "\"x\":\"" + "x".repeat(65_536) + "\",\"data\":");

        assertThat(portal.send("[" + large + "]").at("/refusals/0/code"))
                .isEqualTo("event_too_large");
    }

    @Test
    void refusesAnIdThatBelongsToAnotherSession() {
        portal.send(event(1));

        Answer answer =
                portal.send(event(1).replace("\"" + session + "\"", "\"" + session + "-other\""));

        assertThat(answer.at("/refusals/0/code")).isEqualTo("event_id_reused");
        assertThat(events("portal", session + "-other")).isEmpty();
    }

    @Test
    void keepsTheIdsOfSourcesApart() {
        portal.send(event(1));

        Answer answer =
                portal.with(PARTNER_SECRET)
                        .send(event(1).replace("\"portal\"", "\"partner-portal\""));

        assertThat(answer.at("/accepted")).isEqualTo("1");
    }

    @Test
    void takesAnotherKeyOfTheSameSource() {
        assertThat(portal.with(NEXT_SECRET).send(event(1)).at("/accepted")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(longs = {-301, 301})
    void refusesASignatureOfAnotherTime(long seconds) {
        assertThat(
                        portal.at(service.clock().instant().plusSeconds(seconds))
                                .send(event(1))
                                .at("/code"))
                .isEqualTo("signature_expired");
        assertThat(events("portal", session)).isEmpty();
    }

    @Test
    void refusesABodyThatWasNotSigned() {
        long now = service.clock().instant().getEpochSecond();

        Answer answer =
                service.client()
                        .with("webhook-id", "msg_1")
                        .with("webhook-timestamp", Long.toString(now))
                        .with("webhook-signature", portal.signature("msg_1", now, event(1)))
                        .post("/ingest/events", event(2));

        assertThat(answer.at("/code")).isEqualTo("invalid_signature");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Standard-Webhooks");
        assertThat(events("portal", session)).isEmpty();
    }

    /** The body never comes, and need not. */
    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "0, v1;short, 100, 401, invalid_signature",
        "0, v2;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, 100, 401, invalid_signature",
        "-400, v1;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, 100, 401, signature_expired",
        "0, v1;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, 4194305, 413, body_too_large",
    })
    void refusesByTheHeadersBeforeItReadsTheBody(
            long seconds, String signature, int length, int status, String code)
            throws IOException {
        try (Socket socket = announced(seconds, signature.replace(';', ','), length)) {
            awaitProblem(socket, status, code);
        }
    }

    @Test
    void readsNoMoreAtOnceThanItMay() throws IOException {
        String signature = "v1," + "A".repeat(43) + "=";
        List<Socket> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                strangers.add(announced(0, signature, 4_194_304));
            }
            Answer busy =
                    await().atMost(WAIT)
                            .until(() -> portal.send(event(1)), it -> it.status() != 202);

            assertThat(busy.status()).isEqualTo(503);
            assertThat(busy.at("/code")).isEqualTo("unavailable");
            assertThat(busy.header("Retry-After")).isNotNull();
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
        await().atMost(WAIT).until(() -> portal.send(event(1)).status() == 202);
    }

    @Test
    void givesTheirPlacesBackWhenBodiesDrip() throws IOException {
        String signature = "v1," + "A".repeat(43) + "=";
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                slow.add(announced(0, signature, 4_194_304));
            }
            await().atMost(WAIT).until(() -> portal.send(event(1)).status() == 503);

            await().atMost(WAIT)
                    .until(
                            () -> {
                                boolean answered = true;
                                for (Socket socket : slow) {
                                    socket.getOutputStream().write(' ');
                                    answered &= socket.getInputStream().available() > 0;
                                }
                                return answered;
                            });

            assertThat(portal.send(event(1)).status()).isEqualTo(202);
            for (Socket socket : slow) {
                awaitProblem(socket, 408, "body_too_slow");
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void answersABodyThatNeverComes() throws IOException {
        try (RunningService impatient =
                        RunningService.start("server.tomcat.connection-timeout=PT0.5S");
                Socket silent = announced(impatient, 0, "v1," + "A".repeat(43) + "=", 100)) {
            awaitProblem(silent, 408, "body_too_slow");
        }
    }

    @Test
    void answersABodyThatBreaksOff() throws IOException {
        try (Socket socket = announced(0, "v1," + "A".repeat(43) + "=", 100)) {
            socket.getOutputStream().write('[');
            socket.shutdownOutput();
            awaitProblem(socket, 400, "bad_request");
        }
    }

    private static void awaitProblem(Socket socket, int status, String code) throws IOException {
        BufferedReader answer =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        assertThat(answer.readLine()).startsWith("HTTP/1.1 " + status);
        StringBuilder rest = new StringBuilder();
        // Whoever waits for the end of the answer waits for the end of the body.
        while (rest.indexOf("\"code\":\"" + code + "\"") < 0) {
            int next = answer.read();
            assertThat(next).as(rest.toString()).isNotNegative();
            rest.append((char) next);
        }
    }

    /** A request of which only the headers have come. */
    private static Socket announced(long seconds, String signature, int length) throws IOException {
        return announced(service, seconds, signature, length);
    }

    private static Socket announced(RunningService to, long seconds, String signature, int length)
            throws IOException {
        URI address = URI.create(to.address());
        Socket socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout((int) WAIT.toMillis());
        socket.getOutputStream()
                .write(
                        """
                        POST /ingest/events HTTP/1.1\r
                        Host: %s\r
                        Content-Type: application/json\r
                        Content-Length: %d\r
                        webhook-id: msg_1\r
                        webhook-timestamp: %d\r
                        webhook-signature: %s\r
                        \r
                        """
                                .formatted(
                                        address.getAuthority(),
                                        length,
                                        to.clock().instant().getEpochSecond() + seconds,
                                        signature)
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "[{}", "{} {}", "nonsense", "[{}]]", "{\"a\":}"})
    void refusesABodyThatIsNoJson(String body) {
        assertThat(portal.send(body).at("/code")).isEqualTo("malformed_json");
    }

    @Test
    void takesNothingOfABatchThatIsBrokenOff() {
        assertThat(portal.send("[" + event(1) + ",").at("/code")).isEqualTo("malformed_json");
        assertThat(events("portal", session)).isEmpty();
    }

    @Test
    void takesNothingInAnEmptyBatch() {
        assertThat(portal.send("[]").at("/accepted")).isEqualTo("0");
    }

    private String event(int number) {
        return """
        {"id":"%s-%d","type":"domain.validated","source":"portal","session_id":"%s",\
        "occurred_at":"%s","data":{}}"""
                .formatted(
                        session,
                        number,
                        session,
                        service.clock().instant().minusSeconds(Math.floorMod(number * 7L, 100)));
    }

    private String batch(List<Integer> numbers) {
        return numbers.stream().map(this::event).toList().toString();
    }

    private static List<ExternalEventReceived> events(String source, String sessionId) {
        return jdbc
                .sql("SELECT payload FROM events WHERE aggregate_id = ?::uuid ORDER BY sequence")
                .param(ExternalSessionId.of(source, sessionId).value())
                .query(byte[].class)
                .list()
                .stream()
                .map(IngestRoutesTest::parsed)
                .toList();
    }

    private static ExternalEventReceived parsed(byte[] payload) {
        try {
            return ExternalEventReceived.parseFrom(payload);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalStateException(damaged);
        }
    }
}
