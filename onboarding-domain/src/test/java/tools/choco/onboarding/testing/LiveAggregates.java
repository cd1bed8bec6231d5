package tools.choco.onboarding.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateAnnotationCommandHandler;
import org.axonframework.modelling.command.Repository;
import org.axonframework.modelling.command.RepositoryProvider;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.session.OnboardingSession;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.CreateSite;
import tools.choco.onboarding.site.NewSite;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.Site;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteCommand;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.Sites;
import tools.choco.onboarding.site.Slug;

/**
 * Sessions and sites on Axon's own command bus and event store, in memory; every command loads from
 * the log.
 */
public final class LiveAggregates {

    private final List<List<EventMessage<?>>> appends = new ArrayList<>();
    private final Map<Class<?>, Repository<?>> repositories = new HashMap<>();
    private final SimpleCommandBus commands = SimpleCommandBus.builder().build();
    private final EmbeddedEventStore log =
            EmbeddedEventStore.builder().storageEngine(new RecordingEngine()).build();

    /** With what the handlers ask for, {@link Sites} apart. */
    public LiveAggregates(Object... resources) {
        List<Object> all =
                Stream.concat(Arrays.stream(resources), Stream.of(new Claims())).toList();
        register(OnboardingSession.class, all);
        register(Site.class, all);
    }

    /** Sends a command and returns its answer, or throws what the aggregate threw. */
    public <A> A send(Object command) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        commands.<Object, A>dispatch(
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

    /** Every event of an aggregate, in order. */
    public List<? extends DomainEventMessage<?>> history(String aggregateId) {
        return log.readEvents(aggregateId).asStream().toList();
    }

    /** What was appended, append by append. */
    public List<List<EventMessage<?>>> appends() {
        return List.copyOf(appends);
    }

    /** Where the aggregates write. */
    public EventStore log() {
        return log;
    }

    private <T> void register(Class<T> type, List<Object> resources) {
        ParameterResolverFactory resolvers =
                MultiParameterResolverFactory.ordered(
                        ClasspathParameterResolverFactory.forClass(type),
                        new SimpleResourceParameterResolverFactory(resources));
        EventSourcingRepository<T> repository =
                EventSourcingRepository.builder(type)
                        .eventStore(log)
                        .parameterResolverFactory(resolvers)
                        .repositoryProvider(new Repositories())
                        .build();
        repositories.put(type, repository);
        AggregateAnnotationCommandHandler.<T>builder()
                .aggregateType(type)
                .repository(repository)
                .parameterResolverFactory(resolvers)
                .build()
                .subscribe(commands);
    }

    private final class RecordingEngine extends InMemoryEventStorageEngine {
        @Override
        public void appendEvents(List<? extends EventMessage<?>> events) {
            super.appendEvents(events);
            appends.add(List.copyOf(events));
        }
    }

    private final class Repositories implements RepositoryProvider {
        @Override
        @SuppressWarnings("unchecked")
        public <T> Repository<T> repositoryFor(Class<T> type) {
            return (Repository<T>) Objects.requireNonNull(repositories.get(type));
        }
    }

    /** Who has which slug; a site is worked on in the unit of work of the session that asks. */
    private final class Claims implements Sites {
        private final Map<Slug, SiteId> bySlug = new HashMap<>();
        private final Map<SessionId, List<SiteId>> bySession = new HashMap<>();

        @Override
        public SiteAnswer request(NewSite site, Request request) {
            SiteId owner = bySlug.putIfAbsent(site.slug(), site.id());
            if (owner == null) {
                bySession
                        .computeIfAbsent(site.sessionId(), session -> new ArrayList<>())
                        .add(site.id());
            } else if (!owner.equals(site.id())) {
                throw Refused.because(Refusal.SLUG_TAKEN, "Another site has the slug.");
            }
            NewSite served =
                    site.isWelcomeSite()
                            ? site.servedAt("https://sites.test/welcome/" + site.slug())
                            : site;
            try {
                return handle(
                        repository().loadOrCreate(site.id().value(), Site::new),
                        new CreateSite(served, request));
            } catch (RuntimeException thrown) {
                throw thrown;
            } catch (Exception thrown) {
                throw new AssertionError(thrown);
            }
        }

        @Override
        public List<SiteState> of(SessionId session) {
            Request request = Request.of(Caller.service("sites"), "sites");
            return bySession.getOrDefault(session, List.of()).stream()
                    .map(id -> read(new ReadSite(id, request)).state())
                    .toList();
        }

        @Override
        public boolean anyRequested(SessionId session) {
            return bySession.containsKey(session);
        }

        private SiteAnswer read(ReadSite command) {
            try {
                return handle(repository().load(command.siteId().value()), command);
            } catch (RuntimeException thrown) {
                throw thrown;
            } catch (Exception thrown) {
                throw new AssertionError(thrown);
            }
        }

        private static SiteAnswer handle(Aggregate<Site> site, SiteCommand command)
                throws Exception {
            return (SiteAnswer) site.handle(GenericCommandMessage.asCommandMessage(command));
        }

        private Repository<Site> repository() {
            return new Repositories().repositoryFor(Site.class);
        }
    }
}
