package tools.choco.onboarding.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import tools.choco.onboarding.eventlog.testing.FullDisk;
import tools.choco.onboarding.testing.Load;
import tools.choco.onboarding.testing.Outage;
import tools.choco.onboarding.testing.RunningService;

/**
 * The database fails while clients write, and comes back: they are answered 503 meanwhile, nothing
 * is lost, nothing is there twice, and the service goes on by itself.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailingDatabaseTest {

    private static final int WRITES = 60;
    private static final int REFUSALS = 12;

    private RunningService service;

    @BeforeAll
    void start() {
        service = RunningService.start("onboarding.database.connect-timeout=PT1S");
    }

    @AfterAll
    void end() {
        service.close();
    }

    @Test
    void isAway() throws Exception {
        assertGoesOnAfter(Outage::of);
    }

    @Test
    void isReadOnly() throws Exception {
        assertGoesOnAfter(Outage::readOnly);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void hasAFullDisk() throws Exception {
        assertGoesOnAfter(it -> FullDisk.of(it.database()));
        assertThat(service.operator().get("/metrics").text())
                .containsPattern("onboarding_log_failures_total\\{reason=\"unable\"} [1-9]");
    }

    private void assertGoesOnAfter(Function<RunningService, AutoCloseable> trouble)
            throws Exception {
        try (Load load = Load.on(service::user)) {
            load.awaitAcknowledged(WRITES);
            try (AutoCloseable _ = trouble.apply(service)) {
                load.awaitRefused(REFUSALS);
            }
            load.awaitAcknowledged(WRITES);
            load.assertKeptExactlyOnce(service.database().dataSource());
        }
        service.awaitReadModels();
    }
}
