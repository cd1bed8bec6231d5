package tools.choco.onboarding.wiring;

import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Clock;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.choco.onboarding.sweep.IdleSweep;
import tools.choco.onboarding.sweep.SweepSettings;
import tools.choco.onboarding.task.DurableTasks;

/** The idle sweep, as a durable task. */
@Configuration(proxyBeanMethods = false)
class SweepConfiguration {

    private static final String IDLE_SWEEP = "idle-sweep";

    @Bean
    IdleSweep idleSweep(
            SessionQueries sessions,
            FlowCatalog flows,
            CommandGateway commands,
            Clock clock,
            SweepSettings settings,
            DurableTasks tasks) {
        IdleSweep sweep = new IdleSweep(sessions, flows, commands, clock, settings.sessionsMax());
        if (settings.enabled()) {
            tasks.register(
                    Tasks.recurring(IDLE_SWEEP, FixedDelay.of(settings.interval()))
                            .execute((instance, context) -> sweep.sweep()));
        }
        return sweep;
    }
}
