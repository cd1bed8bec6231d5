package tools.choco.onboarding.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WebhooksTest {

    private static final int SLOWNESS_MILLIS = 300;
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final JsonMapper JSON = new JsonMapper();

    private static Receiver receiver;
    private static RunningService service;
    private static Tables tables;
    private static Client operator;

    /** Each test receives on a path of its own. */
    private final String path = "/" + UUID.randomUUID();

    private final String reason = "ticket " + UUID.randomUUID();

    @BeforeAll
    static void start() throws IOException {
        receiver = new Receiver();
        service =
                RunningService.start(
                        "onboarding.webhooks.loopback-allowed=true",
                        "onboarding.webhooks.webhooks-max=3",
                        "onboarding.webhooks.deliveries-at-once-max=2",
                        "onboarding.webhooks.retry-initial=PT0.02S",
                        "onboarding.webhooks.retry-max=PT0.2S");
        tables = Tables.of(service);
        operator = service.operator();
    }

    @AfterAll
    static void end() {
        service.close();
        receiver.close();
    }

    /** A token of its own: others may have moved the clock. */
    @BeforeEach
    void askForAToken() {
        operator = service.operator();
    }

    @AfterEach
    void forgetSubscriptions() {
        receiver.answer(Receiver.status(204));
        for (JsonNode item : operator.get("/webhooks").json().at("/items")) {
            operator.delete("/webhooks/" + item.path("webhookId").asString() + "?reason=done");
        }
    }

    @Test
    void deliverWhatWasAskedForSigned() throws GeneralSecurityException {
        Answer created = created("onboarding.started", "onboarding.completed");
        String secret = created.required("/secret");

        User user = User.of(service);
        String session = user.finishedQuick();

        List<Receiver.Received> received = awaitReceived(2);
        for (Receiver.Received delivery : received) {
            assertThat(delivery.signature()).isEqualTo(signature(secret, delivery));
            assertThat(delivery.id()).isEqualTo(json(delivery).path("eventId").asString());
        }
        JsonNode completed =
                received.stream()
                        .map(WebhooksTest::json)
                        .filter(
                                it ->
                                        it.path("eventType")
                                                .asString()
                                                .equals("onboarding.completed"))
                        .findFirst()
                        .orElseThrow();
        assertThat(completed.propertyNames())
                .containsExactly(
                        "eventId",
                        "eventType",
                        "aggregateType",
                        "aggregateId",
                        "createdAt",
                        "correlationId",
                        "causationId",
                        "schemaVersion",
                        "data");
        assertThat(completed.path("aggregateType").asString()).isEqualTo("OnboardingSession");
        assertThat(completed.path("aggregateId").asString()).isEqualTo(session);
        assertThat(completed.path("schemaVersion").asString()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(completed.at("/data/sessionId").asString()).isEqualTo(session);
        assertThat(completed.at("/data/userId").asString()).isEqualTo(user.subject());
        assertThat(completed.at("/data/completedSteps").asInt()).isPositive();
    }

    @Test
    void neverTellAnswersRefusalsOrOperatorsActs() {
        Answer created = created("*");
        String session = User.of(service).finishedQuick();

        long events = tables.events(session);
        List<Receiver.Received> received = awaitReceived((int) events);

        assertThat(received)
                .extracting(it -> json(it).path("eventType").asString())
                .allSatisfy(type -> assertThat(type).startsWith("onboarding."))
                .contains("onboarding.step_completed");
        assertThat(received)
                .extracting(it -> new String(it.body(), StandardCharsets.UTF_8))
                .allSatisfy(
                        body -> assertThat(body).doesNotContainIgnoringCase("answers\"", "cipher"));
        // Its own creation is an operator's act, and was before all these.
        assertThat(
                        tables.count(
                                "SELECT count(*) FROM webhook_deliveries WHERE event_type LIKE 'audit%'"))
                .isZero();
        assertThat(created.at("/webhook/lastError")).isNull();
    }

    @Test
    void makeOneDeliveryOfEachEvent() {
        String id =
                created("onboarding.*", "*", "onboarding.started").required("/webhook/webhookId");
        Set<String> sessions = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            sessions.add(User.of(service).finishedQuick());
        }
        long events = sessions.stream().mapToLong(tables::events).sum();

        awaitReceived((int) events);
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(() -> assertThat(states(id, "delivered")).hasSize((int) events));

        assertThat(receiver.received(path))
                .extracting(Receiver.Received::id)
                .doesNotHaveDuplicates();
        List<String> paged = new ArrayList<>();
        Answer page = operator.get("/webhooks/" + id + "/deliveries?limit=4");
        paged.addAll(eventIds(page));
        while (page.at("/nextCursor") != null) {
            page =
                    operator.get(
                            "/webhooks/%s/deliveries?limit=4&cursor=%s"
                                    .formatted(id, page.required("/nextCursor")));
            paged.addAll(eventIds(page));
        }
        assertThat(paged).doesNotHaveDuplicates().hasSize((int) events);
    }

    @Test
    void startWithWhatComesAfterTheSubscription() {
        User.of(service).started("quick");
        created("onboarding.started");
        String session = User.of(service).started("quick");

        assertThat(awaitReceived(1))
                .extracting(it -> json(it).path("aggregateId").asString())
                .containsExactly(session);
    }

    @Test
    void tryAgainUntilTheReceiverTakesIt() {
        AtomicInteger calls = new AtomicInteger();
        receiver.answer(
                exchange ->
                        exchange.sendResponseHeaders(calls.incrementAndGet() < 4 ? 500 : 200, -1));
        String id = created("onboarding.started").required("/webhook/webhookId");
        User.of(service).started("quick");

        List<Receiver.Received> received = awaitReceived(4);

        assertThat(received)
                .extracting(Receiver.Received::id)
                .containsOnly(received.getFirst().id());
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(() -> assertThat(states(id, "delivered")).hasSize(1));
        JsonNode delivery = states(id, "delivered").getFirst();
        assertThat(delivery.path("attempts").asInt()).isEqualTo(4);
        assertThat(delivery.path("lastStatus").asInt()).isEqualTo(200);
        Answer webhook = operator.get("/webhooks/" + id);
        assertThat(webhook.at("/failingSince")).isNull();
        assertThat(webhook.at("/lastDeliveredAt")).isNotNull();
    }

    @Test
    void parkAfterThreeDaysAndSendAgainOnRequest() {
        receiver.answer(Receiver.status(503));
        String id = created("onboarding.started").required("/webhook/webhookId");
        User.of(service).started("quick");
        awaitReceived(2);
        assertThat(states(id, "pending")).hasSize(1);
        Answer failing = operator.get("/webhooks/" + id);
        assertThat(failing.at("/failingSince")).isNotNull();
        assertThat(failing.at("/lastError")).isEqualTo("status");

        service.clock().advance(Duration.ofDays(3));
        operator = service.operator();

        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(() -> assertThat(states(id, "parked")).hasSize(1));
        JsonNode parked = states(id, "parked").getFirst();
        assertThat(parked.path("nextAttemptAt").isNull()).isTrue();
        assertThat(parked.path("lastStatus").asInt()).isEqualTo(503);
        assertThat(operator.get("/webhooks/" + id).at("/parked")).isEqualTo("1");
        assertThat(measured("onboarding_webhooks_parked")).isEqualTo(1);
        int before = receiver.received(path).size();

        receiver.answer(Receiver.status(200));
        Answer resent =
                operator.post(
                        "/webhooks/%s/deliveries/%s/resend"
                                .formatted(id, parked.path("deliveryId").asString()),
                        "{\"reason\":\"" + reason + "\"}");

        assertThat(resent.status()).isEqualTo(202);
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(() -> assertThat(states(id, "delivered")).hasSize(1));
        assertThat(receiver.received(path)).hasSize(before + 1);
        assertThat(receiver.received(path).getLast().id())
                .isEqualTo(parked.path("eventId").asString());
        assertThat(measured("onboarding_webhooks_parked")).isZero();
        assertThat(measured("onboarding_webhooks_deliveries_total{outcome=\"parked\"}"))
                .isPositive();
        assertThat(acts()).isEqualTo(2);
    }

    @Test
    void surviveARestart() {
        receiver.answer(Receiver.status(500));
        String id = created("onboarding.started").required("/webhook/webhookId");
        User.of(service).started("quick");
        awaitReceived(1);

        service.restart();
        operator = service.operator();
        receiver.answer(Receiver.status(200));

        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(() -> assertThat(states(id, "delivered")).hasSize(1));
    }

    @Test
    void signWithBothKeysForADay() throws GeneralSecurityException {
        Answer created = created("onboarding.started");
        String id = created.required("/webhook/webhookId");
        String first = created.required("/secret");
        Answer rotated =
                operator.post("/webhooks/" + id + "/rotate", "{\"reason\":\"" + reason + "\"}");
        String second = rotated.required("/secret");
        assertThat(second).isNotEqualTo(first);

        User.of(service).started("quick");
        Receiver.Received both = awaitReceived(1).getFirst();
        assertThat(both.signature())
                .isEqualTo(signature(second, both) + " " + signature(first, both));

        service.clock().advance(Duration.ofHours(25));
        operator = service.operator();
        User.of(service).started("quick");
        Receiver.Received one = awaitReceived(2).getLast();
        assertThat(one.signature()).isEqualTo(signature(second, one));
        assertThat(acts()).isEqualTo(2);
    }

    @Test
    void deliverATestEvent() throws GeneralSecurityException {
        Answer created = created("onboarding.completed");
        String id = created.required("/webhook/webhookId");

        Answer test = operator.post("/webhooks/" + id + "/test", "{\"reason\":\"" + reason + "\"}");

        assertThat(test.status()).isEqualTo(202);
        Receiver.Received received = awaitReceived(1).getFirst();
        assertThat(received.id()).isEqualTo(test.at("/eventId"));
        assertThat(received.signature())
                .isEqualTo(signature(created.required("/secret"), received));
        assertThat(json(received).path("eventType").asString()).isEqualTo("webhook.test");
        assertThat(acts()).isEqualTo(2);
    }

    @Test
    void letASlowReceiverHoldUpNobodyElse() throws InterruptedException {
        CountDownLatch asleep = new CountDownLatch(1);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        String slow = path + "/slow";
        receiver.answer(
                exchange -> {
                    if (exchange.getRequestURI().getPath().equals(slow)) {
                        most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                        try {
                            // Not so long that the sender gives up and comes again.
                            asleep.await(SLOWNESS_MILLIS, TimeUnit.MILLISECONDS);
                        } catch (InterruptedException stopped) {
                            Thread.currentThread().interrupt();
                        }
                        underWay.decrementAndGet();
                    }
                    exchange.sendResponseHeaders(204, -1);
                });
        try {
            createdAt(receiver.url(slow), "*");
            created("*");
            int events = 0;
            for (int i = 0; i < 4; i++) {
                events += (int) tables.events(User.of(service).finishedQuick());
            }
            awaitReceived(events);
            await().atMost(WAIT)
                    .pollInterval(POLL)
                    .untilAsserted(() -> assertThat(most).hasValue(2));
        } finally {
            asleep.countDown();
        }
    }

    @Test
    void followNoRedirect() {
        receiver.answer(
                exchange -> {
                    exchange.getResponseHeaders().set("Location", receiver.url(path + "/inside"));
                    exchange.sendResponseHeaders(307, -1);
                });
        String id = created("onboarding.started").required("/webhook/webhookId");
        User.of(service).started("quick");

        awaitReceived(2);

        assertThat(receiver.received(path + "/inside")).isEmpty();
        assertThat(states(id, "pending").getFirst().path("lastError").asString())
                .isEqualTo("redirect");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.org/",
                "ftp://example.org/",
                "//example.org/",
                "https:example.org",
                "https://example.org:22/",
                "https://user@example.org/",
                "https://example.org/#part",
                "https://localhost/",
                "https://db.localhost/",
                "https://intranet/",
                "https://metadata.google.internal/",
                "https://printer.local/",
                "https://example.org./",
                "https://10.1.2.3/",
                "https://169.254.169.254/latest/meta-data",
                "https://100.64.0.1/",
                "https://192.168.0.1/",
                "https://2130706433/",
                "https://0177.0.0.1/",
                "https://0x7f.0.0.1/",
                "https://0x7f000001/",
                "https://127.1/",
                "https://[::ffff:127.0.0.1]/",
                "https://[::ffff:7f00:1]/",
                "https://[64:ff9b::7f00:1]/",
                "https://[2002:7f00:1::]/",
                "https://[fe80::1]/",
                "https://[fe80::1%25eth0]/",
                "https://[fd00::1]/",
                "https://[ff02::1]/",
                "https://[::]/",
                "not a url"
            })
    void refuseAUrlThatLeadsInside(String url) {
        Answer refused = createdAt(url, "*");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/code")).isEqualTo("invalid_value");
        assertThat(refused.at("/errors/0/pointer")).isEqualTo("/url");
        assertThat(operator.get("/webhooks").json().at("/items").size()).isZero();
    }

    @Test
    void refuseWhatIsNotToBeSubscribedTo() {
        for (String type : List.of("audit.operator_acted", "refusal.command_refused", "nothing")) {
            Answer refused = created(type);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.at("/errors/0/pointer")).isEqualTo("/eventTypes/0");
        }
    }

    @Test
    void areLimitedInNumber() {
        for (int i = 0; i < 3; i++) {
            assertThat(created("*").status()).isEqualTo(201);
        }

        Answer refused = created("*");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/code")).isEqualTo("too_many_webhooks");
        Answer page = operator.get("/webhooks?limit=2");
        assertThat(page.json().at("/items").size()).isEqualTo(2);
        Answer rest = operator.get("/webhooks?limit=2&cursor=" + page.required("/nextCursor"));
        assertThat(rest.json().at("/items").size()).isEqualTo(1);
        assertThat(rest.at("/nextCursor")).isNull();
    }

    @Test
    void areForOperatorsWithAReason() {
        assertThat(service.user("somebody").get("/webhooks").status()).isEqualTo(403);
        assertThat(
                        operator.post(
                                        "/webhooks",
                                        "{\"url\":\"https://example.org/\",\"eventTypes\":[\"*\"]}")
                                .at("/code"))
                .isEqualTo("missing_field");
        String nobody = "/webhooks/" + UUID.randomUUID();
        assertThat(operator.get(nobody).status()).isEqualTo(404);
        assertThat(operator.get(nobody + "/deliveries").status()).isEqualTo(404);
        assertThat(operator.delete(nobody + "?reason=none").status()).isEqualTo(404);
        for (String act :
                List.of("/rotate", "/test", "/deliveries/" + UUID.randomUUID() + "/resend")) {
            assertThat(operator.post(nobody + act, "{\"reason\":\"none\"}").status())
                    .as(act)
                    .isEqualTo(404);
        }
    }

    @Test
    void forgetASubscriptionWithItsKeys() {
        receiver.answer(Receiver.status(500));
        String id = created("onboarding.started").required("/webhook/webhookId");
        User.of(service).started("quick");
        awaitReceived(1);

        Answer deleted = operator.delete("/webhooks/" + id + "?reason=" + reason.replace(' ', '+'));

        assertThat(deleted.status()).isEqualTo(204);
        assertThat(operator.get("/webhooks/" + id).status()).isEqualTo(404);
        assertThat(tables.count("SELECT count(*) FROM webhook_deliveries")).isZero();
        assertThat(
                        tables.count(
                                "SELECT count(*) FROM user_keys WHERE user_id = ? AND wrapped IS NOT NULL",
                                "webhook/" + id))
                .isZero();
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () ->
                                assertThat(
                                                tables.count(
                                                        "SELECT count(*) FROM webhook_tasks WHERE"
                                                                + " task_instance = ?",
                                                        id))
                                        .isZero());
        assertThat(acts()).isEqualTo(2);
    }

    @Test
    void keepTheSecretSealed() {
        String secret = created("*").required("/secret");
        byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));

        assertThat(
                        tables.count(
                                """
                                SELECT count(*) FROM webhook_keys
                                WHERE position(?::bytea IN ciphertext) > 0
                                    OR position(?::bytea IN ciphertext) > 0""",
                                key,
                                secret.getBytes(StandardCharsets.UTF_8)))
                .isZero();
        assertThat(operator.get("/webhooks").text()).doesNotContain("whsec_");
    }

    private Answer created(String... types) {
        return createdAt(receiver.url(path), types);
    }

    private Answer createdAt(String url, String... types) {
        return operator.post(
                "/webhooks",
                "{\"url\":\"%s\",\"eventTypes\":[\"%s\"],\"reason\":\"%s\"}"
                        .formatted(url, String.join("\",\"", types), reason));
    }

    private List<Receiver.Received> awaitReceived(int count) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () ->
                                assertThat(receiver.received(path))
                                        .hasSizeGreaterThanOrEqualTo(count));
        return receiver.received(path);
    }

    private static List<JsonNode> states(String id, String state) {
        return operator.get("/webhooks/%s/deliveries?state=%s".formatted(id, state))
                .json()
                .at("/items")
                .valueStream()
                .toList();
    }

    private static List<String> eventIds(Answer page) {
        return page.json()
                .at("/items")
                .valueStream()
                .map(it -> it.path("eventId").asString())
                .toList();
    }

    /** How many acts were written down with the test's reason. */
    private long acts() {
        return tables.count(
                """
                SELECT count(*) FROM events JOIN event_kinds USING (kind)
                WHERE aggregate_type = 'Operation' AND position(?::bytea IN payload) > 0""",
                reason.getBytes(StandardCharsets.UTF_8));
    }

    private static double measured(String meter) {
        return operator.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(meter + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(meter.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + meter));
    }

    private static JsonNode json(Receiver.Received received) {
        return JSON.readTree(received.body());
    }

    /** As the specification has it, with nothing of ours. */
    private static String signature(String secret, Receiver.Received received)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(
                new SecretKeySpec(
                        Base64.getDecoder().decode(secret.substring("whsec_".length())),
                        "HmacSHA256"));
        String head = received.id() + "." + received.timestamp() + ".";
        mac.update(head.getBytes(StandardCharsets.UTF_8));
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(received.body()));
    }
}
