package tools.choco.onboarding.webhook;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.Segment;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.LoggedEvent;

/**
 * Makes a delivery of an event for each subscription that asks for it, in the transaction of its
 * processor's token. It never replays, and makes none twice if it should see an event again.
 */
public final class WebhookRouter implements EventHandlerInvoker {

    /** Name of its processor; token rows hang on it. */
    public static final String NAME = "webhooks";

    private static final Set<Class<?>> ROUTED =
            EventType.all().stream()
                    .filter(EventType::isOfSessionOrSite)
                    .map(type -> type.defaultInstance().getClass())
                    .collect(Collectors.toUnmodifiableSet());

    private final Deliveries deliveries;
    private final WebhookTasks tasks;

    public WebhookRouter(Deliveries deliveries, WebhookTasks tasks) {
        this.deliveries = deliveries;
        this.tasks = tasks;
    }

    @Override
    public boolean canHandle(EventMessage<?> event, Segment segment) {
        return canHandleType(event.getPayloadType());
    }

    @Override
    public boolean canHandleType(Class<?> payloadType) {
        return ROUTED.contains(payloadType);
    }

    @Override
    public boolean supportsReset() {
        return false;
    }

    /** The events of a batch are collected: their deliveries are one statement. */
    @Override
    public void handle(EventMessage<?> message, Segment segment) {
        UnitOfWork<?> unitOfWork = CurrentUnitOfWork.get();
        List<Deliveries.Routed> batch =
                unitOfWork.getOrComputeResource(
                        WebhookRouter.class.getName(), key -> beginBatch(unitOfWork));
        LoggedEvent event = LoggedEvent.of(message);
        batch.add(
                new Deliveries.Routed(
                        UUID.fromString(event.eventId()),
                        EventType.of(event.payload()).wireName(),
                        event.position(),
                        EventClasses.of(event.payload())));
    }

    private List<Deliveries.Routed> beginBatch(UnitOfWork<?> unitOfWork) {
        List<Deliveries.Routed> batch = new ArrayList<>();
        unitOfWork.onPrepareCommit(ignored -> deliveries.add(batch).forEach(tasks::due));
        return batch;
    }
}
