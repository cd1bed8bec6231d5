package tools.choco.onboarding.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;
import tools.choco.onboarding.testing.Watch.Event;

/** The streams of sites that are parked for want of a GitHub link, and then provisioned. */
class SiteStreamTest {

    private static final String OWN = "user_git";
    private static final AtomicInteger SLUGS = new AtomicInteger();
    private static final String TO_LIVE =
            "source_resolving source_resolved vercel_creating vercel_created hook_creating"
                    + " hook_created live";

    private static RunningService service;

    private User user;
    private String session;

    @BeforeAll
    static void start() {
        RecordingHost host = new RecordingHost();
        service = RunningService.startWith(host::replaceHosting);
    }

    @BeforeEach
    void begin() {
        user = User.of(service);
        session = user.started("default");
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void beginWithASnapshotAndGoOnWithEveryChange() {
        String site = parked();
        try (Watch watch = user.client().watch(path(site))) {
            Event snapshot = watch.await(1).getFirst();
            assertThat(snapshot.name()).isEqualTo("snapshot");
            assertThat(snapshot.data()).isEqualTo(user.site(site).json());

            user.linkGithub();

            List<Event> events = watch.awaitNamed("site.provision_completed");
            assertThat(states(events)).containsExactly(TO_LIVE.split(" ", -1));
            Event completed = events.getLast();
            assertThat(completed.at("/aggregateId")).isEqualTo(site);
            assertThat(completed.at("/deployUrl")).isNotEmpty();
            assertThat(completed.at("/sessionId")).isEqualTo(session);
            assertThat(ids(events.subList(1, events.size())))
                    .containsExactlyElementsOf(positions(site, snapshot.id()));
        }
    }

    @Test
    void carryNothingButTheChangesThatAreAskedFor() {
        String site = parked();
        String first;
        try (Watch watch = user.client().watch(path(site) + "?to=live,failed")) {
            first = watch.await(1).getFirst().id();
            user.linkGithub();
            List<Event> events = watch.await(2);
            assertThat(watch.names()).containsExactly("snapshot", "site.state_changed");
            assertThat(events.getLast().at("/toState")).isEqualTo("live");
            assertThat(events.getLast().at("/fromState")).isEqualTo("hook_created");
        }
        // What is read from the log is filtered too.
        try (Watch watch =
                user.with("Last-Event-ID", first)
                        .client()
                        .watch(path(site) + "?to=source_resolved,live")) {
            assertThat(states(watch.await(2))).containsExactly("source_resolved", "live");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"done", "live,", ",live", "", "LIVE", "live,%20failed", "unspecified"})
    void refuseAStateThatThereIsNot(String states) {
        String site = parked();

        Answer answer = user.client().get(path(site) + "?to=" + states);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isEqualTo("invalid_parameter");
    }

    @Test
    void goOnAfterTheLastEventThatTheClientHas() {
        String site = parked();
        String last;
        try (Watch watch = user.client().watch(path(site))) {
            last = watch.await(1).getFirst().id();
        }
        user.linkGithub();
        awaitLive(site);

        try (Watch watch = user.with("Last-Event-ID", last).client().watch(path(site))) {
            List<String> expected = positions(site, last);
            assertThat(ids(watch.await(expected.size()))).startsWith(array(expected));
        }
    }

    @Test
    void areNotThereForOthers() {
        String site = parked();
        User other = User.of(service);

        assertThat(other.client().get(path(site)).at("/code")).isEqualTo("site_not_found");
        assertThat(other.client().get(path(UUID.randomUUID().toString())).status()).isEqualTo(404);
        assertThat(other.client().get(path("no-id")).status()).isEqualTo(404);
        assertThat(ticketFor(other, site).at("/code")).isEqualTo("site_not_found");
        try (Watch watch = service.operator().watch(path(site))) {
            assertThat(watch.await(1).getFirst().at("/siteId")).isEqualTo(site);
        }
    }

    @Test
    void openByATicketForTheSite() {
        String site = parked();
        String ticket = ticketFor(user, site).required("/ticket");

        assertThat(
                        service.client()
                                .get("/onboarding/sessions/" + session + "/events?ticket=" + ticket)
                                .at("/code"))
                .isEqualTo("invalid_ticket");
        try (Watch watch = service.client().watch(path(site) + "?to=live&ticket=" + ticket)) {
            assertThat(watch.await(1).getFirst().at("/siteId")).isEqualTo(site);
        }
    }

    /** Of a session's stream: also those that it asked for after the stream was opened. */
    @Test
    void arePartOfTheirSessions() {
        String first;
        List<Event> live;
        try (Watch watch = user.client().watch("/onboarding/sessions/" + session + "/events")) {
            first = watch.await(1).getFirst().id();
            parked();
            user.linkGithub();
            live = watch.awaitNamed("site.provision_completed");
            assertThat(states(live))
                    .containsExactly(
                            ("source_resolving awaiting_github " + TO_LIVE).split(" ", -1));
        }
        try (Watch watch =
                user.with("Last-Event-ID", first)
                        .client()
                        .watch("/onboarding/sessions/" + session + "/events")) {
            List<Event> again = watch.await(live.size() - 1);
            assertThat(ids(again)).startsWith(array(ids(live.subList(1, live.size()))));
        }
    }

    /** A site that waits for a GitHub link. */
    private String parked() {
        String slug = "watched-" + SLUGS.incrementAndGet();
        String site = user.requestSite(session, slug, OWN).required("/siteId");
        try (Watch watch = user.client().watch(path(site) + "?lastEventId=0")) {
            watch.await(3);
            assertThat(states(watch.events())).contains("awaiting_github");
        }
        return site;
    }

    private void awaitLive(String site) {
        try (Watch watch = user.client().watch(path(site) + "?lastEventId=0")) {
            watch.awaitNamed("site.provision_completed");
        }
    }

    private static List<String> states(List<Event> events) {
        return events.stream()
                .filter(event -> event.name().equals("site.state_changed"))
                .map(event -> event.at("/toState"))
                .toList();
    }

    private static List<String> ids(List<Event> events) {
        return events.stream().map(Event::id).toList();
    }

    private static String[] array(List<String> texts) {
        return texts.toArray(String[]::new);
    }

    /** Of the site's events after a position, up to the end of its provisioning. */
    private static List<String> positions(String site, String after) {
        return Tables.of(service)
                .texts(
                        """
                        SELECT e.position::text FROM events AS e
                        WHERE e.aggregate_id = ?::uuid AND e.position > ?
                          AND e.position <= (
                              SELECT max(position) FROM events JOIN event_kinds USING (kind)
                              WHERE aggregate_id = e.aggregate_id
                                AND payload_type LIKE '%ProvisionCompleted')
                        ORDER BY e.position""",
                        site, Long.parseLong(after));
    }

    private static String path(String site) {
        return "/sites/" + site + "/events";
    }

    private static Answer ticketFor(User user, String site) {
        return user.client().post("/stream-tickets", "{\"siteId\":\"" + site + "\"}");
    }
}
