package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoordinatorsTest {

    private final Coordinators coordinators = new Coordinators(1, Executors.defaultThreadFactory());

    @AfterEach
    void end() {
        coordinators.shutdownNow();
    }

    @Test
    void shortensThePauseOfAFullQueue() {
        assertThat(delayMillis(100)).isLessThanOrEqualTo(1);
    }

    @Test
    void leavesEveryOtherDelayAsItIs() {
        assertThat(delayMillis(500)).isGreaterThan(100);
        assertThat(delayMillis(5_000)).isGreaterThan(500);
    }

    private long delayMillis(long asked) {
        return coordinators
                .schedule(() -> {}, asked, TimeUnit.MILLISECONDS)
                .getDelay(TimeUnit.MILLISECONDS);
    }
}
