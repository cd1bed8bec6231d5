package tools.choco.onboarding.wiring;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.choco.onboarding.sweep.IdleSweep;
import tools.choco.onboarding.sweep.SweepSettings;

/** Durable work: tasks and timers that live in the database and run on one instance at a time. */
@Configuration(proxyBeanMethods = false)
class SweepConfiguration {

    private static final String IDLE_SWEEP = "idle-sweep";
    private static final int THREADS = 2;
    private static final Duration POLLING = Duration.ofSeconds(1);
    private static final Duration STOP_WAIT = Duration.ofSeconds(10);

    @Bean
    IdleSweep idleSweep(
            SessionQueries sessions,
            FlowCatalog flows,
            CommandGateway commands,
            Clock clock,
            SweepSettings settings) {
        return new IdleSweep(sessions, flows, commands, clock, settings.sessionsMax());
    }

    @Bean
    SmartLifecycle taskLifecycle(DataSource database, IdleSweep sweep, SweepSettings settings) {
        RecurringTask<Void> task =
                Tasks.recurring(IDLE_SWEEP, FixedDelay.of(settings.interval()))
                        .execute((instance, context) -> sweep.sweep());
        return new TaskLifecycle(
                () -> {
                    var builder =
                            Scheduler.create(database)
                                    .threads(THREADS)
                                    .pollingInterval(POLLING)
                                    .shutdownMaxWait(STOP_WAIT);
                    if (settings.enabled()) {
                        builder.startTasks(task);
                    }
                    return builder.build();
                });
    }
}
