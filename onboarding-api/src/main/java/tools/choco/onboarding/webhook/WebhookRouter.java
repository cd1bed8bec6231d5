package tools.choco.onboarding.webhook;

import com.google.protobuf.Message;
import java.util.UUID;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.Segment;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.LoggedEvent;

/**
 * Makes a delivery of an event for each subscription that asks for it, in the transaction of its
 * processor's token. It never replays, and makes none twice if it should see an event again.
 */
public final class WebhookRouter implements EventHandlerInvoker {

    /** Name of its processor; token rows hang on it. */
    public static final String NAME = "webhooks";

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
        return EventType.all().stream()
                .anyMatch(
                        type ->
                                type.isOfSessionOrSite()
                                        && type.defaultInstance().getClass() == payloadType);
    }

    @Override
    public boolean supportsReset() {
        return false;
    }

    @Override
    public void handle(EventMessage<?> message, Segment segment) {
        LoggedEvent event = LoggedEvent.of(message);
        Message payload = event.payload();
        deliveries
                .add(
                        UUID.fromString(event.eventId()),
                        EventType.of(payload).wireName(),
                        event.position(),
                        EventClasses.of(payload))
                .forEach(tasks::due);
    }
}
