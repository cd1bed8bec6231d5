package tools.choco.onboarding.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.support.GenericApplicationContext;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.jackson.databind.JsonNode;

/**
 * Deliveries over TLS. The service trusts what its JVM trusts, which here is a store of the test's
 * own; the guard lets a public address through, in whose place this machine listens.
 */
class WebhookTlsTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final byte[] PUBLIC = {93, (byte) 184, (byte) 216, 34};

    private static final String OTHER_HOST = "other.example.org";
    private static final String INNER_HOST = "inside.example.org";

    /** One for each test: a session that is resumed shows no certificate. */
    private static final String[] HOSTS = {
        "hooks.example.org", "named.example.org", "trusted.example.org", "mended.example.org"
    };

    @TempDir private static Path directory;

    /** Of all hosts but one, by an issuer whom the service trusts. */
    private static TestCertificate right;

    /** Of the one, by an issuer whom the service trusts. */
    private static TestCertificate ofOtherHost;

    /** Of all hosts but one, by an issuer whom nobody knows. */
    private static TestCertificate ofNobody;

    private static ShownCertificate shown;

    private static Receiver receiver;
    private static RunningService service;
    private static Client operator;

    private final String path = "/" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        right = TestCertificate.of(directory, HOSTS);
        ofOtherHost = TestCertificate.of(directory, OTHER_HOST);
        ofNobody = TestCertificate.of(directory, HOSTS);
        Path trusted = directory.resolve("trusted.p12");
        TestCertificate.trustOnly(trusted, right, ofOtherHost);
        shown = new ShownCertificate(right);
        receiver = new Receiver(shown.context());
        Map<String, String> before =
                setProperties(
                        Map.of(
                                "javax.net.ssl.trustStore",
                                trusted.toString(),
                                "javax.net.ssl.trustStoreType",
                                "PKCS12",
                                "javax.net.ssl.trustStorePassword",
                                TestCertificate.PASSWORD));
        try {
            service =
                    RunningService.startWith(
                            WebhookTlsTest::onThisMachine,
                            "onboarding.webhooks.ports=" + receiver.port(),
                            "onboarding.webhooks.retry-initial=PT0.02S",
                            "onboarding.webhooks.retry-max=PT0.2S");
        } finally {
            setProperties(before);
        }
        operator = service.operator();
    }

    @AfterAll
    static void end() {
        service.close();
        receiver.close();
    }

    @BeforeEach
    void showTheRightCertificate() throws Exception {
        shown.change(right);
    }

    @AfterEach
    void forgetSubscriptions() {
        for (JsonNode item : operator.get("/webhooks").json().at("/items")) {
            operator.delete("/webhooks/" + item.path("webhookId").asString() + "?reason=done");
        }
    }

    @Test
    void deliversToTheHostThatItsCertificateNames() throws Exception {
        Answer created = subscribed(HOSTS[0]);
        deliver(created);

        Receiver.Received received = awaitReceived();

        // The connection went to an address; all that is said on it is of the name.
        assertThat(received.serverNames()).containsExactly(HOSTS[0]);
        assertThat(received.host()).isEqualTo(HOSTS[0] + ":" + receiver.port());
        assertThat(received.signature())
                .isEqualTo(
                        new Webhook(created.required("/secret"))
                                .sign(
                                        received.id(),
                                        Long.parseLong(received.timestamp()),
                                        new String(received.body(), StandardCharsets.UTF_8)));
        awaitDelivery(created, "delivered", 1);
    }

    @Test
    void tellsNothingToAHostWithTheCertificateOfAnother() throws Exception {
        shown.change(ofOtherHost);
        Answer created = subscribed(HOSTS[1]);
        deliver(created);

        assertRefused(created);

        // It is the name alone that was wrong.
        deliver(subscribed(OTHER_HOST));
        assertThat(awaitReceived().serverNames()).containsExactly(OTHER_HOST);
        assertThat(receiver.received(path)).hasSize(1);
    }

    @Test
    void tellsNothingToAHostWhoseIssuerItDoesNotTrust() throws Exception {
        shown.change(ofNobody);
        Answer created = subscribed(HOSTS[2]);
        deliver(created);

        assertRefused(created);
    }

    @Test
    void triesAgainUntilTheCertificateIsRight() throws Exception {
        shown.change(ofNobody);
        Answer created = subscribed(HOSTS[3]);
        deliver(created);
        awaitDelivery(created, "pending", 1);

        shown.change(right);

        awaitReceived();
        JsonNode delivered = awaitDelivery(created, "delivered", 2);
        assertThat(delivered.path("lastError").isNull()).isTrue();
        assertThat(receiver.received(path)).hasSize(1);
        assertThat(webhook(created).at("/failingSince")).isNull();
    }

    @Test
    void connectsToNobodyInside() throws Exception {
        Answer created = subscribed(INNER_HOST);
        deliver(created);

        JsonNode pending = awaitDelivery(created, "pending", 1);

        assertThat(pending.path("lastError").asString()).isEqualTo("address_refused");
        assertThat(receiver.received(path)).isEmpty();
    }

    /** Several tries have failed for the same reason, and the next is due by the schedule. */
    private void assertRefused(Answer created) {
        JsonNode pending = awaitDelivery(created, "pending", 3);
        assertThat(pending.path("lastError").asString()).isEqualTo("tls_failed");
        assertThat(pending.path("lastStatus").isNull()).isTrue();
        assertThat(pending.path("nextAttemptAt").asString()).isNotEmpty();
        assertThat(webhook(created).at("/lastError")).isEqualTo("tls_failed");
        assertThat(webhook(created).at("/failingSince")).isNotNull();
        assertThat(receiver.received(path)).isEmpty();
    }

    private Answer subscribed(String host) {
        return operator.post(
                "/webhooks",
                """
                {"url":"https://%s:%d%s","eventTypes":["onboarding.started"],"reason":"tls"}"""
                        .formatted(host, receiver.port(), path));
    }

    private static void deliver(Answer created) {
        operator.post("/webhooks/" + id(created) + "/test", "{\"reason\":\"tls\"}");
    }

    private static String id(Answer created) {
        return created.required("/webhook/webhookId");
    }

    private static Answer webhook(Answer created) {
        return operator.get("/webhooks/" + id(created));
    }

    private Receiver.Received awaitReceived() {
        return await().atMost(WAIT)
                .pollInterval(POLL)
                .until(() -> receiver.received(path), it -> !it.isEmpty())
                .getFirst();
    }

    /** The only delivery, once it has come to a state by so many tries or more. */
    private static JsonNode awaitDelivery(Answer created, String state, int attempts) {
        String route = "/webhooks/%s/deliveries?state=%s".formatted(id(created), state);
        return await().atMost(WAIT)
                .pollInterval(POLL)
                .until(
                        () -> operator.get(route).json().at("/items/0"),
                        it -> it.path("attempts").asInt(0) >= attempts);
    }

    /**
     * Names lead to a public address, but for one; what the service's own guard has let through of
     * that is here.
     */
    private static void onThisMachine(GenericApplicationContext context) {
        context.registerBean(
                "testNames",
                NameResolver.class,
                () ->
                        host ->
                                new InetAddress[] {
                                    InetAddress.getByAddress(
                                            host, host.equals(INNER_HOST) ? LOOPBACK : PUBLIC)
                                },
                definition -> definition.setPrimary(true));
        context.getBeanFactory()
                .addBeanPostProcessor(
                        new BeanPostProcessor() {
                            @Override
                            public Object postProcessAfterInitialization(Object bean, String name) {
                                return bean instanceof DnsResolver guard ? behind(guard) : bean;
                            }
                        });
    }

    private static DnsResolver behind(DnsResolver guard) {
        return new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                InetAddress[] addresses = guard.resolve(host);
                Arrays.fill(addresses, InetAddress.getByAddress(LOOPBACK));
                return addresses;
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
    }

    /** Sets system properties, or clears those that are empty; returns what they were. */
    private static Map<String, String> setProperties(Map<String, String> values) {
        Map<String, String> before = new HashMap<>();
        values.forEach(
                (name, value) -> {
                    before.put(name, System.getProperty(name, ""));
                    if (value.isEmpty()) {
                        System.clearProperty(name);
                    } else {
                        System.setProperty(name, value);
                    }
                });
        return before;
    }
}
