package tools.choco.onboarding.ops;

import java.time.Clock;
import org.axonframework.common.IdentifierFactory;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.edge.RequestId;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.audit.v1.OperatorActed;

/** Appends each act to the event log, as a stream of its own with one event. */
public final class LoggedAudit implements Audit {

    private final EventBus log;
    private final Clock clock;

    public LoggedAudit(EventBus log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    @Override
    public void record(String actor, String action, String target, String reason, String outcome) {
        String id = IdentifierFactory.getInstance().generateIdentifier();
        OperatorActed event =
                OperatorActed.newBuilder()
                        .setOperationId(id)
                        .setOccurredAt(EventTime.toProto(EventTime.now(clock)))
                        .setActor(actor)
                        .setAction(action)
                        .setTarget(target)
                        .setReason(reason)
                        .setOutcome(outcome)
                        .build();
        log.publish(
                new GenericDomainEventMessage<>(
                        EventType.OPERATION,
                        id,
                        0,
                        event,
                        MetaData.with(EventMetadata.ACTOR, actor)
                                .and(EventMetadata.CORRELATION_ID, RequestId.current())));
    }
}
