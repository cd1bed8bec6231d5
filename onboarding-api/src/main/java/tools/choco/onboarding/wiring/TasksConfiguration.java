package tools.choco.onboarding.wiring;

import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.task.DurableTasks;
import tools.choco.onboarding.task.TaskSettings;
import tools.choco.onboarding.transaction.Transactions;

/**
 * Transactions that our work shares with Axon's, and the durable tasks that are scheduled in them.
 */
@Configuration(proxyBeanMethods = false)
class TasksConfiguration {

    @Bean
    Transactions transactions(EventLog log) {
        return new Transactions(log.transactions());
    }

    @Bean
    DurableTasks durableTasks(Transactions transactions, TaskSettings settings) {
        return new DurableTasks(transactions, settings);
    }

    @Bean
    SmartLifecycle taskLifecycle(DurableTasks tasks) {
        return new Phased(Phased.TASKS, tasks::start, tasks::stop);
    }
}
