package tools.choco.onboarding.eventlog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.axonframework.eventsourcing.EventSourcedAggregate;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.NoSnapshotTriggerDefinition;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.modelling.command.RepositoryProvider;
import org.axonframework.modelling.command.inspection.AggregateModel;
import org.jspecify.annotations.Nullable;

/**
 * Event-sourced aggregates of one type, the last used of which stay in memory.
 *
 * <p>Other processes write too, so what is cached may be behind the log. A command that appends to
 * its aggregate reads nothing: if the aggregate was behind, the append is refused. A command that
 * appends nothing to it, be it answered or refused, asks the log for the aggregate's last sequence
 * before its answer counts. Both fail with {@link ConcurrencyException} where the aggregate was
 * behind, and it leaves the cache; sent again, the command is decided on what the log has. An
 * aggregate that is not cached is read from the log, and not asked for.
 *
 * <p>An aggregate leaves the cache when a unit of work takes it, and comes back when that has ended
 * with the aggregate stored or unchanged, before its lock is given back. So nobody ever sees what
 * was changed but not stored. Deleted aggregates and snapshots are not supported.
 */
public final class CachingRepository<T> extends EventSourcingRepository<T> {

    private final EventStore events;
    private final Function<String, Optional<Long>> lastSequence;
    private final RepositoryProvider repositories;
    private final Cache<String, Cached<T>> cache;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /**
     * @param root the aggregate itself
     * @param sequence of its last event
     */
    private record Cached<T>(T root, long sequence) {}

    /**
     * @param events where aggregates are read from and append to
     * @param lastSequence last sequence in the log of the aggregate with that identifier, without
     *     what the current unit of work is about to append
     * @param repositories of the aggregates that these ones create
     * @param cachedMax how many aggregates are cached at most
     */
    public CachingRepository(
            AggregateModel<T> model,
            EventStore events,
            Function<String, Optional<Long>> lastSequence,
            RepositoryProvider repositories,
            int cachedMax) {
        super(
                builder(entityClass(model))
                        .aggregateModel(model)
                        .eventStore(events)
                        .repositoryProvider(repositories));
        this.events = events;
        this.lastSequence = lastSequence;
        this.repositories = repositories;
        cache = Caffeine.newBuilder().maximumSize(cachedMax).build();
    }

    @SuppressWarnings("unchecked") // Axon's models have one class, that of their aggregates.
    private static <T> Class<T> entityClass(AggregateModel<T> model) {
        return (Class<T>) model.entityClass();
    }

    /** How many aggregates are cached, about. */
    public long cached() {
        return cache.estimatedSize();
    }

    /** How many loads found their aggregate in the cache. */
    public long hits() {
        return hits.sum();
    }

    /** How many loads went to the log. */
    public long misses() {
        return misses.sum();
    }

    @Override
    protected EventSourcedAggregate<T> doLoadWithLock(
            String aggregateIdentifier, @Nullable Long expectedVersion) {
        var cached = cache.asMap().remove(aggregateIdentifier);
        if (cached == null) {
            misses.increment();
            var read = super.doLoadWithLock(aggregateIdentifier, expectedVersion);
            return taken(new Taken(read.getAggregateRoot(), read.lastSequence(), true));
        }
        hits.increment();
        return taken(new Taken(cached.root(), cached.sequence(), false));
    }

    private Taken taken(Taken aggregate) {
        CurrentUnitOfWork.get()
                .onRollback(
                        ended -> {
                            if (aggregate.isAsTaken()) {
                                put(aggregate);
                            }
                        });
        return aggregate;
    }

    @Override
    protected void doSaveWithLock(EventSourcedAggregate<T> aggregate) {
        var unitOfWork = CurrentUnitOfWork.get();
        // A nested one ends before anything is stored, and others may go on with the aggregate.
        if (unitOfWork.isRoot() && aggregate.lastSequence() != null) {
            unitOfWork.afterCommit(stored -> put(aggregate));
        }
    }

    private void put(EventSourcedAggregate<T> aggregate) {
        cache.put(
                aggregate.identifierAsString(),
                new Cached<>(aggregate.getAggregateRoot(), aggregate.lastSequence()));
    }

    /** An aggregate in the hands of a unit of work. */
    private final class Taken extends EventSourcedAggregate<T> {

        private final long sequenceTaken;
        private final boolean fresh;
        private boolean behind;

        /**
         * @param fresh whether it was read from the log by this unit of work
         */
        Taken(T root, long sequence, boolean fresh) {
            super(
                    root,
                    aggregateModel(),
                    events,
                    repositories,
                    NoSnapshotTriggerDefinition.TRIGGER);
            sequenceTaken = sequence;
            this.fresh = fresh;
            initSequence(sequence);
        }

        @Override
        public @Nullable Object handle(Message<?> message) throws Exception {
            Object answer;
            try {
                answer = super.handle(message);
            } catch (Exception refusal) {
                requireUpToDate();
                throw refusal;
            }
            if (lastSequence() == sequenceTaken) {
                requireUpToDate();
            }
            return answer;
        }

        private void requireUpToDate() {
            if (fresh) {
                return;
            }
            var logged = lastSequence.apply(identifierAsString());
            if (!logged.equals(Optional.of(sequenceTaken))) {
                behind = true;
                throw new ConcurrencyException(
                        "The last of %s is %s, not %d as cached"
                                .formatted(
                                        identifierAsString(),
                                        logged.map(Object::toString).orElse("missing"),
                                        sequenceTaken));
            }
        }

        /** Whether it may be taken again as it was. */
        boolean isAsTaken() {
            return !behind && Objects.equals(lastSequence(), sequenceTaken);
        }
    }
}
