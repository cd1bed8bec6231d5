package tools.choco.onboarding.eventlog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.callbacks.FutureCallback;
import org.axonframework.modelling.command.AggregateAnnotationCommandHandler;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.modelling.command.Repository;
import org.axonframework.modelling.command.RepositoryProvider;
import org.axonframework.modelling.command.inspection.AnnotatedAggregateMetaModelFactory;
import tools.choco.onboarding.eventlog.testing.StatementLog;

/** A process of its own, as far as its database can tell: a log, a cache, a command bus. */
final class LedgerInstance implements AutoCloseable {

    private static final int ATTEMPTS_MAX = 1_000;

    private final StatementLog statements = new StatementLog();
    private final SimpleCommandBus commands = SimpleCommandBus.builder().build();
    private final CachingRepository<Ledger> repository;
    private final PostgresEventLog log;
    private final PostgresEventStore store;

    LedgerInstance(DataSource database, int cachedMax) {
        log = new PostgresEventLog(statements.over(database));
        store = log.eventStore();
        var model = AnnotatedAggregateMetaModelFactory.inspectAggregate(Ledger.class);
        Map<Class<?>, Repository<?>> repositories = new HashMap<>();
        repository =
                new CachingRepository<>(
                        model,
                        store,
                        log.storageEngine()::lastSequenceNumberFor,
                        new RepositoryProvider() {
                            @Override
                            @SuppressWarnings("unchecked") // as it was put
                            public <T> Repository<T> repositoryFor(Class<T> type) {
                                return (Repository<T>)
                                        Objects.requireNonNull(repositories.get(type));
                            }
                        },
                        cachedMax);
        repositories.put(Ledger.class, repository);
        AggregateAnnotationCommandHandler.<Ledger>builder()
                .repository(repository)
                .aggregateType(Ledger.class)
                .aggregateModel(model)
                .build()
                .subscribe(commands);
    }

    CachingRepository<Ledger> repository() {
        return repository;
    }

    PostgresEventStore store() {
        return store;
    }

    /** Sends a command once. */
    int once(Object command) {
        var callback = new FutureCallback<Object, Integer>();
        CommandMessage<Object> message = GenericCommandMessage.asCommandMessage(command);
        commands.dispatch(message, callback);
        var result = callback.getResult();
        if (result.isExceptional()) {
            throw (RuntimeException) result.exceptionResult();
        }
        return result.getPayload();
    }

    /** Sends a command, and again while it is in conflict. */
    int send(Object command) {
        for (int attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
            try {
                return once(command);
            } catch (ConcurrencyException behind) {
                continue;
            }
        }
        return once(command);
    }

    /** What the calling thread has sent to the database since it last asked. */
    List<String> statements() {
        var name = Thread.currentThread().getName();
        var sent = statements.by(name::equals);
        statements.clear();
        return sent;
    }

    @Override
    public void close() {
        store.shutDown();
        log.close();
    }
}
