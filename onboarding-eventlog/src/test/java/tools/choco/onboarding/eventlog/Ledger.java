package tools.choco.onboarding.eventlog;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;
import static org.axonframework.modelling.command.AggregateLifecycle.createNew;

import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;

/**
 * An aggregate that counts its entries. Every command is answered with the number of entries after
 * it, or refused with an {@link IllegalStateException} that names the number.
 */
class Ledger {

    @AggregateIdentifier private @Nullable String id;

    private int entries;

    /** Makes the first entry, or none. */
    record Open(@TargetAggregateIdentifier String id) {}

    /** Makes an entry if there are at least {@code min} and less than {@code max}. */
    record Enter(@TargetAggregateIdentifier String id, int min, int max) {}

    /** Makes an entry and is refused then. */
    record EnterInVain(@TargetAggregateIdentifier String id) {}

    /** Makes no entry. */
    record Count(@TargetAggregateIdentifier String id) {}

    /**
     * Opens another ledger.
     *
     * @param note whether it makes an entry about that
     */
    record Spawn(@TargetAggregateIdentifier String id, String otherId, boolean note) {}

    protected Ledger() {}

    private Ledger(String id) {
        enter(id);
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    int decide(Open command) {
        if (entries == 0) {
            enter(command.id());
        }
        return entries;
    }

    @CommandHandler
    int decide(Enter command) {
        if (entries < command.min() || entries >= command.max()) {
            throw refused();
        }
        enter(command.id());
        return entries;
    }

    @CommandHandler
    int decide(EnterInVain command) {
        enter(command.id());
        throw refused();
    }

    @CommandHandler
    int decide(Count command) {
        return entries;
    }

    @CommandHandler
    int decide(Spawn command) throws Exception {
        if (command.note()) {
            enter(command.id());
        }
        createNew(Ledger.class, () -> new Ledger(command.otherId()));
        return entries;
    }

    @EventSourcingHandler
    void evolve(OnboardingStepReopened entry) {
        id = entry.getSessionId();
        entries++;
    }

    private static void enter(String id) {
        apply(OnboardingStepReopened.newBuilder().setSessionId(id).build());
    }

    private IllegalStateException refused() {
        return new IllegalStateException("There are " + entries);
    }
}
