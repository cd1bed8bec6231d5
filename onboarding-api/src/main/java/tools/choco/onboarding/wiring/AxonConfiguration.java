package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.Configuration;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.modelling.command.inspection.AnnotatedAggregateMetaModelFactory;
import org.springframework.context.annotation.Bean;
import tools.choco.onboarding.answer.AnswerForms;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.eventlog.CachingRepository;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.provisioning.SiteHosting;
import tools.choco.onboarding.refusal.SessionRefusals;
import tools.choco.onboarding.session.OnboardingSession;
import tools.choco.onboarding.site.Site;
import tools.choco.onboarding.site.Sites;
import tools.choco.onboarding.site.http.ClaimedSites;
import tools.choco.onboarding.site.http.SiteClaims;

/**
 * Commands, aggregates and the log, on Axon's own configurer: what is not said here does not
 * happen.
 */
@org.springframework.context.annotation.Configuration(proxyBeanMethods = false)
class AxonConfiguration {

    @Bean(destroyMethod = "shutDown")
    EventStore eventStore(EventLog log) {
        return log.eventStore();
    }

    @Bean
    Configuration axon(
            EventLog log,
            EventStore eventStore,
            CommandDistribution distribution,
            FlowCatalog flows,
            AnswerVault vault,
            TextVault texts,
            AnswerForms forms,
            Clock clock,
            AggregateSettings aggregates,
            SiteClaims siteClaims,
            SiteHosting hosting,
            MeterRegistry meters) {
        // Memory must not know more than the log keeps.
        GenericEventMessage.clock = Clock.tick(clock, log.timeResolution());
        return DefaultConfigurer.defaultConfiguration(false)
                .configureSerializer(configuration -> log.serializer())
                .configureEventSerializer(configuration -> log.serializer())
                .configureMessageSerializer(configuration -> log.serializer())
                .configureEventStore(configuration -> eventStore)
                .configureCommandBus(
                        axon ->
                                distribution.over(
                                        SimpleCommandBus.builder()
                                                .transactionManager(
                                                        axon.getComponent(TransactionManager.class))
                                                .messageMonitor(
                                                        axon.messageMonitor(
                                                                CommandBus.class, "commandBus"))
                                                .build()))
                // An append is durable when publish returns; a transaction around it could only
                // fail.
                .registerComponent(
                        TransactionManager.class, configuration -> NoTransactionManager.instance())
                // Aggregates say what their events carry; Axon would add ids of its own.
                .configureCorrelationDataProviders(configuration -> List.of())
                .registerComponent(FlowCatalog.class, configuration -> flows)
                .registerComponent(AnswerVault.class, configuration -> vault)
                .registerComponent(TextVault.class, configuration -> texts)
                .registerComponent(AnswerForms.class, configuration -> forms)
                .registerComponent(Clock.class, configuration -> clock)
                .registerComponent(
                        Sites.class,
                        axon ->
                                new ClaimedSites(
                                        siteClaims, hosting, () -> axon.repository(Site.class)))
                .configureMessageMonitor(
                        configuration -> (type, name) -> new CommandMetrics(meters))
                .configureAggregate(cached(OnboardingSession.class, log, aggregates, meters))
                .configureAggregate(cached(Site.class, log, aggregates, meters))
                .configureAggregate(cached(SessionRefusals.class, log, aggregates, meters))
                .buildConfiguration();
    }

    private static <T> AggregateConfigurer<T> cached(
            Class<T> type, EventLog log, AggregateSettings settings, MeterRegistry meters) {
        return AggregateConfigurer.defaultConfiguration(type)
                .configureCommandTargetResolver(axon -> new CommandTargets())
                .configureRepository(
                        axon -> {
                            var repository =
                                    new CachingRepository<>(
                                            AnnotatedAggregateMetaModelFactory.inspectAggregate(
                                                    type,
                                                    axon.parameterResolverFactory(),
                                                    axon.handlerDefinition(type)),
                                            axon.eventStore(),
                                            log.storageEngine()::lastSequenceNumberFor,
                                            axon::repository,
                                            settings.cachedMax());
                            AggregateMetrics.of(type.getSimpleName(), repository, meters);
                            return repository;
                        });
    }

    @Bean
    CommandGateway commandGateway(Configuration axon, ScheduledExecutorService timers) {
        return DefaultCommandGateway.builder()
                .commandBus(axon.commandBus())
                .retryScheduler(new ConflictRetries(timers))
                .build();
    }
}
