package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.StreamableMessageSource;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.modelling.saga.AnnotatedSagaManager;
import org.axonframework.modelling.saga.repository.AnnotatedSagaRepository;
import org.axonframework.modelling.saga.repository.jdbc.JdbcSagaStore;
import org.axonframework.modelling.saga.repository.jdbc.PostgresSagaSqlSchema;
import org.axonframework.modelling.saga.repository.jdbc.SagaSchema;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.deadletter.DeadLetters;
import tools.choco.onboarding.deadletter.ParkingInvoker;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.hosting.GitAccess;
import tools.choco.onboarding.hosting.PushListener;
import tools.choco.onboarding.hosting.local.LocalHosting;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.ops.processor.StoppedProcessors;
import tools.choco.onboarding.projection.Coordinators;
import tools.choco.onboarding.provisioning.Checkpoints;
import tools.choco.onboarding.provisioning.HopAttempts;
import tools.choco.onboarding.provisioning.Hops;
import tools.choco.onboarding.provisioning.ParkedSites;
import tools.choco.onboarding.provisioning.ProvisioningSettings;
import tools.choco.onboarding.provisioning.ProvisioningTasks;
import tools.choco.onboarding.provisioning.PushedSites;
import tools.choco.onboarding.provisioning.SiteHosting;
import tools.choco.onboarding.provisioning.SiteOutcome;
import tools.choco.onboarding.provisioning.SiteProvisioningSaga;
import tools.choco.onboarding.provisioning.SitesOfUser;
import tools.choco.onboarding.provisioning.StuckWatch;
import tools.choco.onboarding.siteview.SiteQueries;
import tools.choco.onboarding.task.DurableTasks;
import tools.choco.onboarding.transaction.Transactions;

/** Provisioning: the saga that routes, the tasks that work, the policy that tells the session. */
@Configuration(proxyBeanMethods = false)
class ProvisioningConfiguration {

    /** Name of the saga's processor; token rows and dead letters hang on it. */
    static final String SAGA = "site-provisioning";

    static final Duration CLAIM_INTERVAL = Duration.ofSeconds(1);

    /**
     * Sagas under way are found across threads of one process, which is right for one thread only;
     * it has nothing to do but to route.
     */
    private static final int SEGMENTS = 1;

    private static final SagaSchema SAGAS =
            SagaSchema.builder()
                    .sagaEntryTable("sagas")
                    .associationValueEntryTable("saga_associations")
                    .sagaIdColumn("saga_id")
                    .sagaTypeColumn("saga_type")
                    .revisionColumn("revision")
                    .serializedSagaColumn("serialized")
                    .associationKeyColumn("association_key")
                    .associationValueColumn("association_value")
                    .build();

    @Bean
    Checkpoints checkpoints() {
        return Checkpoints.NONE;
    }

    @Bean
    ParkedSites parkedSites(
            DurableTasks tasks,
            CommandGateway commands,
            SitesOfUser sites,
            ProvisioningSettings settings,
            Checkpoints checkpoints) {
        return new ParkedSites(tasks, commands, sites, settings, checkpoints);
    }

    @Bean
    GithubLinks githubLinks(
            Transactions transactions, PostgresAnswerVault vault, ParkedSites parked, Clock clock) {
        return new GithubLinks(transactions, vault, parked, clock);
    }

    @Bean
    HopAttempts hopAttempts(Transactions transactions, Clock clock) {
        return new HopAttempts(transactions, clock);
    }

    @Bean
    ProvisioningTasks provisioningTasks(
            DurableTasks tasks,
            Transactions transactions,
            CommandGateway commands,
            SiteHosting hosting,
            GithubLinks links,
            TextVault texts,
            HopAttempts attempts,
            ProvisioningSettings settings,
            Clock clock,
            Checkpoints checkpoints) {
        return new ProvisioningTasks(
                tasks,
                transactions,
                commands,
                hosting,
                links,
                texts,
                attempts,
                settings,
                clock,
                checkpoints);
    }

    @Bean
    PushedSites pushedSites(
            DurableTasks tasks,
            Transactions transactions,
            CommandGateway commands,
            SiteHosting hosting,
            GithubLinks links,
            ProvisioningSettings settings,
            Clock clock,
            Checkpoints checkpoints) {
        return new PushedSites(
                tasks, transactions, commands, hosting, links, settings, clock, checkpoints);
    }

    @Bean
    GitAccess gitAccess(GithubLinks links) {
        return links::matches;
    }

    @Bean
    PushListener pushListener(PushedSites pushes) {
        return pushes::pushed;
    }

    /** A push that came in just before the process died is built after the start. */
    @Bean
    ApplicationRunner missedPushes(LocalHosting hosting, PushedSites pushes) {
        return arguments -> hosting.undeployed().forEach(pushes::pushed);
    }

    @Bean
    DeadLetters deadLetters(Transactions transactions, Clock clock) {
        return new DeadLetters(transactions, clock);
    }

    @Bean
    ParkingInvoker sagaInvoker(
            EventLog log, Hops hops, DeadLetters letters, Transactions transactions) {
        return new ParkingInvoker(
                SAGA, sagas(log, hops), letters, transactions, log.storageEngine());
    }

    @Bean
    ParkingInvoker outcomeInvoker(
            EventLog log,
            CommandGateway commands,
            Checkpoints checkpoints,
            DeadLetters letters,
            Transactions transactions) {
        return new ParkingInvoker(
                SiteOutcome.NAME,
                new SiteOutcome(commands, checkpoints),
                letters,
                transactions,
                log.storageEngine());
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService provisioningWorkers() {
        return Executors.newScheduledThreadPool(
                2, Thread.ofPlatform().name("provisioning-", 0).daemon().factory());
    }

    @Bean
    List<StreamingEventProcessor> provisioningProcessors(
            EventLog log,
            EventStore eventStore,
            ParkingInvoker sagaInvoker,
            ParkingInvoker outcomeInvoker,
            Coordinators coordinators,
            ScheduledExecutorService provisioningWorkers,
            DeadLetters letters,
            ProcessorSettings settings,
            MeterRegistry meters) {
        List<StreamingEventProcessor> processors =
                Map.of(SAGA, sagaInvoker, SiteOutcome.NAME, outcomeInvoker).entrySet().stream()
                        .map(
                                it ->
                                        processor(
                                                it.getKey(),
                                                it.getValue(),
                                                log,
                                                eventStore,
                                                coordinators,
                                                provisioningWorkers,
                                                settings))
                        .toList();
        processors.forEach(processor -> watch(processor, letters, meters));
        return processors;
    }

    @Bean
    StuckWatch stuckWatch(
            SiteQueries sites,
            Clock clock,
            ProvisioningSettings settings,
            MeterRegistry meters,
            ScheduledExecutorService timers) {
        StuckWatch watch = new StuckWatch(sites, clock, settings, meters);
        long interval = settings.watchInterval().toMillis();
        ScheduledFuture<?> _ =
                timers.scheduleWithFixedDelay(
                        watch::look, interval, interval, TimeUnit.MILLISECONDS);
        return watch;
    }

    @Bean
    ProcessorLifecycle provisioningLifecycle(
            List<StreamingEventProcessor> provisioningProcessors,
            StoppedProcessors stopped,
            EventLog log,
            ScheduledExecutorService timers) {
        return new ProcessorLifecycle(provisioningProcessors, stopped, log, timers);
    }

    private static EventHandlerInvoker sagas(EventLog log, Hops hops) {
        ParameterResolverFactory parameters =
                MultiParameterResolverFactory.ordered(
                        ClasspathParameterResolverFactory.forClass(SiteProvisioningSaga.class),
                        new SimpleResourceParameterResolverFactory(List.of(hops)));
        JdbcSagaStore store =
                JdbcSagaStore.builder()
                        .connectionProvider(log.transactions())
                        .sqlSchema(new PostgresSagaSqlSchema(SAGAS))
                        .serializer(log.serializer())
                        .build();
        return AnnotatedSagaManager.<SiteProvisioningSaga>builder()
                .sagaType(SiteProvisioningSaga.class)
                .sagaRepository(
                        AnnotatedSagaRepository.<SiteProvisioningSaga>builder()
                                .sagaType(SiteProvisioningSaga.class)
                                .sagaStore(store)
                                .parameterResolverFactory(parameters)
                                .build())
                .parameterResolverFactory(parameters)
                // Axon would log a failure and go on; ours is parked.
                .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                .build();
    }

    private static StreamingEventProcessor processor(
            String name,
            ParkingInvoker invoker,
            EventLog log,
            EventStore eventStore,
            ScheduledExecutorService coordinators,
            ScheduledExecutorService workers,
            ProcessorSettings settings) {
        return PooledStreamingEventProcessor.builder()
                .name(name)
                .eventHandlerInvoker(invoker)
                .errorHandler(PropagatingErrorHandler.instance())
                .messageSource(eventStore)
                .tokenStore(
                        log.tokenStore(
                                ManagementFactory.getRuntimeMXBean().getName(),
                                settings.claimTimeout()))
                .claimExtensionThreshold(settings.claimExtension().toMillis())
                .transactionManager(log.transactions())
                .coordinatorExecutor(coordinators)
                .workerExecutor(workers)
                // From the beginning of the log: a site requested before the first start counts.
                .initialToken(StreamableMessageSource::createTailToken)
                .initialSegmentCount(SEGMENTS)
                // One event a transaction, so that one that fails can be parked in it.
                .batchSize(1)
                .tokenClaimInterval(CLAIM_INTERVAL.toMillis())
                .build();
    }

    private static void watch(
            StreamingEventProcessor processor, DeadLetters letters, MeterRegistry meters) {
        watch(processor, meters);
        Gauge.builder(
                        "onboarding.processor.parked",
                        letters,
                        it -> it.sequences(processor.getName()))
                .description("Sequences of a processor that wait behind a dead letter")
                .tag("processor", processor.getName())
                .register(meters);
    }

    static void watch(StreamingEventProcessor processor, MeterRegistry meters) {
        Gauge.builder("onboarding.processor.position", processor, it -> position(it))
                .description("Log position a processor has reached in this process")
                .tag("processor", processor.getName())
                .register(meters);
        Gauge.builder(
                        "onboarding.processor.healthy",
                        processor,
                        it -> it.isRunning() && !isFailing(it) ? 1 : 0)
                .description("1 while a processor runs without failing")
                .tag("processor", processor.getName())
                .register(meters);
    }

    private static double position(StreamingEventProcessor processor) {
        return processor.processingStatus().values().stream()
                .mapToLong(segment -> segment.getCurrentPosition().orElse(0))
                .min()
                .orElse(0);
    }

    private static boolean isFailing(StreamingEventProcessor processor) {
        return processor.isError()
                || processor.processingStatus().values().stream()
                        .anyMatch(EventTrackerStatus::isErrorState);
    }
}
