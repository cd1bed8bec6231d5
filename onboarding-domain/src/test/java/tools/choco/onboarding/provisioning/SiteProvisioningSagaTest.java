package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.site.ProvisioningState.AWAITING_GITHUB;
import static tools.choco.onboarding.site.ProvisioningState.FAILED;
import static tools.choco.onboarding.site.ProvisioningState.HOOK_CREATED;
import static tools.choco.onboarding.site.ProvisioningState.HOOK_CREATING;
import static tools.choco.onboarding.site.ProvisioningState.LIVE;
import static tools.choco.onboarding.site.ProvisioningState.REQUESTED;
import static tools.choco.onboarding.site.ProvisioningState.SOURCE_RESOLVED;
import static tools.choco.onboarding.site.ProvisioningState.SOURCE_RESOLVING;
import static tools.choco.onboarding.site.ProvisioningState.VERCEL_CREATED;
import static tools.choco.onboarding.site.ProvisioningState.VERCEL_CREATING;
import static tools.choco.onboarding.site.SiteFixtures.SITE;
import static tools.choco.onboarding.site.SiteFixtures.adopted;
import static tools.choco.onboarding.site.SiteFixtures.completed;
import static tools.choco.onboarding.site.SiteFixtures.failed;
import static tools.choco.onboarding.site.SiteFixtures.moved;
import static tools.choco.onboarding.site.SiteFixtures.requested;
import static tools.choco.onboarding.site.SiteFixtures.requestedAgain;
import static tools.choco.onboarding.site.SiteFixtures.welcomeRequested;
import static tools.choco.onboarding.site.SiteFixtures.welcomed;

import java.util.ArrayList;
import java.util.List;
import org.axonframework.test.saga.SagaTestFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.choco.onboarding.site.ProvisioningState;

class SiteProvisioningSagaTest {

    private final List<Hop> asked = new ArrayList<>();
    private final SagaTestFixture<SiteProvisioningSaga> saga =
            new SagaTestFixture<>(SiteProvisioningSaga.class);

    SiteProvisioningSagaTest() {
        Hops hops = asked::add;
        saga.registerResource(hops);
    }

    @Test
    void asksForTheFirstHopOfARequestedSite() {
        saga.givenNoPriorActivity()
                .whenPublishingA(requested())
                .expectActiveSagas(1)
                .expectAssociationWith("siteId", SITE.value());

        assertThat(asked).containsExactly(hop(1, REQUESTED));
    }

    @Test
    void asksForTheFirstHopOfAnAdoptedSite() {
        saga.givenAPublished(welcomeRequested())
                .andThenAPublished(welcomed())
                .whenPublishingA(adopted())
                .expectActiveSagas(1);

        assertThat(asked).containsExactly(hop(1, REQUESTED));
    }

    @Test
    void leavesAWelcomeSiteAlone() {
        saga.givenAPublished(welcomeRequested())
                .whenPublishingA(welcomed())
                .expectActiveSagas(0)
                .expectNoAssociationWith("siteId", SITE.value());

        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "REQUESTED, SOURCE_RESOLVING",
        "SOURCE_RESOLVING, SOURCE_RESOLVED",
        "SOURCE_RESOLVED, VERCEL_CREATING",
        "VERCEL_CREATING, VERCEL_CREATED",
        "VERCEL_CREATED, HOOK_CREATING",
        "HOOK_CREATING, HOOK_CREATED",
        "AWAITING_GITHUB, SOURCE_RESOLVING"
    })
    void asksForTheHopOutOfEveryStateWithWorkToDo(ProvisioningState from, ProvisioningState to) {
        saga.givenAPublished(requested()).whenPublishingA(moved(from, to)).expectActiveSagas(1);

        assertThat(asked).containsExactly(hop(1, REQUESTED), hop(1, to));
    }

    @Test
    void asksForNothingWhileTheSiteIsParked() {
        saga.givenAPublished(requested())
                .andThenAPublished(moved(REQUESTED, SOURCE_RESOLVING))
                .whenPublishingA(moved(SOURCE_RESOLVING, AWAITING_GITHUB))
                .expectActiveSagas(1)
                .expectNoScheduledEvents()
                .expectNoScheduledDeadlines();

        assertThat(asked).containsExactly(hop(1, REQUESTED), hop(1, SOURCE_RESOLVING));
    }

    @Test
    void asksForTheSameHopAgainWhenAParkedSiteGoesOn() {
        saga.givenAPublished(requested())
                .andThenAPublished(moved(REQUESTED, SOURCE_RESOLVING))
                .andThenAPublished(moved(SOURCE_RESOLVING, AWAITING_GITHUB))
                .whenPublishingA(moved(AWAITING_GITHUB, SOURCE_RESOLVING))
                .expectActiveSagas(1);

        assertThat(asked)
                .containsExactly(
                        hop(1, REQUESTED), hop(1, SOURCE_RESOLVING), hop(1, SOURCE_RESOLVING));
    }

    @Test
    void endsWhenTheSiteIsLive() {
        saga.givenAPublished(requested())
                .andThenAPublished(moved(HOOK_CREATED, LIVE))
                .whenPublishingA(completed())
                .expectActiveSagas(0)
                .expectNoAssociationWith("siteId", SITE.value());

        assertThat(asked).containsExactly(hop(1, REQUESTED));
    }

    @Test
    void endsWhenTheSiteHasFailed() {
        saga.givenAPublished(requested())
                .andThenAPublished(moved(REQUESTED, FAILED))
                .whenPublishingA(failed(REQUESTED))
                .expectActiveSagas(0)
                .expectNoAssociationWith("siteId", SITE.value());

        assertThat(asked).containsExactly(hop(1, REQUESTED));
    }

    @Test
    void beginsAgainWithARetry() {
        saga.givenAPublished(requested())
                .andThenAPublished(moved(REQUESTED, FAILED))
                .andThenAPublished(failed(REQUESTED))
                .andThenAPublished(requestedAgain(2))
                .whenPublishingA(moved(REQUESTED, SOURCE_RESOLVING, 2))
                .expectActiveSagas(1);

        assertThat(asked)
                .containsExactly(hop(1, REQUESTED), hop(2, REQUESTED), hop(2, SOURCE_RESOLVING));
    }

    @Test
    void asksForTheSameThingWhenAnEventComesAgain() {
        saga.givenAPublished(requested())
                .andThenAPublished(requested())
                .andThenAPublished(moved(REQUESTED, SOURCE_RESOLVING))
                .whenPublishingA(moved(REQUESTED, SOURCE_RESOLVING))
                .expectActiveSagas(1);

        assertThat(asked)
                .containsExactly(
                        hop(1, REQUESTED),
                        hop(1, REQUESTED),
                        hop(1, SOURCE_RESOLVING),
                        hop(1, SOURCE_RESOLVING));
    }

    @Test
    void keepsSitesApart() {
        String other = "5f0c2f3e-0000-5000-8000-000000000003";

        saga.givenAPublished(requested())
                .andThenAPublished(requested().toBuilder().setSiteId(other).build())
                .andThenAPublished(moved(REQUESTED, FAILED))
                .whenPublishingA(failed(REQUESTED))
                .expectActiveSagas(1)
                .expectAssociationWith("siteId", other);

        assertThat(asked).containsExactly(hop(1, REQUESTED), new Hop(other, 1, REQUESTED));
    }

    @Test
    void asksForEveryHopOfAWholeProvisioningOnce() {
        saga.givenAPublished(requested())
                .andThenAPublished(moved(REQUESTED, SOURCE_RESOLVING))
                .andThenAPublished(moved(SOURCE_RESOLVING, SOURCE_RESOLVED))
                .andThenAPublished(moved(SOURCE_RESOLVED, VERCEL_CREATING))
                .andThenAPublished(moved(VERCEL_CREATING, VERCEL_CREATED))
                .andThenAPublished(moved(VERCEL_CREATED, HOOK_CREATING))
                .andThenAPublished(moved(HOOK_CREATING, HOOK_CREATED))
                .andThenAPublished(moved(HOOK_CREATED, LIVE))
                .whenPublishingA(completed())
                .expectActiveSagas(0);

        assertThat(asked)
                .containsExactly(
                        hop(1, REQUESTED),
                        hop(1, SOURCE_RESOLVING),
                        hop(1, SOURCE_RESOLVED),
                        hop(1, VERCEL_CREATING),
                        hop(1, VERCEL_CREATED),
                        hop(1, HOOK_CREATING),
                        hop(1, HOOK_CREATED));
    }

    private static Hop hop(int attempt, ProvisioningState at) {
        return new Hop(SITE.value(), attempt, at);
    }
}
