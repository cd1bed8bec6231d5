package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.ADA;
import static tools.choco.onboarding.session.SessionFixtures.OPERATOR;
import static tools.choco.onboarding.session.SessionFixtures.SERVICE;
import static tools.choco.onboarding.session.SessionFixtures.USER;
import static tools.choco.onboarding.testing.Expectations.payloads;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.axonframework.eventhandling.DomainEventMessage;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.OnboardingCompleted;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingResumed;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;

/** What holds in every history that commands can write, whatever their order, clocks and keys. */
class SessionHistoryTest {

    /** Something that is asked of the session, or that happens to it. */
    enum Kind {
        START,
        COMPLETE_STEP,
        SKIP,
        REOPEN,
        PATH,
        COMPLETE,
        ABANDON,
        RESET,
        OPERATOR_RESET,
        READ,
        REQUEST_SITE,
        SITE_READY
    }

    /**
     * One act of a random history.
     *
     * @param pause how far the clock moves before it; negative when the clock is set back
     * @param key idempotency key; null for none
     * @param revision revision that a write names, as a distance from the current one; null for
     *     none
     */
    record Act(
            Kind kind,
            String step,
            String text,
            Duration pause,
            @Nullable String key,
            @Nullable Integer revision) {}

    @Provide
    Arbitrary<List<Act>> histories() {
        // Forms weigh more, so that histories get somewhere.
        Arbitrary<Kind> kinds =
                Arbitraries.frequency(
                        Tuple.of(2, Kind.START),
                        Tuple.of(12, Kind.COMPLETE_STEP),
                        Tuple.of(3, Kind.SKIP),
                        Tuple.of(3, Kind.REOPEN),
                        Tuple.of(4, Kind.PATH),
                        Tuple.of(2, Kind.COMPLETE),
                        Tuple.of(2, Kind.ABANDON),
                        Tuple.of(1, Kind.RESET),
                        Tuple.of(1, Kind.OPERATOR_RESET),
                        Tuple.of(1, Kind.READ),
                        Tuple.of(3, Kind.REQUEST_SITE),
                        Tuple.of(3, Kind.SITE_READY));
        return Combinators.combine(
                        kinds,
                        Arbitraries.of("profile", "tools", "workspace-hub", "path", "site", "nope"),
                        Arbitraries.of("one", "two", "three"),
                        Arbitraries.of(
                                Duration.ofHours(-1),
                                Duration.ZERO,
                                Duration.ofNanos(1),
                                Duration.ofSeconds(20),
                                Duration.ofMinutes(31),
                                Duration.ofDays(4)),
                        Arbitraries.of("k1", "k2", "k3", "k4").injectNull(0.5),
                        Arbitraries.of(-2, -1, 0, 1).injectNull(0.7))
                .as(Act::new)
                .list()
                .ofMaxSize(40);
    }

    @Property(tries = 300)
    void countsEventsKeepsTimeAndReplaysToTheSameState(
            @ForAll("histories") List<Act> acts, @ForAll boolean quick) {
        History history = new History(quick ? InMemoryFlows.QUICK.id() : InMemoryFlows.GUIDED.id());

        acts.forEach(history::play);

        assertThat(history.sessions).isNotEmpty();
        history.sessions.forEach(history::check);
    }

    @Property(tries = 300)
    void changesNothingWhenTheLastAcceptedRequestIsRepeated(
            @ForAll("histories") List<Act> acts, @ForAll boolean quick) {
        History history = new History(quick ? InMemoryFlows.QUICK.id() : InMemoryFlows.GUIDED.id());

        for (Act act : acts) {
            SessionCommand accepted = history.play(act);
            if (accepted != null) {
                history.checkRepeat(accepted);
            }
        }
    }

    /** Plays acts on one user's sessions: each goes to the session that took over last. */
    private static final class History {
        private final LiveSessions live = new LiveSessions();
        private final String flowId;
        private final Set<SessionId> sessions = new LinkedHashSet<>();
        private SessionId current = SessionFixtures.SESSION;

        History(String flowId) {
            this.flowId = flowId;
            live.send(
                    new StartOnboarding(current, ADA, flowId, null, "", SessionFixtures.request()));
            sessions.add(current);
        }

        /** Plays one act; returns the command if it was accepted and wrote something. */
        @Nullable SessionCommand play(Act act) {
            live.clock.advance(act.pause());
            SessionCommand command = command(act);
            SessionId target = current;
            int appends = live.appends().size();
            try {
                boolean replayed;
                if (command instanceof RequestSite site) {
                    SiteAnswer answer = live.request(site);
                    assertThat(answer.state().sessionId()).isEqualTo(target);
                    replayed = answer.replayed();
                } else {
                    SessionAnswer answer = live.send(command);
                    assertThat(answer.state()).isEqualTo(live.replayed(target));
                    follow(answer.state().newSessionId());
                    replayed = answer.replayed();
                }
                assertThat(live.appends().size() - appends)
                        .as("one append at most")
                        .isLessThanOrEqualTo(replayed ? 0 : 1);
            } catch (Refused refused) {
                assertThat(live.appends()).as("a refusal writes nothing").hasSize(appends);
            }
            return live.appends().size() > appends ? command : null;
        }

        void checkRepeat(SessionCommand command) {
            String key = command.request().idempotencyKey();
            if (key == null) {
                return;
            }
            SessionState before = live.replayed(command.sessionId());
            int appends = live.appends().size();

            if (command instanceof RequestSite site) {
                assertThat(live.request(site).replayed()).isTrue();
            } else {
                SessionAnswer answer = live.send(command);
                assertThat(answer.replayed()).isTrue();
                assertThat(answer.state()).isEqualTo(before);
            }

            assertThat(live.replayed(command.sessionId())).isEqualTo(before);
            assertThat(live.appends()).hasSize(appends);
        }

        private void follow(@Nullable String successor) {
            if (successor != null) {
                current = new SessionId(successor);
                sessions.add(current);
            }
        }

        void check(SessionId id) {
            List<? extends DomainEventMessage<?>> events = live.history(id);
            List<Object> payloads = payloads(events);

            assertThat(live.replayed(id).revision()).isEqualTo(events.size());
            assertThat(payloads.getFirst()).isInstanceOf(OnboardingStarted.class);
            assertThat(payloads).filteredOn(OnboardingStarted.class::isInstance).hasSize(1);
            assertThat(payloads)
                    .filteredOn(OnboardingCompleted.class::isInstance)
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(payloads)
                    .filteredOn(OnboardingReset.class::isInstance)
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(payloads.subList(0, payloads.size() - 1))
                    .as("nothing follows a reset")
                    .noneMatch(OnboardingReset.class::isInstance);
            assertThat(events)
                    .filteredOn(event -> event.getPayload() instanceof OnboardingResumed)
                    .as("only the user comes back")
                    .allMatch(event -> ADA.equals(event.getMetaData().get(EventMetadata.ACTOR)));
            assertThat(events)
                    .extracting(event -> EventFields.occurredAt((Message) event.getPayload()))
                    .isSorted();
        }

        private SessionCommand command(Act act) {
            Request request = request(act);
            return switch (act.kind()) {
                case START -> new StartOnboarding(current, ADA, flowId, null, "", request);
                case COMPLETE_STEP ->
                        new CompleteStep(
                                current,
                                act.step(),
                                FlatForms.answers(
                                        "firstName", act.text(),
                                        "tools", act.text(),
                                        "workspaceId", act.text()),
                                act.revision() == null
                                        ? null
                                        : live.history(current).size() + (long) act.revision(),
                                request);
                case SKIP -> new SkipStep(current, act.step(), act.text(), request);
                case REOPEN -> new ReopenStep(current, act.step(), request);
                case PATH ->
                        new SelectPath(
                                current, act.text().equals("one") ? "blog" : "docs", request);
                case COMPLETE -> new CompleteOnboarding(current, request);
                case ABANDON -> new AbandonSession(current, Request.of(SERVICE, "sweep"));
                case RESET, OPERATOR_RESET ->
                        new ResetSession(current, freshId(), act.text(), request);
                case READ -> new ReadSession(current, request);
                // Every session has slugs of its own: whose it is when two want one is tested
                // elsewhere.
                case REQUEST_SITE ->
                        new RequestSite(
                                current,
                                new Slug(act.text() + "-" + sessions.size()),
                                HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE,
                                null,
                                false,
                                request);
                case SITE_READY ->
                        new CompleteSiteStep(
                                current,
                                SiteId.of(current, new Slug(act.text())),
                                Request.of(SERVICE, "outcome"));
            };
        }

        /** The key's hash stands for the whole act, as the edge would make it. */
        private static Request request(Act act) {
            Caller caller = act.kind() == Kind.OPERATOR_RESET ? OPERATOR : USER;
            String hash = act.kind() + act.step() + act.text() + act.revision();
            return new Request(caller, "c", act.key(), act.key() == null ? "" : hash, null);
        }

        private SessionId freshId() {
            return new SessionId("01960000-0000-7000-8000-%012d".formatted(100 + sessions.size()));
        }
    }
}
