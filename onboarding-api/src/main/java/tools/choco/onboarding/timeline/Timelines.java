package tools.choco.onboarding.timeline;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.eventlog.AggregateReader;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.funnel.Condition;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.refusal.RefusalsId;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.timeline.TimelinePage.Actor;
import tools.choco.onboarding.timeline.TimelinePage.Aggregate;
import tools.choco.onboarding.timeline.TimelinePage.Item;
import tools.choco.onboarding.watch.SitesOfSession;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tells the stories of sessions from the log. */
public final class Timelines {

    /**
     * What is shown of each event. All else may name a person or be something that one wrote:
     * answers, reasons, slugs, addresses, messages.
     */
    private static final Map<EventType, Set<String>> SHOWN =
            Map.ofEntries(
                    Map.entry(
                            EventType.ONBOARDING_STARTED,
                            Set.of(
                                    "flow_id",
                                    "flow_version",
                                    "variant",
                                    "source",
                                    "total_steps",
                                    "previous_session_id")),
                    Map.entry(
                            EventType.ONBOARDING_STEP_COMPLETED,
                            Set.of("step_id", "ordinal", "step_duration_ms", "amended", "site_id")),
                    Map.entry(EventType.ONBOARDING_STEP_SKIPPED, Set.of("step_id", "ordinal")),
                    Map.entry(EventType.ONBOARDING_STEP_REOPENED, Set.of("step_id", "ordinal")),
                    Map.entry(EventType.ONBOARDING_PATH_SELECTED, Set.of("path_id")),
                    Map.entry(
                            EventType.ONBOARDING_ABANDONED,
                            Set.of("idle_duration_ms", "last_step_id")),
                    Map.entry(
                            EventType.ONBOARDING_RESUMED,
                            Set.of("gap_duration_ms", "last_step_id")),
                    Map.entry(EventType.ONBOARDING_RESET, Set.of("initiated_by", "new_session_id")),
                    Map.entry(
                            EventType.ONBOARDING_COMPLETED,
                            Set.of(
                                    "total_steps",
                                    "completed_steps",
                                    "skipped_steps",
                                    "total_duration_ms")),
                    Map.entry(
                            EventType.SITE_PROVISION_REQUESTED,
                            Set.of(
                                    "hosting_mode",
                                    "lifecycle_stage",
                                    "has_github_link",
                                    "template_id",
                                    "saga_kind")),
                    Map.entry(EventType.SITE_STATE_CHANGED, Set.of("from_state", "to_state")),
                    Map.entry(EventType.SITE_PROVISION_COMPLETED, Set.of("total_duration_ms")),
                    Map.entry(
                            EventType.SITE_PROVISION_FAILED, Set.of("failed_state", "error_kind")),
                    Map.entry(EventType.SITE_WELCOME_PROVISIONED, Set.of("template_id")),
                    Map.entry(EventType.SITE_WELCOME_ADOPTED, Set.of()),
                    Map.entry(EventType.SITE_DEPLOY_STATUS_CHANGED, Set.of("deploy_status")),
                    Map.entry(EventType.SITE_STAGE_CHANGED, Set.of("from_stage", "to_stage")),
                    Map.entry(
                            EventType.COMMAND_REFUSED,
                            Set.of("command", "step_id", "code", "issues")),
                    Map.entry(
                            EventType.EXTERNAL_EVENT_RECEIVED,
                            Set.of("source_service", "source_event_id")));

    private final AggregateReader log;
    private final SitesOfSession sitesOfSession;
    private final Set<String> partsOfTheService;
    private final JsonMapper json;

    /**
     * @param partsOfTheService names under which the service itself acts
     */
    public Timelines(
            AggregateReader log,
            SitesOfSession sitesOfSession,
            Set<String> partsOfTheService,
            JsonMapper json) {
        this.log = log;
        this.sitesOfSession = sitesOfSession;
        this.partsOfTheService = Set.copyOf(partsOfTheService);
        this.json = json;
    }

    /**
     * The events after a position; of another service's session too, by its id in the log.
     *
     * @throws Refused with {@code SESSION_NOT_FOUND} if no session of that id ever started
     */
    TimelinePage page(String id, long after, int limit) {
        SessionId session = SessionId.of(id);
        requireStarted(session);
        return page(List.of(id), after, limit, (items, next) -> new TimelinePage(id, items, next));
    }

    /**
     * The events of several sessions after a position, in one order; an id of which the log knows
     * nothing adds nothing.
     */
    TicketTimelinePage ofTicket(String ticketId, List<String> sessions, long after, int limit) {
        return page(
                sessions,
                after,
                limit,
                (items, next) -> new TicketTimelinePage(ticketId, sessions, items, next));
    }

    private <T> T page(
            List<String> sessions,
            long after,
            int limit,
            BiFunction<List<Item>, @Nullable String, T> page) {
        List<String> aggregates = new ArrayList<>(sessions);
        for (String session : sessions) {
            aggregates.addAll(sitesOfSession.siteIds(session));
            aggregates.add(RefusalsId.of(new SessionId(session)).value());
        }
        // One more than asked for tells whether there is a next page.
        List<? extends TrackedEventMessage<?>> events = log.after(after, aggregates, limit + 1);
        List<Item> items = new ArrayList<>();
        for (TrackedEventMessage<?> event : events.subList(0, Math.min(limit, events.size()))) {
            items.add(item(event));
        }
        return page.apply(items, events.size() > limit ? items.getLast().position() : null);
    }

    /** An id may name a site, or nothing. */
    private void requireStarted(SessionId session) {
        OptionalLong first = log.position(session.value(), 0);
        boolean isSession =
                first.isPresent()
                        && log.after(first.getAsLong() - 1, List.of(session.value()), 1).stream()
                                .anyMatch(
                                        it ->
                                                it.getPayload() instanceof Message event
                                                        && isOfASession(EventType.of(event)));
        if (!isSession) {
            throw Refused.because(Refusal.SESSION_NOT_FOUND, "There is no such session.");
        }
    }

    private static boolean isOfASession(EventType type) {
        return type.aggregateType().equals(EventType.SESSION)
                || type.aggregateType().equals(EventType.EXTERNAL_SESSION);
    }

    private Item item(TrackedEventMessage<?> message) {
        LoggedEvent event = LoggedEvent.of(message);
        EventType type = EventType.of(event.payload());
        Integer attempt = attempt(event.payload());
        return new Item(
                Long.toString(event.position()),
                event.eventId(),
                event.payload() instanceof ExternalEventReceived external
                        ? external.getSourceEventType()
                        : type.wireName(),
                event.occurredAt(),
                event.appendedAt(),
                aggregate(type),
                event.aggregateId(),
                actor(message, type, event.payload()),
                text(message, EventMetadata.CORRELATION_ID),
                text(message, EventMetadata.CAUSATION_ID),
                attempt,
                event.payload() instanceof SiteProvisionRequested && attempt != null && attempt > 1,
                fields(event.payload(), SHOWN.getOrDefault(type, Set.of())));
    }

    private static Aggregate aggregate(EventType type) {
        return switch (type.aggregateType()) {
            case EventType.SESSION -> Aggregate.SESSION;
            case EventType.SITE -> Aggregate.SITE;
            case EventType.REFUSALS -> Aggregate.REFUSALS;
            default -> Aggregate.EXTERNAL_SESSION;
        };
    }

    private Actor actor(TrackedEventMessage<?> message, EventType type, Message event) {
        if (type == EventType.EXTERNAL_EVENT_RECEIVED) {
            return Actor.OTHER_SERVICE;
        }
        String actor = text(message, EventMetadata.ACTOR);
        if (EventFields.userId(event).equals(actor)) {
            return Actor.USER;
        }
        return actor == null || partsOfTheService.contains(actor) ? Actor.SERVICE : Actor.OPERATOR;
    }

    private static @Nullable String text(TrackedEventMessage<?> message, String name) {
        return message.getMetaData().get(name) instanceof String text ? text : null;
    }

    private static @Nullable Integer attempt(Message event) {
        FieldDescriptor field = event.getDescriptorForType().findFieldByName("attempt");
        return field == null ? null : (Integer) event.getField(field);
    }

    /** What has no value is left out. */
    private ObjectNode fields(Message event, Set<String> shown) {
        ObjectNode fields = json.createObjectNode();
        for (FieldDescriptor field : event.getDescriptorForType().getFields()) {
            if (!shown.contains(field.getName())) {
                continue;
            }
            String name = field.getJsonName();
            if (field.isRepeated()) {
                ArrayNode texts = fields.putArray(name);
                ((List<?>) event.getField(field)).forEach(it -> texts.add(it.toString()));
                continue;
            }
            switch (event.getField(field)) {
                case String text -> {
                    if (!text.isEmpty()) {
                        fields.put(name, text);
                    }
                }
                case EnumValueDescriptor word -> {
                    if (word.getNumber() != 0) {
                        fields.put(name, Condition.text(word));
                    }
                }
                case Integer number -> fields.put(name, number);
                case Long number -> fields.put(name, number);
                case Boolean flag -> fields.put(name, flag);
                default ->
                        throw new IllegalStateException(field.getFullName() + " has no short form");
            }
        }
        return fields;
    }
}
