package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.eventhandling.EventMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.testing.ForkedService;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.User;

/**
 * The process halts at every boundary of every hop; after the next start there is one repository,
 * one project, one hook, one live site, and the trace of a site that was never interrupted.
 *
 * <p>Many sites halt at once: each stops at its own boundary, and when the last one is there the
 * process is gone.
 */
class KilledInMidProvisionTest {

    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int HALTED = 137;

    private static final List<String> CALLS =
            List.of("source_resolving", "vercel_creating", "hook_creating", "hook_created");

    private static final List<String> TRACE =
            List.of(
                    "SiteProvisionRequested",
                    "REQUESTED to SOURCE_RESOLVING",
                    "SOURCE_RESOLVING to SOURCE_RESOLVED",
                    "SOURCE_RESOLVED to VERCEL_CREATING",
                    "VERCEL_CREATING to VERCEL_CREATED",
                    "VERCEL_CREATED to HOOK_CREATING",
                    "HOOK_CREATING to HOOK_CREATED",
                    "HOOK_CREATED to LIVE",
                    "SiteProvisionCompleted");

    private static final List<String> PARKED_TRACE =
            Stream.of(
                            TRACE.subList(0, 2).stream(),
                            Stream.of(
                                    "SOURCE_RESOLVING to AWAITING_GITHUB",
                                    "AWAITING_GITHUB to SOURCE_RESOLVING"),
                            TRACE.subList(2, TRACE.size()).stream())
                    .flatMap(it -> it)
                    .toList();

    @TempDir private Path directory = Path.of("");

    private int users;
    private final TestDatabase database = TestDatabase.create();
    private final EventLog log = new PostgresEventLog(database.dataSource());

    @AfterEach
    void close() {
        log.close();
        database.close();
    }

    /** A site that is to be asked for, and by whom. */
    private record Story(User user, String session, Slug slug, SiteId site, String place) {

        String halt() {
            return place + " " + site;
        }

        /** Whether its user links GitHub only after the site was asked for. */
        boolean parks() {
            return place.endsWith(Checkpoints.BEFORE_PARKING)
                    || place.equals(Checkpoints.BEFORE_RESUMING);
        }

        void request() {
            try {
                user.requestSite(session, slug.value(), "user_git");
            } catch (UncheckedIOException halted) {
                // The answer to the last one may be lost with the process.
            }
        }
    }

    @Test
    void goesOnFromWhereItWasAndMakesNothingTwice() throws IOException {
        Files.createDirectories(directory.resolve("host"));
        List<Story> all = new ArrayList<>();
        List<Story> halted = List.of();
        for (List<String> places :
                List.of(
                        placesOfTasks(),
                        List.of("requested/" + Checkpoints.AFTER_ROUTING),
                        List.of(Checkpoints.AFTER_OUTCOME),
                        List.of(Checkpoints.BEFORE_RESUMING))) {
            try (ForkedService service = start()) {
                halted.forEach(story -> awaitLive(service, story));
                halted = places.stream().map(place -> story(service, place)).toList();
                all.addAll(halted);
                halt(service, halted);
            }
        }
        try (ForkedService service = start()) {
            halted.forEach(story -> awaitLive(service, story));
            all.forEach(this::assertThatAllIsThereOnce);
        }
    }

    private static List<String> placesOfTasks() {
        List<String> places = new ArrayList<>();
        for (String hop :
                List.of(
                        "requested",
                        "source_resolving",
                        "source_resolved",
                        "vercel_creating",
                        "vercel_created",
                        "hook_creating",
                        "hook_created")) {
            if (CALLS.contains(hop)) {
                places.add(hop + "/" + Checkpoints.BEFORE_CALL);
                places.add(hop + "/" + Checkpoints.AFTER_CALL);
            }
            places.add(hop + "/" + Checkpoints.BEFORE_COMMAND);
            places.add(hop + "/" + Checkpoints.AFTER_EVENT);
        }
        places.add("source_resolving/" + Checkpoints.BEFORE_PARKING);
        return places;
    }

    private ForkedService start() throws IOException {
        // So that nothing stops once more where it stopped before.
        writeHalts(List.of());
        return ForkedService.on(directory.resolve("home"))
                .withTests(HaltingService.class)
                .env("ONBOARDING_DATABASE_URL", database.jdbcUrl())
                .env("ONBOARDING_DATABASE_USER", database.user())
                .env(HaltingService.HOST, directory.resolve("host"))
                .env(HaltingService.HALTS, directory.resolve("halts"))
                .setting("onboarding.tasks.threads=40")
                .setting("onboarding.tasks.polling=PT0.1S")
                .setting("onboarding.tasks.heartbeat=PT0.2S")
                .setting("onboarding.processors.claim-timeout=PT1S")
                .start();
    }

    private Story story(ForkedService service, String place) {
        users++;
        String subject = "user-" + users;
        User user = new User(subject, service.user(subject));
        String session = user.started("default");
        Slug slug = new Slug("halted-" + users);
        return new Story(user, session, slug, SiteId.of(new SessionId(session), slug), place);
    }

    /** Asks for the sites, and waits until the process has gone with all of them. */
    private void halt(ForkedService service, List<Story> stories) throws IOException {
        for (Story story : stories) {
            if (story.parks()) {
                continue;
            }
            assertThat(story.user().linkGithub().status()).isEqualTo(200);
        }
        if (stories.getFirst().place().equals(Checkpoints.BEFORE_RESUMING)) {
            stories.forEach(Story::request);
            stories.forEach(story -> awaitHop(story, "SOURCE_RESOLVING to AWAITING_GITHUB"));
            writeHalts(stories);
            assertThat(stories.getFirst().user().linkGithub().status()).isEqualTo(200);
        } else {
            writeHalts(stories);
            stories.forEach(Story::request);
        }
        assertThat(service.awaitExit()).isEqualTo(HALTED);
        assertThat(Files.readAllLines(directory.resolve("halted")))
                .containsExactlyInAnyOrderElementsOf(stories.stream().map(Story::halt).toList());
    }

    private void writeHalts(List<Story> stories) throws IOException {
        Files.deleteIfExists(directory.resolve("halted"));
        Files.write(directory.resolve("halts"), stories.stream().map(Story::halt).toList());
    }

    private void awaitLive(ForkedService service, Story story) {
        if (story.place().endsWith(Checkpoints.BEFORE_PARKING)) {
            User back = new User(story.user().subject(), service.user(story.user().subject()));
            assertThat(back.linkGithub().status()).isEqualTo(200);
        }
        awaitHop(story, "HOOK_CREATED to LIVE");
        await().atMost(WAIT).until(() -> stepCompletions(story) == 1);
    }

    private void awaitHop(Story story, String hop) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () ->
                                assertThat(trace(story.site().value()))
                                        .as(story.place())
                                        .contains(hop));
    }

    private void assertThatAllIsThereOnce(Story story) {
        RecordingHost host = new RecordingHost(directory.resolve("host"));
        String site = story.site().value();
        assertThat(
                        Stream.of(
                                        RecordingHost.SOURCE,
                                        RecordingHost.PROJECT,
                                        RecordingHost.HOOK,
                                        RecordingHost.DEPLOY)
                                .map(resource -> host.made(resource, site)))
                .as(story.place())
                .containsExactly(1L, 1L, 1L, 1L);
        List<String> trace = trace(site);
        if (story.place().endsWith(Checkpoints.BEFORE_PARKING)) {
            // Whether it parked before the link came is up to the restarted process.
            assertThat(trace).as(story.place()).isIn(TRACE, PARKED_TRACE);
        } else {
            assertThat(trace)
                    .as(story.place())
                    .containsExactlyElementsOf(story.parks() ? PARKED_TRACE : TRACE);
        }
        assertThat(stepCompletions(story)).as(story.place()).isEqualTo(1);
    }

    private long stepCompletions(Story story) {
        return events(story.session()).stream()
                .filter(OnboardingStepCompleted.class::isInstance)
                .count();
    }

    private List<String> trace(String siteId) {
        return events(siteId).stream()
                .filter(it -> !(it instanceof SiteDeployStatusChanged))
                .map(KilledInMidProvisionTest::described)
                .toList();
    }

    private static String described(Message event) {
        return event instanceof SiteProvisionStateChanged hop
                ? "%s to %s"
                        .formatted(
                                ProvisioningState.of(hop.getFromState()),
                                ProvisioningState.of(hop.getToState()))
                : event.getDescriptorForType().getName();
    }

    private List<Message> events(String aggregateId) {
        return log.storageEngine()
                .readEvents(aggregateId)
                .asStream()
                .map(EventMessage::getPayload)
                .map(Message.class::cast)
                .toList();
    }
}
