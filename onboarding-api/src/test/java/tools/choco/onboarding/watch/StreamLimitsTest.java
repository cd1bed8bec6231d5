package tools.choco.onboarding.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.eventlog.PostgresEventStore;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;

/** What a stream may cost, with limits low enough to meet. */
class StreamLimitsTest {

    private static final int PER_USER = 3;
    private static final int ALL = 6;
    private static final int QUEUED = 20;
    private static final Duration WAIT = Duration.ofSeconds(30);

    private static RunningService service;

    @BeforeAll
    static void start() {
        service =
                RunningService.start(
                        "onboarding.watch.streams-per-user-max=" + PER_USER,
                        "onboarding.watch.streams-max=" + ALL,
                        "onboarding.watch.events-queued-max=" + QUEUED,
                        "onboarding.watch.heartbeat=PT0.2S",
                        "onboarding.watch.lifetime=PT5S");
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void showsThatItLivesAndEndsWhenItIsOld() {
        User user = User.of(service);
        try (Watch watch = watch(user, user.started("quick"))) {
            watch.awaitComments(5);
            watch.awaitEnd();
            assertThat(watch.endedCleanly()).isTrue();
            assertThat(watch.names()).containsExactly("snapshot");
        }
        awaitOpen(0);
    }

    @Test
    void refusesAUserTooManyStreams() {
        User user = User.of(service);
        String session = user.started("quick");
        List<Watch> open = new ArrayList<>();
        for (int i = 0; i < PER_USER; i++) {
            open.add(watch(user, session));
        }

        Answer refused = user.client().get(path(session));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.at("/code")).isEqualTo("too_many_streams");
        assertThat(refused.header("Retry-After")).matches("[1-9][0-9]*");
        User other = User.of(service);
        open.add(watch(other, other.started("quick")));
        open.forEach(Watch::close);
        // A heartbeat or two show that nobody is there any more.
        await().atMost(WAIT).until(() -> user.client().get(path(session)).status() != 429);
        awaitOpen(0);
    }

    @Test
    void refusesMoreStreamsThanItTakesOn() {
        List<Watch> open = new ArrayList<>();
        for (int i = 0; i < ALL; i++) {
            User user = User.of(service);
            open.add(watch(user, user.started("quick")));
        }
        User late = User.of(service);
        String session = late.started("quick");

        Answer refused = late.client().get(path(session));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.at("/code")).isEqualTo("unavailable");
        assertThat(refused.header("Retry-After")).matches("[1-9][0-9]*");
        open.forEach(Watch::close);
        awaitOpen(0);
    }

    @Test
    void leavesNothingBehindWhereAStreamIsRefused() {
        User user = User.of(service);
        String session = User.of(service).started("quick");
        for (int i = 0; i < 2 * ALL; i++) {
            assertThat(user.client().get(path(session)).status()).isEqualTo(404);
        }
        assertThat(open()).isZero();
    }

    /** There may be more to begin with than may wait later. */
    @Test
    void leavesTimeForWhatComesFirst() throws InterruptedException {
        User user = User.of(service);
        String session = user.started("quick");
        for (int i = 0; i < QUEUED; i++) {
            user.skip(session, "tools");
            user.reopen(session, "tools");
        }
        double cut = cuts();
        Thread writer =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    for (int i = 0; i < QUEUED; i++) {
                                        user.skip(session, "tools");
                                        user.reopen(session, "tools");
                                    }
                                });
        while (writer.isAlive()) {
            try (Watch watch = user.client().watch(path(session) + "?lastEventId=0")) {
                watch.await(1 + 2 * QUEUED);
            }
            awaitOpen(0);
        }
        writer.join();
        assertThat(cuts()).isEqualTo(cut);
    }

    /** One who takes nothing is cut off, while another gets every event. */
    @Test
    void cutsASlowReaderAndSlowsNobodyElse() throws IOException {
        User user = User.of(service);
        String session = user.started("quick");
        String site = UUID.randomUUID().toString();
        String token =
                service.client().localToken(user.subject(), List.of("onboarding:write"), null);
        double cut = cuts();
        try (Socket slow = new Socket();
                Watch quick = watch(user, session)) {
            slow.setReceiveBufferSize(4_096);
            URI address = URI.create(service.address());
            slow.connect(new InetSocketAddress(address.getHost(), address.getPort()));
            slow.getOutputStream()
                    .write(
                            """
                            GET %s HTTP/1.1\r
                            Host: localhost\r
                            Authorization: Bearer %s\r
                            \r
                            """
                                    .formatted(path(session), token)
                                    .getBytes(StandardCharsets.US_ASCII));
            await().atMost(WAIT).until(() -> open() == 2);

            int events = 0;
            while (cuts() == cut && events < 400) {
                append(deployed(site, session, user.subject()), site, events++);
                quick.await(1 + events);
            }

            assertThat(cuts()).isEqualTo(cut + 1);
            assertThat(open()).isEqualTo(1);
            append(deployed(site, session, user.subject()), site, events++);
            assertThat(quick.await(1 + events)).hasSize(1 + events);
            // What was on the way may still come; then the connection is closed, not idle.
            slow.setSoTimeout((int) WAIT.toMillis());
            assertThat(readToTheEnd(slow.getInputStream())).isTrue();
        }
        awaitOpen(0);
    }

    private static boolean readToTheEnd(InputStream in) throws IOException {
        try {
            in.transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    private static Message deployed(String site, String session, String user) {
        return SiteDeployStatusChanged.newBuilder()
                .setSiteId(site)
                .setSessionId(session)
                .setUserId(user)
                .setOccurredAt(EventTime.toProto(Instant.now()))
                .setDeployUrl("https://" + "x".repeat(100_000))
                .build();
    }

    /** Appends an event as its site would. */
    static void append(Message event, String site, long sequence) {
        service.part(PostgresEventStore.class)
                .publish(
                        new GenericDomainEventMessage<>(
                                EventType.SITE,
                                site,
                                sequence,
                                event,
                                MetaData.with(EventMetadata.ACTOR, "sites")
                                        .and(EventMetadata.CORRELATION_ID, "test")));
    }

    private static Watch watch(User user, String session) {
        return user.client().watch(path(session));
    }

    private static String path(String session) {
        return "/onboarding/sessions/" + session + "/events";
    }

    private static void awaitOpen(int count) {
        await().atMost(WAIT).until(() -> open() == count);
    }

    private static int open() {
        return (int) metric("onboarding_streams_open");
    }

    private static double cuts() {
        return metric("onboarding_streams_cut_total");
    }

    private static double metric(String name) {
        return service.operator()
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
