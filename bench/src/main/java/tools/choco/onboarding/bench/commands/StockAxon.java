package tools.choco.onboarding.bench.commands;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.hubspot.jackson.datatype.protobuf.ProtobufModule;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceConfiguration;
import java.time.Clock;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.common.transaction.Transaction;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.Configuration;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventsourcing.eventstore.jpa.DomainEventEntry;
import org.axonframework.eventsourcing.eventstore.jpa.JpaEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.jpa.SnapshotEventEntry;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.json.JacksonSerializer;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.cfg.SchemaToolingSettings;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.answer.AnswerForms;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.session.OnboardingSession;
import tools.choco.onboarding.site.Sites;

/**
 * The same aggregate on Axon as its starter sets it up: events as JPA entities through Hibernate,
 * written by Jackson, no cache, a transaction around each command.
 */
final class StockAxon implements AutoCloseable {

    private final EntityManagerFactory entities;
    private final Configuration axon;

    /**
     * @param pool connections, as many as the service has
     * @param parts whose flows, forms and keys the aggregate uses
     */
    StockAxon(HikariDataSource pool, ServiceInside parts) {
        PersistenceConfiguration persistence =
                new HibernatePersistenceConfiguration("axon")
                        .managedClass(DomainEventEntry.class)
                        .managedClass(SnapshotEventEntry.class)
                        .property(JdbcSettings.JAKARTA_NON_JTA_DATASOURCE, pool)
                        .property(SchemaToolingSettings.HBM2DDL_AUTO, "update");
        entities = persistence.createEntityManagerFactory();
        var transactions = new EntityTransactions(entities);
        Serializer jackson =
                JacksonSerializer.builder()
                        .objectMapper(
                                new ObjectMapper()
                                        .registerModule(new ProtobufModule())
                                        .registerModule(new JavaTimeModule()))
                        .build();
        axon =
                DefaultConfigurer.defaultConfiguration(false)
                        .configureSerializer(configuration -> jackson)
                        .configureTransactionManager(configuration -> transactions)
                        .configureEmbeddedEventStore(
                                configuration ->
                                        JpaEventStorageEngine.builder()
                                                .entityManagerProvider(transactions::current)
                                                .transactionManager(transactions)
                                                .eventSerializer(jackson)
                                                .snapshotSerializer(jackson)
                                                .build())
                        .registerComponent(
                                FlowCatalog.class, configuration -> parts.part(FlowCatalog.class))
                        .registerComponent(
                                AnswerVault.class, configuration -> parts.part(AnswerVault.class))
                        .registerComponent(
                                TextVault.class, configuration -> parts.part(TextVault.class))
                        .registerComponent(Sites.class, configuration -> new NoSites())
                        .registerComponent(
                                AnswerForms.class, configuration -> parts.part(AnswerForms.class))
                        .registerComponent(Clock.class, configuration -> parts.part(Clock.class))
                        .configureAggregate(
                                AggregateConfigurer.defaultConfiguration(OnboardingSession.class))
                        .buildConfiguration();
        axon.start();
    }

    CommandGateway commands() {
        return axon.commandGateway();
    }

    @Override
    public void close() {
        axon.shutdown();
        entities.close();
    }

    /** A transaction for each thread, with an entity manager of its own; an inner one joins. */
    private static final class EntityTransactions implements TransactionManager {

        private static final Transaction JOINED =
                new Transaction() {
                    @Override
                    public void commit() {}

                    @Override
                    public void rollback() {}
                };

        private final EntityManagerFactory entities;

        @SuppressWarnings("ThreadLocalUsage") // One for each factory.
        private final ThreadLocal<@Nullable EntityManager> open = new ThreadLocal<>();

        EntityTransactions(EntityManagerFactory entities) {
            this.entities = entities;
        }

        EntityManager current() {
            var current = open.get();
            if (current == null) {
                throw new IllegalStateException("There is no transaction");
            }
            return current;
        }

        @Override
        public Transaction startTransaction() {
            if (open.get() != null) {
                return JOINED;
            }
            var manager = entities.createEntityManager();
            open.set(manager);
            manager.getTransaction().begin();
            return new Transaction() {
                @Override
                public void commit() {
                    try (manager) {
                        open.remove();
                        manager.getTransaction().commit();
                    }
                }

                @Override
                public void rollback() {
                    try (manager) {
                        open.remove();
                        manager.getTransaction().rollback();
                    }
                }
            };
        }
    }
}
