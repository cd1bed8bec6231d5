package tools.choco.onboarding.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;
import tools.choco.onboarding.testing.Watch.Event;
import tools.jackson.databind.JsonNode;

@ExtendWith(SharedService.class)
class SessionStreamTest {

    private static final int CHANGES = 60;
    private static final String FIRST_POSITION =
            "SELECT min(position)::text FROM events WHERE aggregate_id = ?::uuid";
    private static final String AFTER =
            "SELECT %s FROM events WHERE aggregate_id = ?::uuid AND position > ?";

    private final RunningService service;

    SessionStreamTest(RunningService service) {
        this.service = service;
    }

    @Test
    void beginsWithASnapshotAndGoesOnWithEveryChange() {
        User user = User.of(service);
        String session = user.started("quick");
        user.complete(session, "profile");
        JsonNode before = user.read(session).json();

        try (Watch watch = watch(user, session)) {
            assertThat(watch.await(1).getFirst().name()).isEqualTo("snapshot");
            assertThat(watch.events().getFirst().data()).isEqualTo(before);
            user.skip(session, "tools");
            user.complete(session, "workspace-hub");
            user.finish(session);

            List<Event> events = watch.await(4);
            assertThat(watch.names())
                    .containsExactly(
                            "snapshot",
                            "onboarding.step_skipped",
                            "onboarding.step_completed",
                            "onboarding.completed");
            assertThat(events.stream().map(it -> Long.parseLong(it.id()))).isSorted();
            Event skipped = events.get(1);
            assertThat(skipped.at("/eventType")).isEqualTo("onboarding.step_skipped");
            assertThat(skipped.at("/aggregateId")).isEqualTo(session);
            assertThat(skipped.at("/position")).isEqualTo(skipped.id());
            assertThat(skipped.at("/stepId")).isEqualTo("tools");
            assertThat(skipped.at("/skipReason")).isEqualTo("later");
            assertThat(UUID.fromString(skipped.at("/eventId"))).isNotNull();
        }
    }

    @Test
    void tellsProxiesAndCachesToKeepOff() {
        User user = User.of(service);
        try (Watch watch = watch(user, user.started("quick"))) {
            assertThat(watch.header("Content-Type")).startsWith("text/event-stream");
            assertThat(watch.header("Cache-Control")).isEqualTo("no-store");
            assertThat(watch.header("X-Accel-Buffering")).isEqualTo("no");
        }
    }

    @Test
    void answersHeadWithoutAStream() {
        User user = User.of(service);
        String session = user.started("quick");

        Answer head = user.client().unchecked("HEAD", path(session), null);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Cache-Control")).isEqualTo("no-store");
        assertThat(head.text()).isEmpty();
    }

    @Test
    void goesOnAfterTheLastEventThatTheClientHas() {
        User user = User.of(service);
        String session = user.started("quick");
        String first;
        try (Watch watch = watch(user, session)) {
            user.skip(session, "tools");
            first = watch.await(2).getLast().id();
        }
        user.complete(session, "profile");
        user.reopen(session, "tools");

        try (Watch watch = watchAfter(user, session, first)) {
            watch.await(2);
            user.skip(session, "tools");
            watch.await(3);
            assertThat(watch.names())
                    .containsExactly(
                            "onboarding.step_completed",
                            "onboarding.step_reopened",
                            "onboarding.step_skipped");
        }
    }

    @Test
    void takesTheLastEventFromTheAddressToo() {
        User user = User.of(service);
        String session = user.started("quick");
        user.skip(session, "tools");

        try (Watch watch = user.client().watch(path(session) + "?lastEventId=0")) {
            watch.await(2);
            assertThat(watch.names())
                    .containsExactly("onboarding.started", "onboarding.step_skipped");
        }
        // The header is the newer of the two: an EventSource adds it when it connects again.
        String first = Tables.of(service).texts(FIRST_POSITION, session).getFirst();
        try (Watch watch =
                user.with("Last-Event-ID", first)
                        .client()
                        .watch(path(session) + "?lastEventId=0")) {
            watch.await(1);
            assertThat(watch.names()).containsExactly("onboarding.step_skipped");
        }
    }

    /** Reconnects again and again while the session changes, wherever it has come to. */
    @Test
    void neitherMissesNorRepeatsWhileClientsComeAndGo() throws InterruptedException {
        User user = User.of(service);
        String session = user.started("quick");
        Thread writer =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    for (int i = 0; i < CHANGES; i++) {
                                        user.skip(session, "tools");
                                        user.reopen(session, "tools");
                                    }
                                });
        List<String> seen = new ArrayList<>();
        String last;
        try (Watch watch = watch(user, session)) {
            last = watch.await(1).getFirst().id();
            assertThat(watch.events().getFirst().name()).isEqualTo("snapshot");
        }
        String begin = last;
        long all = 0;
        while (writer.isAlive() || seen.size() < all) {
            try (Watch watch = watchAfter(user, session, last)) {
                List<Event> events =
                        writer.isAlive()
                                ? watch.await(ThreadLocalRandom.current().nextInt(3))
                                : watch.await(1);
                events.forEach(event -> seen.add(event.id()));
                if (!events.isEmpty()) {
                    last = events.getLast().id();
                }
            }
            all =
                    Tables.of(service)
                            .count(AFTER.formatted("count(*)"), session, Long.parseLong(begin));
        }
        writer.join();

        assertThat(seen)
                .containsExactlyElementsOf(
                        Tables.of(service)
                                .texts(
                                        AFTER.formatted("position::text")
                                                + " ORDER BY events.position",
                                        session,
                                        Long.parseLong(begin)));
    }

    /** As many streams as begin while the session changes: each fits its own snapshot. */
    @Test
    void joinsTheSnapshotToTheChangesAfterIt() throws InterruptedException {
        User user = User.of(service);
        String session = user.started("quick");
        List<Watch> watches = new ArrayList<>();
        Thread writer =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    for (int i = 0; i < CHANGES; i++) {
                                        user.skip(session, "tools");
                                        user.reopen(session, "tools");
                                    }
                                });
        while (writer.isAlive() && watches.size() < 15) {
            watches.add(watch(user, session));
        }
        writer.join();
        long revision = 1 + 2L * CHANGES;
        for (Watch watch : watches) {
            long at = Long.parseLong(watch.await(1).getFirst().at("/revision"));
            List<Event> events = watch.await((int) (1 + revision - at));
            assertThat(events).hasSize((int) (1 + revision - at));
            assertThat(events.stream().skip(1).map(Event::id))
                    .containsExactlyElementsOf(
                            Tables.of(service)
                                    .texts(
                                            """
                                            SELECT position::text FROM events
                                            WHERE aggregate_id = ?::uuid AND sequence >= ?
                                            ORDER BY events.position""",
                                            session,
                                            at));
            watch.close();
        }
    }

    /** More than fits into one connection: it ends, and the client goes on where it was. */
    @Test
    void endsALongBacklogForTheClientToGoOn() {
        User user = User.of(service);
        String session = user.started("quick");
        for (int i = 0; i < 260; i++) {
            user.skip(session, "tools");
            user.reopen(session, "tools");
        }
        List<String> seen = new ArrayList<>();
        try (Watch watch = watchAfter(user, session, "0")) {
            watch.awaitEnd().forEach(event -> seen.add(event.id()));
            assertThat(watch.endedCleanly()).isTrue();
        }
        assertThat(seen).hasSize(500);
        try (Watch watch = watchAfter(user, session, seen.getLast())) {
            watch.await(21).forEach(event -> seen.add(event.id()));
            assertThat(watch.isOpen()).isTrue();
        }
        assertThat(seen).hasSize(521).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "-1", "1.5", "1e3", "0x1", "9999999999999999999", "1 2", "1,2", "٣"})
    void refusesALastEventIdThatIsNone(String id) {
        User user = User.of(service);
        String session = user.started("quick");

        Answer answer =
                user.client()
                        .get(
                                path(session)
                                        + "?lastEventId="
                                        + URLEncoder.encode(id, StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isEqualTo("invalid_last_event_id");
    }

    @Test
    void refusesAPositionThatTheLogHasNotReached() {
        User user = User.of(service);
        String session = user.started("quick");

        Answer answer =
                user.with("Last-Event-ID", "999999999999999999").client().get(path(session));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isEqualTo("invalid_last_event_id");
    }

    @Test
    void doesNotShowASessionToOthers() {
        String session = User.of(service).started("quick");
        Client other = User.of(service).client();

        assertThat(other.get(path(session)).at("/code")).isEqualTo("session_not_found");
        assertThat(other.get(path(session) + "?lastEventId=0").status()).isEqualTo(404);
        assertThat(other.get(path(UUID.randomUUID().toString())).status()).isEqualTo(404);
        assertThat(other.get(path("no-id")).status()).isEqualTo(404);
    }

    @Test
    void needsAScope() {
        User user = User.of(service);
        String session = user.started("quick");

        assertThat(service.client().get(path(session)).at("/code")).isEqualTo("missing_token");
        assertThat(
                        service.client()
                                .as(user.subject(), "analytics:read")
                                .get(path(session))
                                .at("/code"))
                .isEqualTo("insufficient_scope");
    }

    @Test
    void showsAnySessionToOperatorsButNoAnswers() {
        User user = User.of(service);
        String session = user.started("quick");
        user.complete(session, "profile");

        try (Watch watch = service.operator().watch(path(session))) {
            Event snapshot = watch.await(1).getFirst();
            assertThat(snapshot.at("/userId")).isEqualTo(user.subject());
            assertThat(snapshot.data().at("/steps/0/answers").isNull()).isTrue();
            user.skip(session, "tools");
            assertThat(watch.await(2).getLast().at("/userId")).isEqualTo(user.subject());
        }
    }

    @Test
    void neverCarriesAnswersInAChange() {
        User user = User.of(service);
        String session = user.started("quick");
        try (Watch watch = watch(user, session)) {
            watch.await(1);
            user.complete(session, "profile");
            Event completed = watch.await(2).getLast();
            assertThat(completed.name()).isEqualTo("onboarding.step_completed");
            assertThat(completed.data().has("answers")).isFalse();
            assertThat(completed.data().toString()).doesNotContain("Ada");
        }
    }

    @Test
    void carriesNobodyElsesChanges() {
        User user = User.of(service);
        User other = User.of(service);
        String session = user.started("quick");
        String theirs = other.started("quick");
        try (Watch watch = watch(user, session)) {
            watch.await(1);
            other.skip(theirs, "tools");
            user.skip(session, "tools");
            assertThat(watch.await(2))
                    .extracting(event -> event.at("/userId"))
                    .containsOnly(user.subject());
        }
    }

    @Test
    void goesOnWithAReset() {
        User user = User.of(service);
        String session = user.started("quick");
        try (Watch watch = watch(user, session)) {
            watch.await(1);
            String next = user.reset(session).required("/sessionId");
            Event reset = watch.awaitNamed("onboarding.reset").getLast();
            assertThat(reset.at("/newSessionId")).isEqualTo(next);
            assertThat(reset.at("/initiatedBy")).isEqualTo("self");
        }
    }

    private static String path(String session) {
        return "/onboarding/sessions/" + session + "/events";
    }

    private static Watch watch(User user, String session) {
        return user.client().watch(path(session));
    }

    private static Watch watchAfter(User user, String session, String last) {
        return user.with("Last-Event-ID", last).client().watch(path(session));
    }
}
