package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.siteview.SiteQueries;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.User;

@ExtendWith(Stage.Shared.class)
class StuckWatchTest {

    private static final String GAUGE = "onboarding_provisioning_stuck{state=\"hook_created\"} ";

    private final Stage stage;
    private final RunningService service;
    private final StuckWatch watch;
    private final Logger log = (Logger) LoggerFactory.getLogger(StuckWatch.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    StuckWatchTest(Stage stage) {
        this.stage = stage;
        service = stage.service();
        watch = service.part(StuckWatch.class);
    }

    @BeforeEach
    void listen() {
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void leave() {
        log.detachAppender(lines);
    }

    @Test
    void tellsOfASiteThatStaysAndOfItsGoing() {
        User user = User.of(service);
        user.linkGithub();
        SiteId parked = stage.request(User.of(service));
        String session = user.started("default");
        SiteId site = stage.next(session);
        stage.host().setBroken(site.value(), true);
        stage.request(user, session);
        stage.awaitUntil(() -> assertThat(stage.tries(site)).endsWith("hook_created waits"));
        stage.awaitAtRest(parked, ProvisioningState.AWAITING_GITHUB);
        double before = stuck();

        service.clock().advance(Duration.ofMinutes(11));
        service.awaitReadModels();
        watch.look();
        watch.look();

        assertThat(stuck()).isEqualTo(before + 1);
        assertThat(linesOf(site))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("Site " + site + " is stuck in hook_created since ");
        assertThat(linesOf(parked)).isEmpty();

        stage.host().setBroken(site.value(), false);
        service.part(Restart.class).restart(site);
        stage.awaitAtRest(site, ProvisioningState.LIVE);
        service.awaitReadModels();
        watch.look();

        assertThat(stuck()).isEqualTo(before);
        assertThat(linesOf(site)).hasSize(2).endsWith("Site " + site + " has left hook_created");
    }

    @Test
    void waitsUntilTheReadModelIsBuilt() {
        try (TestDatabase empty = TestDatabase.create()) {
            new StuckWatch(
                            new SiteQueries(empty.dataSource()),
                            service.clock(),
                            service.part(ProvisioningSettings.class),
                            new SimpleMeterRegistry())
                    .look();
        }

        assertThat(lines.list).isEmpty();
    }

    private double stuck() {
        watch.look();
        String metrics = service.operator().get("/metrics").text();
        int at = metrics.indexOf(GAUGE) + GAUGE.length();
        return Double.parseDouble(metrics.substring(at, metrics.indexOf('\n', at)));
    }

    private List<String> linesOf(SiteId site) {
        return List.copyOf(lines.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains(site.value()))
                .toList();
    }
}
