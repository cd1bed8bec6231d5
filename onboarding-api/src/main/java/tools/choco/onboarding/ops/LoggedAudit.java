package tools.choco.onboarding.ops;

import com.google.protobuf.Message;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.axonframework.common.IdentifierFactory;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.edge.RequestId;
import tools.choco.onboarding.eventlog.AggregateReader;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.audit.v1.OperatorActed;

/** Appends each act to the event log, as a stream of its own with one event. */
public final class LoggedAudit implements Audit {

    /** Field under which a reason is sealed. */
    public static final String REASON = "reason";

    private final EventBus log;
    private final AggregateReader aggregates;
    private final TextVault texts;
    private final Clock clock;

    /**
     * @param aggregates says whose session or site an act is about
     */
    public LoggedAudit(EventBus log, AggregateReader aggregates, TextVault texts, Clock clock) {
        this.log = log;
        this.aggregates = aggregates;
        this.texts = texts;
        this.clock = clock;
    }

    @Override
    public void record(
            String actor,
            String action,
            String target,
            @Nullable String about,
            String reason,
            String outcome) {
        String id = IdentifierFactory.getInstance().generateIdentifier();
        OperatorActed.Builder event =
                OperatorActed.newBuilder()
                        .setOperationId(id)
                        .setOccurredAt(EventTime.toProto(EventTime.now(clock)))
                        .setActor(actor)
                        .setAction(action)
                        .setTarget(target)
                        .setOutcome(outcome);
        userOf(about)
                .ifPresentOrElse(
                        user ->
                                event.setAboutUserId(user)
                                        .setSealedReason(texts.seal(user, id, REASON, reason)),
                        () -> event.setReason(reason));
        log.publish(
                new GenericDomainEventMessage<>(
                        EventType.OPERATION,
                        id,
                        0,
                        event.build(),
                        MetaData.with(EventMetadata.ACTOR, actor)
                                .and(EventMetadata.CORRELATION_ID, RequestId.current())));
    }

    /** Whose session or site it is; the first event of either says so. */
    private Optional<String> userOf(@Nullable String about) {
        if (about == null) {
            return Optional.empty();
        }
        OptionalLong first = aggregates.position(about, 0);
        return first.isEmpty()
                ? Optional.empty()
                : aggregates.after(first.getAsLong() - 1, List.of(about), 1).stream()
                        .map(it -> (Message) it.getPayload())
                        .filter(it -> EventType.of(it).isOfSessionOrSite())
                        .map(EventFields::userId)
                        .findFirst();
    }
}
