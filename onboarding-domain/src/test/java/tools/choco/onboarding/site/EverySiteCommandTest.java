package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.site.SiteFixtures.CORRELATION;
import static tools.choco.onboarding.site.SiteFixtures.OPERATOR;
import static tools.choco.onboarding.site.SiteFixtures.SERVICE;
import static tools.choco.onboarding.site.SiteFixtures.SITE;
import static tools.choco.onboarding.site.SiteFixtures.USER;
import static tools.choco.onboarding.site.SiteFixtures.create;
import static tools.choco.onboarding.site.SiteFixtures.ifMatch;
import static tools.choco.onboarding.site.SiteFixtures.keyed;
import static tools.choco.onboarding.site.SiteFixtures.ownSite;
import static tools.choco.onboarding.site.SiteFixtures.ownSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.read;
import static tools.choco.onboarding.site.SiteFixtures.requestOf;
import static tools.choco.onboarding.site.SiteFixtures.requested;
import static tools.choco.onboarding.site.SiteFixtures.sentWith;
import static tools.choco.onboarding.site.SiteFixtures.welcomeSite;
import static tools.choco.onboarding.site.SiteTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;
import static tools.choco.onboarding.testing.Expectations.refused;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.axonframework.eventhandling.EventMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.ErrorKind;

/** What holds for each command on a site, before any rule of its own. */
class EverySiteCommandTest {

    private static final Caller MALLORY = Caller.user("mallory");

    private final SiteTestBed site = new SiteTestBed();

    /** A command, and a history on which it is accepted and emits something. */
    record Accepted(String name, List<Object> history, Function<Request, SiteCommand> with) {

        /** The history, its last event sent with that request. */
        List<Object> endingWith(Request request) {
            List<Object> events = new ArrayList<>(history);
            events.set(events.size() - 1, sentWith(request, (Message) events.getLast()));
            return events;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Accepted> everyChange() {
        return Stream.of(
                new Accepted(
                        "start",
                        ownSiteAt(ProvisioningState.AWAITING_GITHUB),
                        it -> SiteFixtures.start(true, it)),
                new Accepted(
                        "advance",
                        ownSiteAt(ProvisioningState.REQUESTED),
                        it ->
                                new AdvanceSite(
                                        SITE,
                                        1,
                                        ProvisioningState.REQUESTED,
                                        ProvisioningState.SOURCE_RESOLVING,
                                        "",
                                        it)),
                new Accepted(
                        "go live",
                        ownSiteAt(ProvisioningState.HOOK_CREATED),
                        it -> new GoLive(SITE, 1, "project-1", "https://sites.test/", "a/b", it)),
                new Accepted(
                        "fail",
                        ownSiteAt(ProvisioningState.VERCEL_CREATING),
                        it -> new FailSite(SITE, 1, ErrorKind.ERROR_KIND_INTERNAL, "", it)),
                new Accepted(
                        "retry",
                        ownSiteAt(ProvisioningState.FAILED),
                        it -> new RetrySite(SITE, false, it)),
                new Accepted("adopt", welcomeSite(), it -> SiteFixtures.adopt(true, it)),
                new Accepted(
                        "record deploy",
                        ownSiteAt(ProvisioningState.LIVE),
                        it ->
                                new RecordDeploy(
                                        SITE, DeployStatus.DEPLOY_STATUS_READY, "", "", it)));
    }

    static Stream<Accepted> everyCommand() {
        return Stream.concat(
                everyChange(),
                Stream.of(
                        new Accepted(
                                "create",
                                ownSiteAt(ProvisioningState.REQUESTED),
                                it -> create(ownSite(), it))));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void hidesTheSiteFromAnotherUserBeforeItLooksAtKeysAndPreconditions(Accepted command) {
        Request request = new Request(MALLORY, CORRELATION, "k1", "another hash", 99L);

        site.given(command.endingWith(keyed("k1")))
                .when(command.with().apply(request))
                .expectNoEvents()
                .expectException(refused(Refusal.SITE_NOT_FOUND));
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void isOpenToTheOwnerToOperatorsAndToTheService(Accepted command) {
        for (Caller caller : List.of(USER, OPERATOR, SERVICE)) {
            new SiteTestBed()
                    .given(command.history())
                    .when(command.with().apply(requestOf(caller)))
                    .expectSuccessfulHandlerExecution()
                    .expectEventsMatching(events(it -> assertThat(it).isNotEmpty()));
        }
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void answersARepeatOfAnEarlierRequest(Accepted command) {
        site.given(command.endingWith(keyed("k1")))
                .when(command.with().apply(keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void refusesAnotherRequestUnderAKnownKey(Accepted command) {
        site.given(command.endingWith(keyed("k1")))
                .when(command.with().apply(keyed(USER, "k1", "another hash")))
                .expectNoEvents()
                .expectException(refused(Refusal.IDEMPOTENCY_KEY_REUSED));
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void keepsTheKeysOfDifferentCallersApart(Accepted command) {
        site.given(command.endingWith(keyed(OPERATOR, "k1", "another hash")))
                .when(command.with().apply(keyed("k1")))
                .expectEventsMatching(events(it -> assertThat(it).isNotEmpty()));
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void looksAtTheKeyBeforeThePreconditionAndTheRules(Accepted command) {
        Request repeat = new Request(USER, CORRELATION, "k1", "hash of k1", 99L);

        site.given(command.endingWith(keyed("k1")))
                .when(command.with().apply(repeat))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void refusesAPreconditionThatDoesNotHold(Accepted command) {
        int revision = command.history().size();
        for (long other : new long[] {0, revision - 1, revision + 1}) {
            new SiteTestBed()
                    .given(command.history())
                    .when(command.with().apply(ifMatch(other)))
                    .expectNoEvents()
                    .expectException(refused(Refusal.PRECONDITION_FAILED));
        }
        new SiteTestBed()
                .given(command.history())
                .when(command.with().apply(ifMatch(revision)))
                .expectSuccessfulHandlerExecution();
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void leavesWhoAskedAndWhyInTheMetadataOfEveryEvent(Accepted command) {
        Request request = keyed("k1").causedBy("event-9");

        site.given(command.history())
                .when(command.with().apply(request))
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(it)
                                                .isNotEmpty()
                                                .extracting(EventMessage::getMetaData)
                                                .allSatisfy(
                                                        metadata ->
                                                                assertThat(metadata)
                                                                        .isEqualTo(
                                                                                request.metadata())
                                                                        .containsEntry(
                                                                                EventMetadata
                                                                                        .CAUSATION_ID,
                                                                                "event-9"))));
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void neverRunsBackInTime(Accepted command) {
        site.clock.advance(Duration.ofHours(-1));

        site.given(command.history())
                .when(command.with().apply(requestOf(USER)))
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(it)
                                                .isNotEmpty()
                                                .extracting(
                                                        event ->
                                                                EventFields.occurredAt(
                                                                        (Message)
                                                                                event.getPayload()))
                                                .containsOnly(SiteFixtures.NOON)));
    }

    @Test
    void readsForTheOwnerForOperatorsAndForTheService() {
        for (Caller caller : List.of(USER, OPERATOR, SERVICE)) {
            new SiteTestBed()
                    .given(requested())
                    .when(read(caller))
                    .expectNoEvents()
                    .expectResultMessagePayloadMatching(
                            answer(it -> assertThat(it.state().revision()).isEqualTo(1)));
        }
        site.given(requested())
                .when(read(MALLORY))
                .expectException(refused(Refusal.SITE_NOT_FOUND));
    }

    @Test
    void followsUpOnTheLastEventInTheNameOfWhoeverAsked() {
        site.given(sentWith(keyed("k1"), requested()))
                .when(read(SERVICE))
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().followUp(SERVICE))
                                                .isEqualTo(
                                                        Request.of(SERVICE, CORRELATION)
                                                                .causedBy(
                                                                        it.state()
                                                                                .lastEventId()))));
    }
}
