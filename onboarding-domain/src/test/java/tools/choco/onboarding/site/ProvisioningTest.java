package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static tools.choco.onboarding.site.SiteFixtures.NOON;
import static tools.choco.onboarding.site.SiteFixtures.OPERATOR;
import static tools.choco.onboarding.site.SiteFixtures.SERVICE;
import static tools.choco.onboarding.site.SiteFixtures.SITE;
import static tools.choco.onboarding.site.SiteFixtures.adoptedSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.advance;
import static tools.choco.onboarding.site.SiteFixtures.after;
import static tools.choco.onboarding.site.SiteFixtures.at;
import static tools.choco.onboarding.site.SiteFixtures.completed;
import static tools.choco.onboarding.site.SiteFixtures.fail;
import static tools.choco.onboarding.site.SiteFixtures.failed;
import static tools.choco.onboarding.site.SiteFixtures.goLive;
import static tools.choco.onboarding.site.SiteFixtures.moved;
import static tools.choco.onboarding.site.SiteFixtures.ownSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.request;
import static tools.choco.onboarding.site.SiteFixtures.requestOf;
import static tools.choco.onboarding.site.SiteFixtures.requestedAgain;
import static tools.choco.onboarding.site.SiteFixtures.retry;
import static tools.choco.onboarding.site.SiteFixtures.settled;
import static tools.choco.onboarding.site.SiteFixtures.start;
import static tools.choco.onboarding.site.SiteTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.SagaKind;

/**
 * The hops of a user's own site and its ends; {@link SiteTransitionsTest} has every combination.
 */
class ProvisioningTest {

    private final SiteTestBed site = new SiteTestBed();

    @Test
    void keepsWhatThereIsToSayOfAHop() {
        site.given(ownSiteAt(ProvisioningState.SOURCE_RESOLVING))
                .when(
                        new AdvanceSite(
                                SITE,
                                1,
                                ProvisioningState.SOURCE_RESOLVING,
                                ProvisioningState.AWAITING_GITHUB,
                                "no GitHub link",
                                requestOf(SERVICE)))
                .expectEvents(
                        moved(ProvisioningState.SOURCE_RESOLVING, ProvisioningState.AWAITING_GITHUB)
                                .toBuilder()
                                .setDetail("no GitHub link")
                                .build());
    }

    @Test
    void ignoresTheHopOfAnEarlierAttempt() {
        site.given(failedOnceAnd(requestedAgain(2)))
                .when(advance(ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING, 1))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void takesTheHopOfTheNextAttempt() {
        site.given(failedOnceAnd(requestedAgain(2)))
                .when(advance(ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING, 2))
                .expectEvents(
                        moved(ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING, 2));
    }

    @Test
    void knowsNoHopOutsideTheTableAndNoneThatHasACommandOfItsOwn() {
        for (ProvisioningState from : ProvisioningState.values()) {
            for (ProvisioningState to : ProvisioningState.values()) {
                boolean ordinary =
                        from.leadsTo(to)
                                && to != ProvisioningState.LIVE
                                && to != ProvisioningState.FAILED
                                && from != ProvisioningState.AWAITING_GITHUB;
                if (ordinary) {
                    assertThat(advance(from, to).to()).isEqualTo(to);
                } else {
                    assertThatIllegalArgumentException().isThrownBy(() -> advance(from, to));
                }
            }
        }
    }

    @Test
    void goesLiveInOneAppend() {
        Duration total = Duration.ofMinutes(3);
        site.clock.advance(total);

        site.given(ownSiteAt(ProvisioningState.HOOK_CREATED))
                .when(goLive())
                .expectEvents(
                        at(
                                NOON.plus(total),
                                moved(ProvisioningState.HOOK_CREATED, ProvisioningState.LIVE)),
                        at(NOON.plus(total), after(total, completed())))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    SiteState state = it.state();
                                    assertThat(state.provisioning())
                                            .isEqualTo(ProvisioningState.LIVE);
                                    assertThat(state.deployUrl()).isEqualTo(SiteFixtures.LIVE_URL);
                                    assertThat(state.repository(site.texts))
                                            .contains(SiteFixtures.REPOSITORY);
                                    assertThat(state.projectId()).isEqualTo("project-1");
                                }));
    }

    @Test
    void goesLiveWithoutNamingItsRepository() {
        site.given(ownSiteAt(ProvisioningState.HOOK_CREATED))
                .when(new GoLive(SITE, 1, "project-1", SiteFixtures.LIVE_URL, "", request()))
                .expectEvents(
                        moved(ProvisioningState.HOOK_CREATED, ProvisioningState.LIVE),
                        completed().toBuilder().clearSealedGithubRepo().build());
    }

    @Test
    void endsTheAdoptionWhenItGoesLive() {
        site.given(adoptedSiteAt(ProvisioningState.HOOK_CREATED))
                .when(goLive())
                .expectEvents(
                        moved(ProvisioningState.HOOK_CREATED, ProvisioningState.LIVE),
                        completed(),
                        settled())
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().lifecycleStage())
                                                .isEqualTo(LifecycleStage.LIFECYCLE_STAGE_LIVE)));
    }

    @Test
    void ignoresTheDeployOfAnEarlierAttempt() {
        List<Object> second = failedOnceAnd(requestedAgain(2));
        ProvisioningState[] way = ProvisioningState.values();
        for (int i = 1; i <= ProvisioningState.HOOK_CREATED.ordinal(); i++) {
            second.add(moved(way[i - 1], way[i], 2));
        }

        site.given(second).when(goLive(1)).expectSuccessfulHandlerExecution().expectNoEvents();
    }

    @Test
    void countsTheDurationFromTheAttemptThatMadeIt() {
        List<Object> second = failedOnceAnd(at(NOON.plusSeconds(60), requestedAgain(2)));
        ProvisioningState[] way = ProvisioningState.values();
        for (int i = 1; i <= ProvisioningState.HOOK_CREATED.ordinal(); i++) {
            second.add(at(NOON.plusSeconds(60), moved(way[i - 1], way[i], 2)));
        }
        site.clock.advance(Duration.ofSeconds(65));

        site.given(second)
                .when(goLive(2))
                .expectEvents(
                        at(
                                NOON.plusSeconds(65),
                                moved(ProvisioningState.HOOK_CREATED, ProvisioningState.LIVE, 2)),
                        at(NOON.plusSeconds(65), after(Duration.ofSeconds(5), completed())));
    }

    @ParameterizedTest
    @EnumSource(
            names = {"REQUESTED", "SOURCE_RESOLVING", "VERCEL_CREATING", "HOOK_CREATING"},
            mode = EnumSource.Mode.INCLUDE)
    void failsInOneAppendAndSaysWhereAndWhy(ProvisioningState state) {
        site.given(ownSiteAt(state))
                .when(fail())
                .expectEvents(moved(state, ProvisioningState.FAILED), failed(state))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().hasFailed()).isTrue();
                                    assertThat(it.state().errorKind())
                                            .isEqualTo(ErrorKind.ERROR_KIND_USER_ACTION);
                                    assertThat(it.state().lastError())
                                            .isEqualTo("The name is taken.");
                                }));
    }

    @Test
    void failsWhateverAttemptItIsIfNoneIsNamed() {
        site.given(failedOnceAnd(requestedAgain(2)))
                .when(fail(null, requestOf(OPERATOR)))
                .expectEvents(
                        moved(ProvisioningState.REQUESTED, ProvisioningState.FAILED, 2),
                        failed(ProvisioningState.REQUESTED).toBuilder().setAttempt(2).build());
    }

    @Test
    void ignoresTheFailureOfAnEarlierAttempt() {
        site.given(failedOnceAnd(requestedAgain(2)))
                .when(fail())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void saysWhereASiteIsThatCannotFail() {
        site.given(ownSiteAt(ProvisioningState.AWAITING_GITHUB))
                .when(fail())
                .expectNoEvents()
                .expectException(refused(Refusal.FAIL_NOT_ALLOWED))
                .expectExceptionMessage("A site that is at awaiting_github cannot fail.");
    }

    @Test
    void neverFailsWithoutSayingWhoHasToAct() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new FailSite(
                                        SITE,
                                        1,
                                        ErrorKind.ERROR_KIND_UNSPECIFIED,
                                        "",
                                        requestOf(SERVICE)));
    }

    @Test
    void beginsANewAttemptAndForgetsTheError() {
        site.given(ownSiteAt(ProvisioningState.FAILED))
                .when(retry())
                .expectEvents(requestedAgain(2).toBuilder().setHasGithubLink(true).build())
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    SiteState state = it.state();
                                    assertThat(state.provisioning())
                                            .isEqualTo(ProvisioningState.REQUESTED);
                                    assertThat(state.attempt()).isEqualTo(2);
                                    assertThat(state.errorKind()).isNull();
                                    assertThat(state.lastError()).isNull();
                                }));
    }

    @Test
    void triesAnAdoptionAgainAsAnAdoption() {
        site.given(adoptedSiteAt(ProvisioningState.FAILED))
                .when(retry())
                .expectEvents(
                        requestedAgain(2).toBuilder()
                                .setHasGithubLink(true)
                                .setLifecycleStage(LifecycleStage.LIFECYCLE_STAGE_ADOPTED)
                                .setSagaKind(SagaKind.SAGA_KIND_ADOPT)
                                .build());
    }

    @Test
    void goesOnOnceGithubIsLinked() {
        site.given(ownSiteAt(ProvisioningState.AWAITING_GITHUB))
                .when(start(true))
                .expectEvents(
                        moved(
                                ProvisioningState.AWAITING_GITHUB,
                                ProvisioningState.SOURCE_RESOLVING));
    }

    @Test
    void staysParkedWhileGithubIsNotLinked() {
        site.given(ownSiteAt(ProvisioningState.AWAITING_GITHUB))
                .when(start(false))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    /** A site of the user's own whose first attempt failed, and what followed. */
    private static List<Object> failedOnceAnd(Object... more) {
        List<Object> events = new ArrayList<>(ownSiteAt(ProvisioningState.FAILED));
        events.addAll(Arrays.asList(more));
        return events;
    }
}
