package tools.choco.onboarding.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.Outage;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;

/** Tickets: each opens one stream of its owner's, once. */
class StreamTicketsTest {

    private static final PrintStream CONSOLE = System.out;
    private static final ByteArrayOutputStream OUTPUT = new ByteArrayOutputStream();

    private static RunningService service;

    @BeforeAll
    static void start() {
        System.setOut(new PrintStream(OUTPUT, true, StandardCharsets.UTF_8));
        service =
                RunningService.start(
                        "onboarding.database.connect-timeout=PT1S",
                        "logging.level.tools.choco=debug",
                        "logging.threshold.console=trace");
    }

    @AfterAll
    static void end() {
        service.close();
        System.setOut(CONSOLE);
    }

    @Test
    void openAStreamWithoutAToken() {
        User user = User.of(service);
        String session = user.started("quick");
        Answer answer = ticketFor(user.client(), session);
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(Instant.parse(answer.required("/expiresAt")))
                .isBetween(
                        service.clock().instant().plusSeconds(50),
                        service.clock().instant().plusSeconds(61));

        try (Watch watch = service.client().watch(path(session, answer.required("/ticket")))) {
            assertThat(watch.await(1).getFirst().at("/userId")).isEqualTo(user.subject());
            user.skip(session, "tools");
            watch.await(2);
        }
    }

    @Test
    void openOneStreamOnly() {
        User user = User.of(service);
        String session = user.started("quick");
        String ticket = ticketFor(user.client(), session).required("/ticket");
        service.client().watch(path(session, ticket)).close();

        Answer again = service.client().get(path(session, ticket));

        assertThat(again.status()).isEqualTo(401);
        assertThat(again.at("/code")).isEqualTo("invalid_ticket");
        assertThat(again.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void openOneStreamWhoeverIsFirst() throws Exception {
        try (RunningService other = RunningService.beside(service);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            User user = User.of(service);
            String session = user.started("quick");
            String ticket = ticketFor(user.client(), session).required("/ticket");
            List<Client> clients = List.of(service.client(), other.client());
            List<Callable<Boolean>> calls =
                    IntStream.range(0, 10)
                            .<Callable<Boolean>>mapToObj(
                                    i -> () -> opens(clients.get(i % 2), path(session, ticket)))
                            .toList();
            int opened = 0;
            for (Future<Boolean> result : threads.invokeAll(calls)) {
                opened += result.get() ? 1 : 0;
            }
            assertThat(opened).isEqualTo(1);
        }
    }

    @Test
    void expire() {
        User user = User.of(service);
        String session = user.started("quick");
        String ticket = ticketFor(user.client(), session).required("/ticket");
        service.clock().advance(Duration.ofSeconds(61));

        assertThat(service.client().get(path(session, ticket)).at("/code"))
                .isEqualTo("invalid_ticket");
        // The next ticket takes those away that have expired.
        ticketFor(user.client(), session);
        assertThat(
                        Tables.of(service)
                                .count(
                                        "SELECT count(*) FROM stream_tickets WHERE user_id = ?",
                                        user.subject()))
                .isEqualTo(1);
    }

    @Test
    void openNothingElse() {
        User user = User.of(service);
        String session = user.started("quick");
        String other = user.started("default");
        String ticket = ticketFor(user.client(), session).required("/ticket");

        assertThat(service.client().get(path(other, ticket)).at("/code"))
                .isEqualTo("invalid_ticket");
        assertThat(
                        service.client()
                                .unchecked("GET", "/onboarding/session?ticket=" + ticket, null)
                                .status())
                .isEqualTo(401);
        // It is not spent by that.
        service.client().watch(path(session, ticket)).close();
    }

    @Test
    void areForWhatOneMayWatch() {
        User user = User.of(service);
        String session = user.started("quick");

        assertThat(ticketFor(User.of(service).client(), session).at("/code"))
                .isEqualTo("session_not_found");
        assertThat(ticketFor(service.client(), session).at("/code")).isEqualTo("missing_token");
        assertThat(ticketFor(service.analyst(), session).at("/code"))
                .isEqualTo("insufficient_scope");
        String ticket = ticketFor(service.operator(), session).required("/ticket");
        try (Watch watch = service.client().watch(path(session, ticket))) {
            assertThat(watch.await(1).getFirst().at("/userId")).isEqualTo(user.subject());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "%00",
                "a%20b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%27--"
            })
    void areRefusedWhereNobodyGaveThemOut(String ticket) {
        String session = User.of(service).started("quick");

        Answer answer = service.client().get(path(session, ticket));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.at("/code")).isEqualTo("invalid_ticket");
    }

    @Test
    void areNotTakenBesideAToken() {
        User user = User.of(service);
        String session = user.started("quick");
        String ticket = ticketFor(user.client(), session).required("/ticket");

        assertThat(user.client().get(path(session, ticket)).at("/code"))
                .isEqualTo("invalid_parameter");
    }

    @Test
    void areForOneThingExactly() {
        Client client = User.of(service).client();

        assertThat(client.post("/stream-tickets", "{}").at("/code")).isEqualTo("missing_field");
        assertThat(
                        client.post("/stream-tickets", "{\"sessionId\":\"a\",\"siteId\":\"b\"}")
                                .at("/code"))
                .isEqualTo("invalid_value");
        assertThat(client.post("/stream-tickets", "{\"sessionId\":\"\"}").at("/code"))
                .isEqualTo("invalid_value");
    }

    /** Neither in a log, whatever happens to their stream, nor in the database. */
    @Test
    void stayWithTheirOwner() throws IOException {
        User user = User.of(service);
        String session = user.started("quick");
        String spent = ticketFor(user.client(), session).required("/ticket");
        String kept = ticketFor(user.client(), session).required("/ticket");
        service.client().watch(path(session, spent)).close();
        service.client().get(path(session, spent));
        service.client().get(path(session, spent) + "&lastEventId=x");
        service.client().unchecked("GET", path(session, spent) + "&x=1", null);
        service.client().unchecked("POST", path(session, spent), "{}");
        service.client().unchecked("GET", "/sites/x/nothing?ticket=" + spent, null);
        try (Outage _ = Outage.of(service)) {
            assertThat(service.client().get(path(session, kept)).status()).isEqualTo(503);
        }
        String metrics = service.operator().get("/metrics").text();
        var file = service.home().resolve("logs/onboarding.log");
        await().until(() -> OUTPUT.size() > 0);
        for (String ticket : List.of(spent, kept)) {
            assertThat(OUTPUT.toString(StandardCharsets.UTF_8)).doesNotContain(ticket);
            assertThat(Files.exists(file) ? Files.readString(file) : "").doesNotContain(ticket);
            assertThat(metrics).doesNotContain(ticket);
            assertThat(
                            Tables.of(service)
                                    .count(
                                            """
                                            SELECT count(*) FROM stream_tickets AS t
                                            WHERE position(? IN t::text) > 0
                                               OR position(encode(convert_to(?, 'UTF8'), 'hex')
                                                           IN t::text) > 0""",
                                            ticket,
                                            ticket))
                    .isZero();
        }
    }

    private static boolean opens(Client client, String target) {
        try (Watch watch = client.watch(target)) {
            watch.await(1);
            return true;
        } catch (AssertionError refused) {
            assertThat(refused).hasMessageContaining("invalid_ticket");
            return false;
        }
    }

    private static Answer ticketFor(Client client, String session) {
        return client.post("/stream-tickets", "{\"sessionId\":\"" + session + "\"}");
    }

    private static String path(String session, String ticket) {
        return "/onboarding/sessions/" + session + "/events?ticket=" + ticket;
    }
}
