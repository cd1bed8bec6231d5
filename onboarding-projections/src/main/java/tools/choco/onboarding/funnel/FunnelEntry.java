package tools.choco.onboarding.funnel;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.choco.onboarding.events.v1.ProvisioningState;

/**
 * One way of a session through a funnel.
 *
 * @param number from 1 in the order of their starts; 0 if no start has come yet: such an entry
 *     keeps what is known and counts nowhere
 * @param stages names of the stages, in funnel order; a fact tells if one was not offered after all
 * @param dimensionValues in the order of the funnel's dimensions; {@link Dimension#NONE} where
 *     there is none
 * @param test whether it is test traffic
 * @param facts in the order of {@link Fact#ORDER}
 */
record FunnelEntry(
        int number,
        List<String> stages,
        List<String> dimensionValues,
        boolean test,
        List<Fact> facts) {

    private static final long DAY_MICROS = 24L * 60 * 60 * 1_000_000;

    private static final Map<String, ProvisioningState> STATES =
            Stream.of(ProvisioningState.values())
                    .collect(Collectors.toUnmodifiableMap(FunnelEntry::word, state -> state));

    /** Whether it has a start, and so counts. */
    boolean isStarted() {
        return number > 0;
    }

    /**
     * Index of the fact that starts the entry.
     *
     * @throws IllegalStateException if it is not started
     */
    int start() {
        for (int i = 0; i < facts.size(); i++) {
            Fact fact = facts.get(i);
            if (fact.kind() == Fact.Kind.REACHED && fact.stage() == 0) {
                return i;
            }
        }
        throw new IllegalStateException("an entry without a start has neither day nor numbers");
    }

    /** The UTC day it belongs to: that of its start. */
    LocalDate startedDay() {
        return LocalDate.ofEpochDay(Math.floorDiv(facts.get(start()).timeMicros(), DAY_MICROS));
    }

    /** How it stands; depends on no order and no window. */
    Outcome outcome() {
        return Standing.of(this).outcome();
    }

    /** A state as the detail of a fact gives it. */
    static String word(ProvisioningState state) {
        return state == ProvisioningState.UNRECOGNIZED
                ? ""
                : state.name().substring("PROVISIONING_STATE_".length()).toLowerCase(Locale.ROOT);
    }

    static ProvisioningState state(String word) {
        return STATES.getOrDefault(word, ProvisioningState.UNRECOGNIZED);
    }
}
