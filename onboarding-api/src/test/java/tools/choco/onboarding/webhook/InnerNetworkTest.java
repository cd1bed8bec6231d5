package tools.choco.onboarding.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every trick is pointed at a listener that is reached without the guard, and never with it. */
class InnerNetworkTest {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final byte[] NOBODY = {127, 0, 0, 2};
    private static final byte[] PUBLIC = {93, (byte) 184, (byte) 216, 34};

    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
    private Receiver inside;

    @BeforeEach
    void listen() throws IOException {
        inside = new Receiver();
    }

    @AfterEach
    void end() {
        inside.close();
        timers.shutdownNow();
    }

    /** Forms that some resolver takes for the loopback address, and names that lead there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "localhost",
                "2130706433",
                "0177.0.0.1",
                "0x7f000001",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "inside.example.org",
                "127.0.0.1.nip.io"
            })
    void isNotReachedByAName(String host) {
        URI url = URI.create("http://" + host + ":" + inside.port() + "/hook");
        NameResolver attackers = name -> new InetAddress[] {InetAddress.getByAddress(LOOPBACK)};

        assertThat(send(url, unguarded(attackers)).status()).isEqualTo(204);
        assertThat(inside.received()).hasSize(1);
        assertThat(inside.received().getFirst().host()).isEqualTo(host + ":" + inside.port());

        assertThat(send(url, new GuardedResolver(attackers, false)).error())
                .isEqualTo("address_refused");
        assertThat(inside.received()).hasSize(1);
    }

    /**
     * What is a number to a resolver, but no host to the client: it gets nowhere, guarded or not.
     */
    @ParameterizedTest
    @ValueSource(strings = {"0x7f.0.0.1", "127.1"})
    void isNotReachedByWhatIsNoHost(String host) {
        URI url = URI.create("http://" + host + ":" + inside.port() + "/hook");
        NameResolver attackers = name -> new InetAddress[] {InetAddress.getByAddress(LOOPBACK)};

        assertThat(url.getHost()).isNull();
        assertThat(send(url, unguarded(attackers)).isDelivered()).isFalse();
        assertThat(inside.received()).isEmpty();
    }

    @Test
    void isNotReachedByANameThatIsNotTheLoopbackAddressItselfWhereThatIsAllowed() {
        URI url = URI.create("http://inside.example.org:" + inside.port() + "/hook");
        NameResolver attackers = name -> new InetAddress[] {InetAddress.getByAddress(LOOPBACK)};

        assertThat(send(url, unguarded(attackers)).status()).isEqualTo(204);
        assertThat(send(url, new GuardedResolver(attackers, true)).error())
                .isEqualTo("address_refused");
        assertThat(inside.received()).hasSize(1);
        assertThat(
                        send(
                                        URI.create(inside.url("/hook")),
                                        new GuardedResolver(InetAddress::getAllByName, true))
                                .status())
                .isEqualTo(204);
    }

    /** Public when it is looked at, inside when it is connected to. */
    @Test
    void isNotReachedByRebinding() throws UnknownHostException {
        URI url = URI.create("http://rebind.example.org:" + inside.port() + "/hook");
        AtomicInteger asked = new AtomicInteger();
        NameResolver rebinding =
                name ->
                        new InetAddress[] {
                            InetAddress.getByAddress(
                                    asked.getAndIncrement() == 0 ? PUBLIC : LOOPBACK)
                        };

        assertThat(Addresses.isPublic(rebinding.resolve("rebind.example.org")[0])).isTrue();
        assertThat(send(url, unguarded(rebinding)).status()).isEqualTo(204);
        assertThat(inside.received()).hasSize(1);

        // Asked once a connection, which goes to what was checked.
        asked.set(0);
        DnsResolver guarded = onThisMachine(new GuardedResolver(rebinding, false));
        assertThat(send(url, guarded).isDelivered()).isFalse();
        assertThat(asked).hasValue(1);
        assertThat(send(url, guarded).error()).isEqualTo("address_refused");
        assertThat(inside.received()).hasSize(1);
    }

    @Test
    void isNotReachedByTheSecondAddressOfAName() {
        URI url = URI.create("http://two.example.org:" + inside.port() + "/hook");
        NameResolver both =
                name ->
                        new InetAddress[] {
                            InetAddress.getByAddress(LOOPBACK), InetAddress.getByAddress(PUBLIC)
                        };

        assertThat(send(url, onThisMachine(unguarded(both))).status()).isEqualTo(204);
        assertThat(send(url, new GuardedResolver(both, false)).error())
                .isEqualTo("address_refused");
        assertThat(inside.received()).hasSize(1);
    }

    @Test
    void isNotReachedByARedirect() throws IOException {
        try (Receiver outside = new Receiver()) {
            outside.answer(
                    exchange -> {
                        exchange.getResponseHeaders().set("Location", inside.url("/hook"));
                        exchange.sendResponseHeaders(308, -1);
                    });

            Sender.Result result =
                    send(URI.create(outside.url("/")), unguarded(InetAddress::getAllByName));

            assertThat(result).isEqualTo(new Sender.Result(308, "redirect"));
            assertThat(outside.received()).hasSize(1);
            assertThat(inside.received()).isEmpty();
        }
    }

    @Test
    void waitsForNoAnswerThatNeverEnds() {
        inside.answer(
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    byte[] much = new byte[65536];
                    while (true) {
                        exchange.getResponseBody().write(much);
                    }
                });

        assertThat(send(URI.create(inside.url("/")), unguarded(InetAddress::getAllByName)).status())
                .isEqualTo(200);
    }

    @Test
    void waitsForNoAnswerThatNeverBegins() {
        inside.answer(
                exchange -> {
                    try {
                        Thread.sleep(Duration.ofMinutes(1));
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                });

        assertThat(send(URI.create(inside.url("/")), unguarded(InetAddress::getAllByName)).error())
                .isEqualTo("timeout");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.255.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.1.1",
                "198.19.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:a00:1::",
                "3fff::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void isAnythingThatIsNotPublic(String address) throws UnknownHostException {
        assertThat(Addresses.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "93.184.216.34",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450::1"
            })
    void isNothingThatIsPublic(String address) throws UnknownHostException {
        assertThat(Addresses.isPublic(InetAddress.getByName(address))).isTrue();
    }

    private Sender.Result send(URI url, DnsResolver addresses) {
        WebhookSettings settings =
                new WebhookSettings(
                        1,
                        Set.of(443),
                        false,
                        1,
                        1,
                        Duration.ofMillis(300),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        2,
                        Duration.ofSeconds(1),
                        Duration.ofDays(3),
                        Duration.ofDays(1),
                        Duration.ofDays(30));
        try (Sender sender = new Sender(addresses, settings, timers)) {
            return sender.send(url, Map.of(), "{}".getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Has nobody's loopback address in place of a public one: no test connects to another machine.
     */
    private static DnsResolver onThisMachine(DnsResolver guard) {
        return unguarded(
                name -> {
                    InetAddress[] addresses = guard.resolve(name);
                    for (int i = 0; i < addresses.length; i++) {
                        if (Addresses.isPublic(addresses[i])) {
                            addresses[i] = InetAddress.getByAddress(NOBODY);
                        }
                    }
                    return addresses;
                });
    }

    private static DnsResolver unguarded(NameResolver names) {
        return new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                return names.resolve(host);
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
    }
}
