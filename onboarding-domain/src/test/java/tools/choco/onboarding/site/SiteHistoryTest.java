package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.site.SiteFixtures.ADA;
import static tools.choco.onboarding.site.SiteFixtures.LIVE_URL;
import static tools.choco.onboarding.site.SiteFixtures.NOON;
import static tools.choco.onboarding.site.SiteFixtures.OPERATOR;
import static tools.choco.onboarding.site.SiteFixtures.REPOSITORY;
import static tools.choco.onboarding.site.SiteFixtures.SERVICE;
import static tools.choco.onboarding.site.SiteFixtures.SITE;
import static tools.choco.onboarding.site.SiteFixtures.USER;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.SiteLifecycleStageChanged;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.testing.LiveAggregates;
import tools.choco.onboarding.testing.ReversibleTexts;
import tools.choco.onboarding.testing.SettableClock;

/** What holds in every history of a site, whatever the order of commands, clocks and keys. */
class SiteHistoryTest {

    /** Something that is asked of the site. */
    enum Kind {
        CREATE_AGAIN,
        /** The work that is due where the site is, as the provisioning does it. */
        NEXT_HOP,
        /** Work of any state, late or early. */
        ANY_HOP,
        PARK,
        START,
        FAIL,
        RETRY,
        ADOPT,
        DEPLOY,
        READ
    }

    /**
     * One act of a random history.
     *
     * @param pause how far the clock moves before it; negative when the clock is set back
     * @param state for a hop of any state, where it begins
     * @param linked whether GitHub is linked
     * @param lag by how many attempts it is late
     * @param key idempotency key; null for none
     */
    record Act(
            Kind kind,
            Duration pause,
            ProvisioningState state,
            boolean linked,
            int lag,
            @Nullable String key) {}

    @Provide
    Arbitrary<List<Act>> histories() {
        // Hops weigh more, so that histories get somewhere.
        Arbitrary<Kind> kinds =
                Arbitraries.frequency(
                        Tuple.of(20, Kind.NEXT_HOP),
                        Tuple.of(4, Kind.ANY_HOP),
                        Tuple.of(2, Kind.PARK),
                        Tuple.of(3, Kind.START),
                        Tuple.of(2, Kind.FAIL),
                        Tuple.of(3, Kind.RETRY),
                        Tuple.of(3, Kind.ADOPT),
                        Tuple.of(3, Kind.DEPLOY),
                        Tuple.of(1, Kind.CREATE_AGAIN),
                        Tuple.of(1, Kind.READ));
        return Combinators.combine(
                        kinds,
                        Arbitraries.of(
                                Duration.ofHours(-1),
                                Duration.ZERO,
                                Duration.ofNanos(1),
                                Duration.ofSeconds(20),
                                Duration.ofDays(4)),
                        Arbitraries.of(ProvisioningState.class),
                        Arbitraries.of(true, true, false),
                        Arbitraries.of(0, 0, 0, 1),
                        Arbitraries.of("k1", "k2", "k3").injectNull(0.7))
                .as(Act::new)
                .list()
                .ofMaxSize(50);
    }

    @Property(tries = 250)
    void keepsTheInvariantTheTableAndTimeAndReplaysToTheSameState(
            @ForAll("histories") List<Act> acts, @ForAll boolean welcome) {
        History history = new History(welcome);

        acts.forEach(history::play);

        history.check();
    }

    private static final class History {
        private final SettableClock clock = new SettableClock(NOON);
        private final LiveAggregates live = new LiveAggregates(clock, new ReversibleTexts());
        private final NewSite site;

        History(boolean welcome) {
            site = welcome ? SiteFixtures.newWelcomeSite() : SiteFixtures.ownSite();
            live.<SiteAnswer>send(new CreateSite(site, SiteFixtures.request()));
        }

        void play(Act act) {
            clock.advance(act.pause());
            SiteState before = replayed();
            int appends = live.appends().size();
            try {
                SiteAnswer answer = live.send(command(act, before));

                assertThat(answer.state()).isEqualTo(replayed());
                assertThat(live.appends().size() - appends)
                        .as("one append at most")
                        .isLessThanOrEqualTo(answer.replayed() ? 0 : 1);
            } catch (Refused refused) {
                assertThat(replayed()).as("a refusal changes nothing").isEqualTo(before);
            }
        }

        void check() {
            List<? extends DomainEventMessage<?>> events = live.history(SITE.value());

            assertThat(replayed().revision()).isEqualTo(events.size());
            assertThat(events)
                    .extracting(event -> EventFields.occurredAt((Message) event.getPayload()))
                    .isSorted();
            checkPairs(events);
            checkTable(events);
            checkAppends();
        }

        /** The two labels, told from the events alone. */
        private static void checkPairs(List<? extends EventMessage<?>> events) {
            HostingMode mode = null;
            LifecycleStage stage = null;
            for (EventMessage<?> event : events) {
                switch (event.getPayload()) {
                    case SiteProvisionRequested it -> {
                        mode = it.getHostingMode();
                        stage = it.getLifecycleStage();
                    }
                    case WelcomeSiteAdopted it -> {
                        assertThat(mode).isEqualTo(HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE);
                        mode = HostingMode.HOSTING_MODE_USER_GIT;
                        stage = LifecycleStage.LIFECYCLE_STAGE_ADOPTED;
                    }
                    case SiteLifecycleStageChanged it -> stage = it.getToStage();
                    default -> {}
                }
                Set<LifecycleStage> allowed =
                        mode == HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE
                                ? EnumSet.of(LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND)
                                : EnumSet.of(
                                        LifecycleStage.LIFECYCLE_STAGE_ADOPTED,
                                        LifecycleStage.LIFECYCLE_STAGE_LIVE);
                assertThat(allowed).contains(Objects.requireNonNull(stage));
            }
        }

        /** Hops join up, stay in the table and in their attempt; attempts are counted. */
        private static void checkTable(List<? extends EventMessage<?>> events) {
            ProvisioningState at = null;
            int attempt = 0;
            for (EventMessage<?> event : events) {
                switch (event.getPayload()) {
                    case SiteProvisionRequested it -> {
                        assertThat(it.getAttempt()).isEqualTo(attempt + 1);
                        assertThat(at).isIn(null, ProvisioningState.FAILED);
                        attempt = it.getAttempt();
                        at =
                                it.getHostingMode() == HostingMode.HOSTING_MODE_USER_GIT
                                        ? ProvisioningState.REQUESTED
                                        : null;
                    }
                    case WelcomeSiteAdopted it -> {
                        assertThat(at).isNull();
                        at = ProvisioningState.REQUESTED;
                    }
                    case SiteProvisionStateChanged it -> {
                        assertThat(ProvisioningState.of(it.getFromState())).isEqualTo(at);
                        at = ProvisioningState.of(it.getToState());
                        assertThat(ProvisioningState.of(it.getFromState()).leadsTo(at)).isTrue();
                        assertThat(it.getAttempt()).isEqualTo(attempt);
                    }
                    case SiteProvisionCompleted it ->
                            assertThat(at).isEqualTo(ProvisioningState.LIVE);
                    case SiteProvisionFailed it -> {
                        assertThat(at).isEqualTo(ProvisioningState.FAILED);
                        assertThat(it.getAttempt()).isEqualTo(attempt);
                    }
                    default -> {}
                }
            }
        }

        /** An end and its hop are one append. */
        private void checkAppends() {
            for (List<EventMessage<?>> append : live.appends()) {
                boolean ends =
                        append.stream()
                                .map(EventMessage::getPayload)
                                .anyMatch(
                                        it ->
                                                it instanceof SiteProvisionStateChanged hop
                                                        && ProvisioningState.of(hop.getToState())
                                                                .isTerminal());
                boolean ended =
                        append.stream()
                                .map(EventMessage::getPayload)
                                .anyMatch(
                                        it ->
                                                it instanceof SiteProvisionCompleted
                                                        || it instanceof SiteProvisionFailed);
                assertThat(ended).isEqualTo(ends);
            }
        }

        private SiteCommand command(Act act, SiteState state) {
            int attempt = state.attempt() - act.lag();
            Request byUser = request(act, USER);
            Request byService = request(act, SERVICE);
            return switch (act.kind()) {
                case CREATE_AGAIN -> new CreateSite(site, byUser);
                case NEXT_HOP -> hopFrom(state.provisioning(), attempt, byService);
                case ANY_HOP -> hopFrom(act.state(), attempt, byService);
                case PARK ->
                        new AdvanceSite(
                                SITE,
                                attempt,
                                ProvisioningState.SOURCE_RESOLVING,
                                ProvisioningState.AWAITING_GITHUB,
                                "",
                                byService);
                case START -> new StartProvisioning(SITE, act.linked(), byUser);
                case FAIL ->
                        new FailSite(
                                SITE,
                                act.linked() ? null : (Integer) attempt,
                                ErrorKind.ERROR_KIND_INTERNAL,
                                "",
                                request(act, OPERATOR));
                case RETRY -> new RetrySite(SITE, act.linked(), byUser);
                case ADOPT -> new AdoptSite(SITE, REPOSITORY, act.linked(), byUser);
                case DEPLOY ->
                        new RecordDeploy(
                                SITE,
                                DeployStatus.forNumber(1 + act.state().ordinal() % 4),
                                act.linked() ? LIVE_URL : "",
                                "",
                                byService);
                case READ -> new ReadSite(SITE, byUser);
            };
        }

        private static SiteCommand hopFrom(
                @Nullable ProvisioningState from, int attempt, Request request) {
            if (from == null || from.isTerminal() || from == ProvisioningState.AWAITING_GITHUB) {
                return new StartProvisioning(SITE, true, request);
            }
            ProvisioningState to = from.next().getFirst();
            return to == ProvisioningState.LIVE
                    ? new GoLive(SITE, attempt, "project-1", LIVE_URL, REPOSITORY, request)
                    : new AdvanceSite(SITE, attempt, from, to, "", request);
        }

        /** The key's hash stands for the whole act, as the edge would make it. */
        private static Request request(Act act, Caller caller) {
            String hash = act.kind() + "" + act.state() + act.linked() + act.lag();
            return new Request(caller, "c", act.key(), act.key() == null ? "" : hash, null);
        }

        private SiteState replayed() {
            SiteState state = null;
            for (DomainEventMessage<?> event : live.history(SITE.value())) {
                EventContext context =
                        new EventContext(
                                event.getIdentifier(),
                                event.getSequenceNumber() + 1,
                                event.getMetaData());
                Message payload = (Message) event.getPayload();
                state =
                        state == null
                                ? SiteState.requestedBy((SiteProvisionRequested) payload, context)
                                : state.after(payload, context);
            }
            assertThat(Objects.requireNonNull(state).userId()).isEqualTo(ADA);
            return state;
        }
    }
}
