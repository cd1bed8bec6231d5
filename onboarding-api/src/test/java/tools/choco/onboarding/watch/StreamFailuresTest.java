package tools.choco.onboarding.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.Outage;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;
import tools.choco.onboarding.testing.Watch.Event;

/** Streams across restarts, instances and outages. */
class StreamFailuresTest {

    private static RunningService service;

    @BeforeAll
    static void start() {
        service = RunningService.start("onboarding.database.connect-timeout=PT1S");
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void goOnAfterARestart() {
        User user = User.of(service);
        String session = user.started("quick");
        List<String> seen = new ArrayList<>();
        try (Watch watch = watch(user, session)) {
            user.skip(session, "tools");
            watch.await(2);
            service.restart();
            watch.awaitEnd().stream().skip(1).map(Event::id).forEach(seen::add);
            assertThat(watch.endedCleanly()).isTrue();
        }
        User again = new User(user.subject(), service.user(user.subject()));
        again.reopen(session, "tools");
        try (Watch watch = watchAfter(again, session, seen.getLast())) {
            watch.await(1);
            again.skip(session, "tools");
            watch.await(2).stream().map(Event::id).forEach(seen::add);
        }
        assertThat(seen).containsExactlyElementsOf(positions(session));
    }

    @Test
    void doNotHoldUpAStop() {
        List<Watch> watches = new ArrayList<>();
        try (RunningService other = RunningService.beside(service)) {
            for (int i = 0; i < 20; i++) {
                User user = User.of(other);
                Watch watch = watch(user, user.started("quick"));
                watch.await(1);
                watches.add(watch);
            }
        }
        // A stop that waited for them would break their connections in the end.
        for (Watch watch : watches) {
            watch.awaitEnd();
            assertThat(watch.endedCleanly()).isTrue();
            watch.close();
        }
    }

    @Test
    void goOnAtAnotherInstance() {
        try (RunningService other = RunningService.beside(service)) {
            User user = User.of(service);
            User there = new User(user.subject(), other.user(user.subject()));
            String session = user.started("quick");
            List<String> seen = new ArrayList<>();
            try (Watch watch = watch(user, session)) {
                watch.await(1);
                // What happens elsewhere comes too.
                there.skip(session, "tools");
                seen.add(watch.await(2).getLast().id());
            }
            user.reopen(session, "tools");
            try (Watch watch = watchAfter(there, session, seen.getLast())) {
                watch.await(1);
                user.skip(session, "tools");
                watch.await(2).stream().map(Event::id).forEach(seen::add);
            }
            assertThat(seen).containsExactlyElementsOf(positions(session));
        }
    }

    @Test
    void goOnAfterAnOutageOfTheDatabase() {
        User user = User.of(service);
        String session = user.started("quick");
        try (Watch watch = watch(user, session)) {
            user.skip(session, "tools");
            watch.await(2);
            try (Outage _ = Outage.of(service)) {
                Answer refused = user.client().get(path(session));
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("Retry-After")).isNotNull();
                assertThat(watch.isOpen()).isTrue();
            }
            user.reopen(session, "tools");
            List<Event> events = watch.await(3);
            assertThat(watch.isOpen()).isTrue();
            assertThat(events.stream().skip(1).map(Event::id))
                    .containsExactlyElementsOf(positions(session));
        }
        assertThat(service.client().get("/health/ready").status()).isEqualTo(200);
    }

    /** All but the first, which is in the snapshot. */
    private static List<String> positions(String session) {
        return Tables.of(service)
                .texts(
                        """
                        SELECT position::text FROM events
                        WHERE aggregate_id = ?::uuid AND sequence > 0 ORDER BY events.position""",
                        session);
    }

    private static String path(String session) {
        return "/onboarding/sessions/" + session + "/events";
    }

    private static Watch watch(User user, String session) {
        return user.client().watch(path(session));
    }

    private static Watch watchAfter(User user, String session, String last) {
        Client client = user.with("Last-Event-ID", last).client();
        return client.watch(path(session));
    }
}
