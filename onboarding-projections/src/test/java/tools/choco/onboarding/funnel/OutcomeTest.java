package tools.choco.onboarding.funnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.events.v1.ProvisioningState;

class OutcomeTest {

    @Test
    void holdsExactlyOnceForEveryCombination() {
        Set<Outcome> seen = EnumSet.noneOf(Outcome.class);
        for (Outcome.Facts facts : everyCombination()) {
            List<Outcome> holding =
                    Arrays.stream(Outcome.values()).filter(it -> it.holds(facts)).toList();

            assertThat(holding).as("%s", facts).hasSize(1);
            assertThat(Outcome.of(facts)).isEqualTo(holding.getFirst());
            seen.addAll(holding);
        }
        assertThat(seen).containsExactlyInAnyOrder(Outcome.values());
    }

    @Test
    void followsTheOrderOfPrecedence() {
        ProvisioningState failed = ProvisioningState.PROVISIONING_STATE_FAILED;
        ProvisioningState parked = ProvisioningState.PROVISIONING_STATE_AWAITING_GITHUB;
        ProvisioningState hop = ProvisioningState.PROVISIONING_STATE_HOOK_CREATING;
        ProvisioningState live = ProvisioningState.PROVISIONING_STATE_LIVE;
        ProvisioningState none = ProvisioningState.PROVISIONING_STATE_UNSPECIFIED;

        assertThat(outcome(true, true, true, true, failed)).isEqualTo(Outcome.CONVERTED);
        assertThat(outcome(false, true, true, true, failed)).isEqualTo(Outcome.RESET);
        assertThat(outcome(false, false, false, true, failed)).isEqualTo(Outcome.FAILED);
        assertThat(outcome(false, false, true, true, live)).isEqualTo(Outcome.FAILED);
        assertThat(outcome(false, false, true, false, none)).isEqualTo(Outcome.FAILED);
        assertThat(outcome(false, false, false, true, parked)).isEqualTo(Outcome.DROPPED);
        assertThat(outcome(false, false, false, true, hop)).isEqualTo(Outcome.DROPPED);
        assertThat(outcome(false, false, false, false, parked)).isEqualTo(Outcome.PARKED_ON_USER);
        assertThat(outcome(false, false, false, false, hop)).isEqualTo(Outcome.PARKED_ON_US);
        assertThat(outcome(false, false, false, false, live)).isEqualTo(Outcome.IN_FLIGHT);
        assertThat(outcome(false, false, false, false, none)).isEqualTo(Outcome.IN_FLIGHT);
    }

    private static Outcome outcome(
            boolean completed,
            boolean wasReset,
            boolean exited,
            boolean abandoned,
            ProvisioningState site) {
        return Outcome.of(new Outcome.Facts(completed, wasReset, exited, abandoned, site));
    }

    private static List<Outcome.Facts> everyCombination() {
        List<Outcome.Facts> all = new ArrayList<>();
        for (boolean completed : new boolean[] {false, true}) {
            for (boolean wasReset : new boolean[] {false, true}) {
                for (boolean exited : new boolean[] {false, true}) {
                    for (boolean abandoned : new boolean[] {false, true}) {
                        for (ProvisioningState site : ProvisioningState.values()) {
                            if (site != ProvisioningState.UNRECOGNIZED) {
                                all.add(
                                        new Outcome.Facts(
                                                completed, wasReset, exited, abandoned, site));
                            }
                        }
                    }
                }
            }
        }
        return all;
    }
}
