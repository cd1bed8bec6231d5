package tools.choco.onboarding.events;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.audit.v1.OperatorActed;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;
import tools.choco.onboarding.events.v1.OnboardingAbandoned;
import tools.choco.onboarding.events.v1.OnboardingCompleted;
import tools.choco.onboarding.events.v1.OnboardingPathSelected;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingResumed;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;
import tools.choco.onboarding.events.v1.OnboardingStepSkipped;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteLifecycleStageChanged;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;

/**
 * The events of the log, in the order of the catalogue.
 *
 * <p>An event has two names: {@link #wireName()} in the envelope and for consumers, {@link
 * #protoName()} in the log. Both are stored, so neither ever changes.
 */
public enum EventType {
    ONBOARDING_STARTED(
            "onboarding.started", EventType.SESSION, OnboardingStarted.getDefaultInstance()),
    ONBOARDING_STEP_COMPLETED(
            "onboarding.step_completed",
            EventType.SESSION,
            OnboardingStepCompleted.getDefaultInstance()),
    ONBOARDING_STEP_SKIPPED(
            "onboarding.step_skipped",
            EventType.SESSION,
            OnboardingStepSkipped.getDefaultInstance()),
    ONBOARDING_STEP_REOPENED(
            "onboarding.step_reopened",
            EventType.SESSION,
            OnboardingStepReopened.getDefaultInstance()),
    ONBOARDING_PATH_SELECTED(
            "onboarding.path_selected",
            EventType.SESSION,
            OnboardingPathSelected.getDefaultInstance()),
    ONBOARDING_ABANDONED(
            "onboarding.abandoned", EventType.SESSION, OnboardingAbandoned.getDefaultInstance()),
    ONBOARDING_RESUMED(
            "onboarding.resumed", EventType.SESSION, OnboardingResumed.getDefaultInstance()),
    ONBOARDING_RESET("onboarding.reset", EventType.SESSION, OnboardingReset.getDefaultInstance()),
    ONBOARDING_COMPLETED(
            "onboarding.completed", EventType.SESSION, OnboardingCompleted.getDefaultInstance()),
    SITE_PROVISION_REQUESTED(
            "site.provision_requested",
            EventType.SITE,
            SiteProvisionRequested.getDefaultInstance()),
    SITE_STATE_CHANGED(
            "site.state_changed", EventType.SITE, SiteProvisionStateChanged.getDefaultInstance()),
    SITE_PROVISION_COMPLETED(
            "site.provision_completed",
            EventType.SITE,
            SiteProvisionCompleted.getDefaultInstance()),
    SITE_PROVISION_FAILED(
            "site.provision_failed", EventType.SITE, SiteProvisionFailed.getDefaultInstance()),
    SITE_WELCOME_PROVISIONED(
            "site.welcome_provisioned",
            EventType.SITE,
            WelcomeSiteProvisioned.getDefaultInstance()),
    SITE_WELCOME_ADOPTED(
            "site.welcome_adopted", EventType.SITE, WelcomeSiteAdopted.getDefaultInstance()),
    SITE_DEPLOY_STATUS_CHANGED(
            "site.deploy_status_changed",
            EventType.SITE,
            SiteDeployStatusChanged.getDefaultInstance()),
    SITE_STAGE_CHANGED(
            "site.stage_changed", EventType.SITE, SiteLifecycleStageChanged.getDefaultInstance()),
    COMMAND_REFUSED(
            "refusal.command_refused", EventType.REFUSALS, CommandRefused.getDefaultInstance()),
    EXTERNAL_EVENT_RECEIVED(
            "ingest.event_received",
            EventType.EXTERNAL_SESSION,
            ExternalEventReceived.getDefaultInstance()),
    OPERATOR_ACTED("audit.operator_acted", EventType.OPERATION, OperatorActed.getDefaultInstance());

    /** Aggregate type of the events of a session; their aggregate id is {@code session_id}. */
    public static final String SESSION = "OnboardingSession";

    /** Aggregate type of the events of a site; their aggregate id is {@code site_id}. */
    public static final String SITE = "Site";

    /** Aggregate type of what users were refused; its aggregate id is {@code refusals_id}. */
    public static final String REFUSALS = "SessionRefusals";

    /** Aggregate type of other systems' events; its id is {@code external_session_id}. */
    public static final String EXTERNAL_SESSION = "ExternalSession";

    /** Aggregate type of an operator's act; its aggregate id is {@code operation_id}. */
    public static final String OPERATION = "Operation";

    /**
     * Semantic version of the schema, stored with each event when it is appended.
     *
     * <p>Any change of the schema needs a new one; a test compares with what was approved under
     * this version.
     */
    public static final String SCHEMA_VERSION = "1.2.0";

    private static final List<EventType> ALL = List.of(values());
    private static final Map<Class<?>, EventType> BY_CLASS =
            index(type -> type.defaultInstance.getClass());
    private static final Map<String, EventType> BY_WIRE_NAME = index(EventType::wireName);
    private static final Map<String, EventType> BY_PROTO_NAME = index(EventType::protoName);

    private final String wireName;
    private final String aggregateType;
    private final Message defaultInstance;

    // What EventFields reads, looked up once instead of once an event.
    final @Nullable FieldDescriptor sessionIdField;
    final @Nullable FieldDescriptor userIdField;
    final FieldDescriptor occurredAtField;
    final @Nullable FieldDescriptor siteIdField;

    EventType(String wireName, String aggregateType, Message defaultInstance) {
        this.wireName = wireName;
        this.aggregateType = aggregateType;
        this.defaultInstance = defaultInstance;
        Descriptor descriptor = defaultInstance.getDescriptorForType();
        this.sessionIdField = descriptor.findFieldByName("session_id");
        this.userIdField = descriptor.findFieldByName("user_id");
        this.occurredAtField = descriptor.findFieldByName("occurred_at");
        this.siteIdField = descriptor.findFieldByName("site_id");
    }

    /** Every event type, in the order of the catalogue. */
    public static List<EventType> all() {
        return ALL;
    }

    /**
     * The type of an event.
     *
     * @throws IllegalArgumentException if {@code event} is no event of the catalogue
     */
    public static EventType of(Message event) {
        return known(BY_CLASS.get(event.getClass()), event.getDescriptorForType().getFullName());
    }

    /**
     * The type with a name as in the envelope, for instance {@code onboarding.started}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static EventType byWireName(String wireName) {
        return known(BY_WIRE_NAME.get(wireName), wireName);
    }

    /**
     * The type with a name as in the log, for instance {@code
     * events.onboarding.v1.OnboardingStarted}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static EventType byProtoName(String protoName) {
        return known(BY_PROTO_NAME.get(protoName), protoName);
    }

    /** Name in the envelope, for instance {@code onboarding.started}. */
    public String wireName() {
        return wireName;
    }

    /** Full name of the message, for instance {@code events.onboarding.v1.OnboardingStarted}. */
    public String protoName() {
        return descriptor().getFullName();
    }

    /** {@link #SESSION}, {@link #SITE}, or one of the other kinds. */
    public String aggregateType() {
        return aggregateType;
    }

    /** Whether it tells the story of a session or of one of its sites. */
    public boolean isOfSessionOrSite() {
        return aggregateType.equals(SESSION) || aggregateType.equals(SITE);
    }

    /** The event with every field at its default. */
    public Message defaultInstance() {
        return defaultInstance;
    }

    /** Fields of the event. */
    public Descriptor descriptor() {
        return defaultInstance.getDescriptorForType();
    }

    /** Parser of the event's bytes. */
    public Parser<? extends Message> parser() {
        return defaultInstance.getParserForType();
    }

    /**
     * Reads an event of this type. Fields of a newer schema are kept as unknown fields.
     *
     * @throws IllegalArgumentException if {@code bytes} are no message at all
     */
    public Message parse(byte[] bytes) {
        try {
            return parser().parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a readable " + protoName(), e);
        }
    }

    private static EventType known(@Nullable EventType type, String name) {
        if (type == null) {
            throw new IllegalArgumentException("no event of the catalogue: " + name);
        }
        return type;
    }

    private static <K> Map<K, EventType> index(Function<EventType, K> key) {
        return Arrays.stream(values())
                .collect(Collectors.toUnmodifiableMap(key, Function.identity()));
    }
}
