package tools.choco.onboarding.refusal;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Clock;
import java.time.Instant;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;

/**
 * What the user of one session was refused, the first {@value #REFUSALS_MAX} times: a client that
 * hammers at a closed door must not fill the log.
 */
public class SessionRefusals {

    /** Refusals remembered of one session. */
    public static final int REFUSALS_MAX = 50;

    @SuppressWarnings("UnusedVariable") // Axon reads it.
    @AggregateIdentifier
    private @Nullable RefusalsId id;

    private int recorded;
    private Instant lastAt = Instant.EPOCH;

    /** For Axon, which rebuilds it from its events. */
    protected SessionRefusals() {}

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void decide(RecordRefusal command, Clock clock) {
        if (recorded >= REFUSALS_MAX) {
            return;
        }
        CommandRefused.Builder refused =
                CommandRefused.newBuilder()
                        .setRefusalsId(command.refusalsId().value())
                        .setSessionId(command.sessionId().value())
                        .setUserId(command.request().caller().subject())
                        .setOccurredAt(EventTime.toProto(EventTime.notBefore(lastAt, clock)))
                        .setCommand(command.command())
                        .setCode(command.code())
                        .addAllIssues(command.issues());
        if (command.stepId() != null) {
            refused.setStepId(command.stepId());
        }
        apply(refused.build(), MetaData.from(command.request().metadata()));
    }

    @EventSourcingHandler
    void evolve(CommandRefused event) {
        id = new RefusalsId(event.getRefusalsId());
        recorded++;
        lastAt = EventTime.fromProto(event.getOccurredAt());
    }
}
