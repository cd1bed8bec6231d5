package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.ADA;
import static tools.choco.onboarding.session.SessionFixtures.SERVICE;
import static tools.choco.onboarding.session.SessionFixtures.SESSION;
import static tools.choco.onboarding.session.SessionFixtures.SITE_ID;
import static tools.choco.onboarding.session.SessionFixtures.SLUG;
import static tools.choco.onboarding.session.SessionFixtures.USER;
import static tools.choco.onboarding.session.SessionFixtures.abandon;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.request;
import static tools.choco.onboarding.session.SessionFixtures.requestSite;
import static tools.choco.onboarding.session.SessionFixtures.selectPath;
import static tools.choco.onboarding.session.SessionFixtures.start;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.messaging.annotation.ClasspathParameterResolverFactory;
import org.axonframework.messaging.annotation.MultiParameterResolverFactory;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.messaging.annotation.SimpleResourceParameterResolverFactory;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.saga.AnnotatedSagaManager;
import org.axonframework.modelling.saga.repository.AnnotatedSagaRepository;
import org.axonframework.modelling.saga.repository.inmemory.InMemorySagaStore;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;
import tools.choco.onboarding.provisioning.Hop;
import tools.choco.onboarding.provisioning.Hops;
import tools.choco.onboarding.provisioning.SiteProvisioningSaga;
import tools.choco.onboarding.site.AdoptSite;
import tools.choco.onboarding.site.AdvanceSite;
import tools.choco.onboarding.site.FailSite;
import tools.choco.onboarding.site.GoLive;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.RetrySite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.StartProvisioning;

/**
 * From the start of a session to its site, event for event: session, site and saga on one log, and
 * in the place of the outside world a host that does at once what it is asked.
 */
class SiteTraceTest {

    private final LiveSessions live = new LiveSessions();
    private final World world = new World(live);

    @Test
    void parksWithoutAGithubLinkAndGoesOnOnceThereIsOne() {
        live.send(start());
        live.send(completeStep("profile"));
        live.send(completeStep("tools"));
        live.send(completeStep("workspace-hub"));
        live.send(selectPath("blog"));
        live.request(requestSite());
        world.settle();

        assertThat(world.trace())
                .containsExactly(
                        "OnboardingStarted",
                        "OnboardingStepCompleted profile",
                        "OnboardingStepCompleted tools",
                        "OnboardingStepCompleted workspace-hub",
                        "OnboardingPathSelected",
                        "SiteProvisionRequested has_github_link=false",
                        "requested -> source_resolving",
                        "source_resolving -> awaiting_github");

        // Days of silence; the sweep asks in vain, and so does an impatient user.
        live.clock.advance(Duration.ofDays(30));
        live.send(abandon());
        world.start();
        world.settle();
        assertThat(world.trace()).hasSize(8);

        world.githubLinked = true;
        world.start();
        world.settle();

        assertThat(world.trace().subList(8, world.trace().size()))
                .containsExactly(
                        "awaiting_github -> source_resolving",
                        "source_resolving -> source_resolved",
                        "source_resolved -> vercel_creating",
                        "vercel_creating -> vercel_created",
                        "vercel_created -> hook_creating",
                        "hook_creating -> hook_created",
                        "hook_created -> live",
                        "SiteProvisionCompleted",
                        "OnboardingStepCompleted site",
                        "OnboardingCompleted");
        assertThat(live.replayed(SESSION).status()).isEqualTo(SessionStatus.COMPLETED);
        assertThat(live.replayed(SESSION).siteIds()).containsExactly(SITE_ID);
        assertThat(world.activeSagas()).isZero();

        world.start();
        world.settle();
        assertThat(world.trace()).hasSize(18);
    }

    @Test
    void leadsFromTheWelcomeSiteOverAFailedAdoptionToASiteOfOnesOwn() {
        live.send(start());
        live.request(
                new RequestSite(
                        SESSION,
                        SLUG,
                        HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE,
                        null,
                        false,
                        request()));
        world.settle();
        assertThat(world.trace())
                .containsExactly(
                        "OnboardingStarted",
                        "SiteProvisionRequested has_github_link=false",
                        "WelcomeSiteProvisioned",
                        "OnboardingStepCompleted site");
        assertThat(world.activeSagas()).isZero();

        world.githubLinked = true;
        world.broken = true;
        live.live.<SiteAnswer>send(
                new AdoptSite(new SiteId(SITE_ID), "ada/adas-notes", true, request()));
        world.settle();
        world.broken = false;
        live.live.<SiteAnswer>send(new RetrySite(new SiteId(SITE_ID), true, request()));
        world.settle();

        assertThat(world.trace().subList(4, world.trace().size()))
                .containsExactly(
                        "WelcomeSiteAdopted",
                        "requested -> source_resolving",
                        "source_resolving -> failed",
                        "SiteProvisionFailed",
                        "SiteProvisionRequested has_github_link=true",
                        "requested -> source_resolving",
                        "source_resolving -> source_resolved",
                        "source_resolved -> vercel_creating",
                        "vercel_creating -> vercel_created",
                        "vercel_created -> hook_creating",
                        "hook_creating -> hook_created",
                        "hook_created -> live",
                        "SiteProvisionCompleted",
                        "SiteLifecycleStageChanged");
        assertThat(world.activeSagas()).isZero();
    }

    @Test
    void namesForEveryEventWhoDidItAndWhichEventCausedIt() {
        world.githubLinked = true;
        live.send(start());
        live.request(requestSite());
        world.settle();

        List<? extends EventMessage<?>> events =
                live.appends().stream().flatMap(List::stream).toList();
        Set<Object> earlier = new LinkedHashSet<>();
        for (EventMessage<?> event : events) {
            boolean byUser = ADA.equals(event.getMetaData().get(EventMetadata.ACTOR));
            Object cause = event.getMetaData().get(EventMetadata.CAUSATION_ID);
            if (byUser) {
                assertThat(cause).isNull();
            } else {
                assertThat(earlier).contains(Objects.requireNonNull(cause));
            }
            assertThat(event.getMetaData().get(EventMetadata.CORRELATION_ID))
                    .isEqualTo(SessionFixtures.CORRELATION);
            earlier.add(event.getIdentifier());
        }
        assertThat(events)
                .extracting(it -> it.getMetaData().get(EventMetadata.ACTOR))
                .contains(ADA, SERVICE.subject());
    }

    /** Saga, hops and the policy that completes the step; the host does everything at once. */
    private static final class World implements Hops {
        private final LiveSessions live;
        private final Set<Hop> queued = new LinkedHashSet<>();
        private final InMemorySagaStore sagas = new InMemorySagaStore();
        private final AnnotatedSagaManager<SiteProvisioningSaga> manager;
        private int read;
        private boolean githubLinked;
        private boolean broken;

        World(LiveSessions live) {
            this.live = live;
            ParameterResolverFactory resolvers =
                    MultiParameterResolverFactory.ordered(
                            ClasspathParameterResolverFactory.forClass(SiteProvisioningSaga.class),
                            new SimpleResourceParameterResolverFactory(List.of(this)));
            manager =
                    AnnotatedSagaManager.<SiteProvisioningSaga>builder()
                            .sagaType(SiteProvisioningSaga.class)
                            .sagaFactory(SiteProvisioningSaga::new)
                            .parameterResolverFactory(resolvers)
                            .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                            .sagaRepository(
                                    AnnotatedSagaRepository.<SiteProvisioningSaga>builder()
                                            .sagaType(SiteProvisioningSaga.class)
                                            .sagaStore(sagas)
                                            .parameterResolverFactory(resolvers)
                                            .build())
                            .build();
        }

        @Override
        public void schedule(Hop hop) {
            queued.add(hop);
        }

        /** The user, or the service in their name, asks the site to go on. */
        void start() {
            live.live.<SiteAnswer>send(
                    new StartProvisioning(
                            new SiteId(SITE_ID), githubLinked, SessionFixtures.requestOf(USER)));
        }

        int activeSagas() {
            return sagas.size();
        }

        /** Lets everything happen that is due. */
        void settle() {
            boolean more = true;
            while (more) {
                more = readOn();
                for (Hop hop : List.copyOf(queued)) {
                    queued.remove(hop);
                    work(hop);
                    more = true;
                }
            }
        }

        /** Every event so far, of session and site, as a line each. */
        List<String> trace() {
            return live.appends().stream()
                    .flatMap(List::stream)
                    .map(event -> line((Message) event.getPayload()))
                    .toList();
        }

        private boolean readOn() {
            List<EventMessage<?>> events =
                    live.appends().stream().<EventMessage<?>>flatMap(List::stream).toList();
            List<EventMessage<?>> fresh = events.subList(read, events.size());
            read = events.size();
            for (EventMessage<?> event : fresh) {
                DefaultUnitOfWork.startAndGet(event)
                        .execute(
                                () -> {
                                    try {
                                        manager.handle(event, Segment.ROOT_SEGMENT);
                                    } catch (Exception thrown) {
                                        throw new AssertionError(thrown);
                                    }
                                });
                completeStepAfter(event);
            }
            return !fresh.isEmpty();
        }

        private void completeStepAfter(EventMessage<?> event) {
            if (event.getPayload() instanceof SiteProvisionCompleted
                    || event.getPayload() instanceof WelcomeSiteProvisioned) {
                SiteId site =
                        new SiteId(EventFields.siteId((Message) event.getPayload()).orElseThrow());
                live.send(
                        new CompleteSiteStep(
                                SESSION,
                                site,
                                Request.of(SERVICE, SessionFixtures.CORRELATION)
                                        .causedBy(event.getIdentifier())));
            }
        }

        private void work(Hop hop) {
            SiteId id = new SiteId(hop.siteId());
            SiteState site =
                    live.live
                            .<SiteAnswer>send(new ReadSite(id, SessionFixtures.requestOf(SERVICE)))
                            .state();
            Request request = site.followUp(SERVICE);
            ProvisioningState next = hop.at().next().getFirst();
            if (hop.at() == ProvisioningState.SOURCE_RESOLVING && !githubLinked) {
                next = ProvisioningState.AWAITING_GITHUB;
            }
            if (hop.at() == ProvisioningState.SOURCE_RESOLVING && broken) {
                live.live.<SiteAnswer>send(
                        new FailSite(
                                id,
                                hop.attempt(),
                                ErrorKind.ERROR_KIND_USER_ACTION,
                                "The name is taken.",
                                request));
            } else if (next == ProvisioningState.LIVE) {
                live.live.<SiteAnswer>send(
                        new GoLive(
                                id,
                                hop.attempt(),
                                "project-1",
                                "https://sites.test/adas-notes/",
                                "ada/adas-notes",
                                request));
            } else {
                live.live.<SiteAnswer>send(
                        new AdvanceSite(id, hop.attempt(), hop.at(), next, "", request));
            }
        }

        private static String line(Message event) {
            String name = event.getDescriptorForType().getName();
            return switch (event) {
                case OnboardingStepCompleted it -> name + " " + it.getStepId();
                case SiteProvisionRequested it ->
                        name + " has_github_link=" + it.getHasGithubLink();
                case SiteProvisionStateChanged it ->
                        ProvisioningState.of(it.getFromState()).wireName()
                                + " -> "
                                + ProvisioningState.of(it.getToState()).wireName();
                default -> name;
            };
        }
    }
}
