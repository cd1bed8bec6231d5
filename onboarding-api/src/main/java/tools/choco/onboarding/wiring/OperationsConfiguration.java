package tools.choco.onboarding.wiring;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.deadletter.DeadLetters;
import tools.choco.onboarding.deadletter.ParkingInvoker;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.ops.deadletter.ParkedWork;
import tools.choco.onboarding.ops.erasure.Erasures;
import tools.choco.onboarding.ops.processor.Positions;
import tools.choco.onboarding.ops.processor.Processors;
import tools.choco.onboarding.ops.processor.Shares;
import tools.choco.onboarding.ops.processor.StoppedProcessors;
import tools.choco.onboarding.projection.ParkedSequences;
import tools.choco.onboarding.projection.ReadModelKeeper;
import tools.choco.onboarding.projection.Replays;
import tools.choco.onboarding.provisioning.HopAttempts;
import tools.choco.onboarding.replay.LogSourceOfReader;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.choco.onboarding.transaction.Transactions;

/** What operators see and do: processors, dead letters, erasure. */
@Configuration(proxyBeanMethods = false)
class OperationsConfiguration {

    @Bean
    StoppedProcessors stoppedProcessors(Transactions transactions, Clock clock) {
        return new StoppedProcessors(transactions, clock);
    }

    @Bean
    Positions positions(Transactions transactions, EventLog log) {
        return new Positions(transactions, log.serializer(), log.reader());
    }

    /** Looks twice within the time in which a claim runs out. */
    @Bean
    Shares shares(
            ReadModelKeeper readModels,
            ObjectProvider<ProcessorLifecycle> lifecycles,
            Positions positions,
            ProcessorSettings settings,
            Clock clock,
            ScheduledExecutorService timers) {
        Shares shares =
                new Shares(
                        readModels,
                        lifecycles.stream().flatMap(it -> it.processors().stream()).toList(),
                        positions,
                        settings.claimTimeout(),
                        clock);
        long interval = settings.claimExtension().toMillis();
        ScheduledFuture<?> _ =
                timers.scheduleWithFixedDelay(
                        shares::level, interval, interval, TimeUnit.MILLISECONDS);
        return shares;
    }

    @Bean
    Processors processors(
            ReadModelKeeper readModels,
            ObjectProvider<ProcessorLifecycle> lifecycles,
            StoppedProcessors stopped,
            Positions positions,
            ProcessorSettings settings,
            Clock clock) {
        return new Processors(
                readModels,
                lifecycles.stream().flatMap(it -> it.processors().stream()).toList(),
                stopped,
                positions,
                settings.claimTimeout(),
                clock);
    }

    @Bean
    ParkedWork parkedWork(
            DeadLetters letters,
            List<ParkingInvoker> invokers,
            ReadModelKeeper readModels,
            LogSourceOfReader log,
            DataSource database) {
        return new ParkedWork(
                letters, invokers, readModels, new ParkedSequences(database, log::at));
    }

    @Bean
    Erasures erasures(
            Transactions transactions,
            PostgresAnswerVault vault,
            GithubLinks links,
            HopAttempts attempts,
            DeadLetters letters,
            Replays replays,
            SessionQueries sessions) {
        return new Erasures(transactions, vault, links, attempts, letters, replays, sessions);
    }
}
