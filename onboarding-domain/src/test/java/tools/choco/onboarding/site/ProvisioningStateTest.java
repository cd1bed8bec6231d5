package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProvisioningStateTest {

    /** The page's own notation: every hop there is. */
    private static final String TABLE =
            """
            requested -> source_resolving
            source_resolving -> source_resolved
            source_resolved -> vercel_creating
            vercel_creating -> vercel_created
            vercel_created -> hook_creating
            hook_creating -> hook_created
            hook_created -> live
            source_resolving -> awaiting_github
            awaiting_github -> source_resolving
            requested -> failed
            source_resolving -> failed
            vercel_creating -> failed
            hook_creating -> failed
            """;

    @Test
    void hasTheHopsOfTheTableAndNoOther() {
        Set<String> hops = new TreeSet<>();
        for (ProvisioningState from : ProvisioningState.values()) {
            for (ProvisioningState to : ProvisioningState.values()) {
                if (from.leadsTo(to)) {
                    hops.add(from.wireName() + " -> " + to.wireName());
                }
            }
        }

        assertThat(hops).isEqualTo(TABLE.lines().collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void endsAtLiveAndFailedAndWaitsAtAwaitingGithub() {
        assertThat(ProvisioningState.values())
                .filteredOn(ProvisioningState::isTerminal)
                .containsExactly(ProvisioningState.LIVE, ProvisioningState.FAILED);
        assertThat(ProvisioningState.values())
                .filteredOn(it -> !it.isUnderWay())
                .containsExactly(
                        ProvisioningState.LIVE,
                        ProvisioningState.AWAITING_GITHUB,
                        ProvisioningState.FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void hasTheNamesOfTheEventsAndOfTheWire(ProvisioningState state) {
        assertThat(ProvisioningState.of(state.toProto())).isEqualTo(state);
        assertThat(state.toProto().name())
                .isEqualToIgnoringCase("PROVISIONING_STATE_" + state.wireName());
    }

    @Test
    void knowsEveryStateThatEventsCanName() {
        assertThat(Arrays.stream(tools.choco.onboarding.events.v1.ProvisioningState.values()))
                .hasSize(ProvisioningState.values().length + 2);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                ProvisioningState.of(
                                        tools.choco.onboarding.events.v1.ProvisioningState
                                                .UNRECOGNIZED));
    }
}
