package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.apache.hc.client5.http.DnsResolver;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.launch.StartFailure;
import tools.choco.onboarding.ops.processor.StoppedProcessors;
import tools.choco.onboarding.projection.Coordinators;
import tools.choco.onboarding.task.DurableTasks;
import tools.choco.onboarding.task.TaskSettings;
import tools.choco.onboarding.transaction.Transactions;
import tools.choco.onboarding.webhook.Deliveries;
import tools.choco.onboarding.webhook.GuardedResolver;
import tools.choco.onboarding.webhook.NameResolver;
import tools.choco.onboarding.webhook.WebhookRouter;
import tools.choco.onboarding.webhook.WebhookSettings;
import tools.choco.onboarding.webhook.WebhookTasks;
import tools.choco.onboarding.webhook.Webhooks;
import tools.jackson.databind.json.JsonMapper;

/** Webhooks: the processor that makes deliveries, and the tasks that send them. */
@Configuration(proxyBeanMethods = false)
class WebhookConfiguration {

    /** Each does hardly more than look for a subscription. */
    private static final int EVENTS_PER_BATCH = 100;

    @Bean
    NameResolver nameResolver() {
        return InetAddress::getAllByName;
    }

    @Bean
    DnsResolver webhookAddresses(NameResolver names, WebhookSettings settings) {
        return new GuardedResolver(names, settings.loopbackAllowed());
    }

    @Bean
    WebhookHeads webhookHeads(EventLog log) {
        return new WebhookHeads(log.reader());
    }

    @Bean
    Webhooks webhooks(
            Transactions transactions,
            PostgresAnswerVault vault,
            WebhookHeads webhookHeads,
            WebhookSettings settings,
            Environment environment,
            Clock clock) {
        if (settings.loopbackAllowed() && !environment.acceptsProfiles(Profiles.of("local"))) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "onboarding.webhooks.loopback-allowed is for the local profile only.");
        }
        return new Webhooks(transactions, vault, webhookHeads::now, settings, clock);
    }

    @Bean
    Deliveries deliveries(
            Transactions transactions,
            WebhookSettings settings,
            Clock clock,
            MeterRegistry meters) {
        Deliveries deliveries = new Deliveries(transactions, settings, clock);
        Gauge.builder("onboarding.webhooks.parked", deliveries, known(Deliveries::parked))
                .description("Deliveries that were given up")
                .register(meters);
        Gauge.builder("onboarding.webhooks.pending", deliveries, known(Deliveries::pending))
                .description("Deliveries that wait for a try")
                .register(meters);
        Gauge.builder("onboarding.webhooks.failing", deliveries, known(Deliveries::failingWebhooks))
                .description("Subscriptions whose last try failed")
                .register(meters);
        TimeGauge.builder(
                        "onboarding.webhooks.oldest.pending",
                        deliveries,
                        TimeUnit.MILLISECONDS,
                        known(it -> it.oldestPending().toMillis()))
                .description("Age of the oldest delivery that waits for a try")
                .register(meters);
        return deliveries;
    }

    /** Threads and a table of its own: a slow receiver takes none from other work. */
    @Bean(defaultCandidate = false)
    DurableTasks webhookScheduler(
            Transactions transactions, TaskSettings tasks, WebhookSettings settings) {
        return new DurableTasks(
                transactions,
                new TaskSettings(
                        settings.webhooksAtOnceMax(),
                        tasks.polling(),
                        tasks.heartbeat(),
                        tasks.missedHeartbeats()),
                "webhook_tasks");
    }

    @Bean
    WebhookTasks webhookTasks(
            @Qualifier("webhookScheduler") DurableTasks webhookScheduler,
            Transactions transactions,
            Webhooks webhooks,
            Deliveries deliveries,
            EventLog log,
            DnsResolver webhookAddresses,
            WebhookSettings settings,
            ScheduledExecutorService timers,
            JsonMapper json,
            Clock clock,
            MeterRegistry meters) {
        return new WebhookTasks(
                webhookScheduler,
                transactions,
                webhooks,
                deliveries,
                log.reader(),
                webhookAddresses,
                settings,
                timers,
                json,
                clock,
                meters);
    }

    @Bean
    SmartLifecycle webhookTaskLifecycle(
            @Qualifier("webhookScheduler") DurableTasks webhookScheduler, WebhookTasks tasks) {
        return new Phased(Phased.TASKS, webhookScheduler::start, webhookScheduler::stop);
    }

    @Bean(destroyMethod = "shutdownNow", defaultCandidate = false)
    ScheduledExecutorService webhookWorkers() {
        return Executors.newScheduledThreadPool(
                1, Thread.ofPlatform().name("webhooks-", 0).daemon().factory());
    }

    @Bean
    ProcessorLifecycle webhookProcessorLifecycle(
            EventLog log,
            WebhookHeads webhookHeads,
            EventStore eventStore,
            Deliveries deliveries,
            WebhookTasks tasks,
            Coordinators coordinators,
            @Qualifier("webhookWorkers") ScheduledExecutorService webhookWorkers,
            ProcessorSettings processors,
            MeterRegistry meters,
            StoppedProcessors stopped,
            ScheduledExecutorService timers) {
        StreamingEventProcessor processor =
                PooledStreamingEventProcessor.builder()
                        .name(WebhookRouter.NAME)
                        .eventHandlerInvoker(new WebhookRouter(deliveries, tasks))
                        // What fails is tried again: nothing in it depends on the event.
                        .errorHandler(PropagatingErrorHandler.instance())
                        .messageSource(eventStore)
                        .tokenStore(
                                log.tokenStore(
                                        ManagementFactory.getRuntimeMXBean().getName(),
                                        processors.claimTimeout()))
                        .claimExtensionThreshold(processors.claimExtension().toMillis())
                        .transactionManager(log.transactions())
                        .coordinatorExecutor(coordinators)
                        .workerExecutor(webhookWorkers)
                        .initialToken(
                                source -> new GlobalSequenceTrackingToken(webhookHeads.first()))
                        .initialSegmentCount(1)
                        .batchSize(EVENTS_PER_BATCH)
                        .tokenClaimInterval(ProvisioningConfiguration.CLAIM_INTERVAL.toMillis())
                        .build();
        ProvisioningConfiguration.watch(processor, meters);
        return new ProcessorLifecycle(List.of(processor), stopped, log, timers);
    }

    private static ToDoubleFunction<Deliveries> known(ToDoubleFunction<Deliveries> value) {
        return deliveries -> {
            try {
                return value.applyAsDouble(deliveries);
            } catch (RuntimeException away) {
                return Double.NaN;
            }
        };
    }
}
