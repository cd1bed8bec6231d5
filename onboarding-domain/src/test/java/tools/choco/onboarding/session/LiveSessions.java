package tools.choco.onboarding.session;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.modelling.command.AggregateAnnotationCommandHandler;
import org.axonframework.modelling.command.Repository;
import org.axonframework.modelling.command.RepositoryProvider;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.events.v1.OnboardingStarted;

/**
 * Sessions on Axon's own command bus and event store, in memory; every command loads from the log.
 */
final class LiveSessions {

    final SettableClock clock = new SettableClock(SessionFixtures.NOON);
    final InMemoryFlows flows = new InMemoryFlows();
    final ReversibleVault vault = new ReversibleVault();

    private final List<List<EventMessage<?>>> appends = new ArrayList<>();
    private final EventSourcingRepository<OnboardingSession> repository;
    private final SimpleCommandBus commands = SimpleCommandBus.builder().build();
    private final EmbeddedEventStore log =
            EmbeddedEventStore.builder().storageEngine(new RecordingEngine()).build();

    LiveSessions() {
        ParameterResolverFactory resources =
                MultiParameterResolverFactory.ordered(
                        ClasspathParameterResolverFactory.forClass(OnboardingSession.class),
                        new SimpleResourceParameterResolverFactory(
                                List.of(clock, flows, vault, new FlatForms())));
        repository =
                EventSourcingRepository.builder(OnboardingSession.class)
                        .eventStore(log)
                        .parameterResolverFactory(resources)
                        .repositoryProvider(new OnlySessions())
                        .build();
        AggregateAnnotationCommandHandler.<OnboardingSession>builder()
                .aggregateType(OnboardingSession.class)
                .repository(repository)
                .parameterResolverFactory(resources)
                .build()
                .subscribe(commands);
    }

    /** Sends a command and returns its answer, or throws what the session threw. */
    SessionAnswer send(SessionCommand command) {
        CompletableFuture<SessionAnswer> answer = new CompletableFuture<>();
        commands.<SessionCommand, SessionAnswer>dispatch(
                GenericCommandMessage.asCommandMessage(command),
                (sent, result) -> {
                    if (result.isExceptional()) {
                        answer.completeExceptionally(result.exceptionResult());
                    } else {
                        answer.complete(result.getPayload());
                    }
                });
        if (answer.isCompletedExceptionally()
                && answer.exceptionNow() instanceof RuntimeException thrown) {
            throw thrown;
        }
        return answer.join();
    }

    /** Appends what another part of the service found out about the session. */
    void append(SessionId id, EventMessage<?> event) {
        log.publish(
                new GenericDomainEventMessage<>(
                        OnboardingSession.class.getSimpleName(),
                        id.value(),
                        history(id).size(),
                        event.getPayload(),
                        event.getMetaData()));
    }

    /** Every event of a session, in order. */
    List<? extends DomainEventMessage<?>> history(SessionId id) {
        return log.readEvents(id.value()).asStream().toList();
    }

    /** The state that a session's events add up to. */
    SessionState replayed(SessionId id) {
        SessionState state = null;
        for (DomainEventMessage<?> event : history(id)) {
            EventContext context =
                    new EventContext(
                            event.getIdentifier(),
                            event.getSequenceNumber() + 1,
                            event.getMetaData());
            Message payload = (Message) event.getPayload();
            state =
                    state == null
                            ? SessionState.startedBy((OnboardingStarted) payload, context)
                            : state.after(payload, context);
        }
        if (state == null) {
            throw new AssertionError("no such session");
        }
        return state;
    }

    /** What was appended, append by append. */
    List<List<EventMessage<?>>> appends() {
        return List.copyOf(appends);
    }

    private final class RecordingEngine extends InMemoryEventStorageEngine {
        @Override
        public void appendEvents(List<? extends EventMessage<?>> events) {
            super.appendEvents(events);
            appends.add(List.copyOf(events));
        }
    }

    private final class OnlySessions implements RepositoryProvider {
        @Override
        @SuppressWarnings("unchecked")
        public <T> Repository<T> repositoryFor(Class<T> type) {
            return (Repository<T>) repository;
        }
    }
}
