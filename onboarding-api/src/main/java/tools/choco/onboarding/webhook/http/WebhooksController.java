package tools.choco.onboarding.webhook.http;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.edge.AsOperator;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.ops.Audit;
import tools.choco.onboarding.projection.Cursor;
import tools.choco.onboarding.webhook.Deliveries;
import tools.choco.onboarding.webhook.Delivery;
import tools.choco.onboarding.webhook.EventClasses;
import tools.choco.onboarding.webhook.RefusedUrl;
import tools.choco.onboarding.webhook.Webhook;
import tools.choco.onboarding.webhook.WebhookTasks;
import tools.choco.onboarding.webhook.Webhooks;

/** Subscriptions of other systems, and what was delivered to them. */
@RestController
@RequestMapping("/webhooks")
class WebhooksController {

    private static final String STATES = "pending|delivered|parked";
    private static final String PRINTABLE = "[^\\p{Cntrl}]*";
    private static final String PAGE_DEFAULT = "50";
    private static final int PAGE_MAX = 500;
    private static final java.util.regex.Pattern ID =
            java.util.regex.Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Webhooks webhooks;
    private final Deliveries deliveries;
    private final WebhookTasks tasks;
    private final Audit audit;

    WebhooksController(Webhooks webhooks, Deliveries deliveries, WebhookTasks tasks, Audit audit) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.tasks = tasks;
        this.audit = audit;
    }

    record CreateBody(
            @NotNull @Size(min = 1, max = 2000) String url,
            @NotNull @Size(min = 1, max = 50)
                    List<@NotNull @Size(min = 1, max = 64) String> eventTypes,
            @Nullable @Size(max = 200) @Pattern(regexp = PRINTABLE) String description,
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record ReasonBody(
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record WebhookBody(
            String webhookId,
            String url,
            List<String> eventTypes,
            String description,
            Instant createdAt,
            long pending,
            long parked,
            @Nullable Instant failingSince,
            int consecutiveFailures,
            @Nullable Instant lastDeliveredAt,
            @Nullable String lastError) {}

    record CreatedBody(WebhookBody webhook, String secret) {}

    record RotatedBody(String webhookId, String secret, Instant oldKeysValidUntil) {}

    record WebhookPage(List<WebhookBody> items, @Nullable String nextCursor) {}

    record DeliveryBody(
            String deliveryId,
            String eventId,
            String eventType,
            String state,
            int attempts,
            Instant createdAt,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant lastAttemptAt,
            @Nullable Integer lastStatus,
            @Nullable String lastError,
            @Nullable Instant deliveredAt) {}

    record DeliveryPage(List<DeliveryBody> items, @Nullable String nextCursor) {}

    @PostMapping
    ResponseEntity<CreatedBody> create(
            @AsOperator EdgeCall call, @Valid @RequestBody CreateBody body) {
        List<String> types = body.eventTypes();
        for (int i = 0; i < types.size(); i++) {
            if (!EventClasses.isKnown(types.get(i))) {
                throw EdgeProblem.at(
                        ProblemCode.INVALID_VALUE,
                        "/eventTypes/" + i,
                        "There is no such type or class of events.");
            }
        }
        Webhooks.Made made;
        try {
            String description = body.description() == null ? "" : body.description();
            made =
                    webhooks.create(body.url(), types, description)
                            .orElseThrow(
                                    () ->
                                            EdgeProblem.of(
                                                    ProblemCode.TOO_MANY_WEBHOOKS,
                                                    "Delete one that is not needed any more."));
        } catch (RefusedUrl refused) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_VALUE, "/url", String.valueOf(refused.getMessage()));
        }
        record(call, "webhook.create", made.id(), body.reason());
        return ResponseEntity.created(URI.create("/webhooks/" + made.id()))
                .cacheControl(CacheControl.noStore())
                .body(new CreatedBody(body(found(made.id())), made.secret()));
    }

    @GetMapping
    WebhookPage list(
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(PAGE_MAX) int limit,
            @RequestParam @Nullable @Size(min = 1, max = 500) String cursor) {
        List<Webhook> found = webhooks.list(after(cursor), limit + 1);
        return new WebhookPage(
                page(found, limit).stream().map(WebhooksController::body).toList(),
                next(found, limit, it -> new Cursor(it.createdAt(), it.id().toString())));
    }

    @GetMapping("/{webhookId}")
    WebhookBody read(@PathVariable String webhookId) {
        return body(found(id(webhookId)));
    }

    @DeleteMapping("/{webhookId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(
            @AsOperator EdgeCall call,
            @PathVariable String webhookId,
            @RequestParam @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {
        UUID id = id(webhookId);
        if (!webhooks.delete(id)) {
            throw noWebhook();
        }
        record(call, "webhook.delete", id, reason);
    }

    @PostMapping("/{webhookId}/rotate")
    ResponseEntity<RotatedBody> rotate(
            @AsOperator EdgeCall call,
            @PathVariable String webhookId,
            @Valid @RequestBody ReasonBody body) {
        UUID id = id(webhookId);
        Webhooks.Rotated rotated = webhooks.rotate(id).orElseThrow(this::noWebhook);
        record(call, "webhook.rotate", id, body.reason());
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new RotatedBody(webhookId, rotated.secret(), rotated.oldKeysValidUntil()));
    }

    @PostMapping("/{webhookId}/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    DeliveryBody test(
            @AsOperator EdgeCall call,
            @PathVariable String webhookId,
            @Valid @RequestBody ReasonBody body) {
        UUID id = id(webhookId);
        UUID delivery = tasks.test(id).orElseThrow(this::noWebhook);
        record(call, "webhook.test", id, body.reason());
        return body(deliveries.find(id, delivery).orElseThrow(this::noWebhook));
    }

    @GetMapping("/{webhookId}/deliveries")
    DeliveryPage deliveries(
            @PathVariable String webhookId,
            @RequestParam @Nullable @Pattern(regexp = STATES) String state,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(PAGE_MAX) int limit,
            @RequestParam @Nullable @Size(min = 1, max = 500) String cursor) {
        UUID id = id(webhookId);
        Webhook _ = found(id);
        List<Delivery> found =
                deliveries.list(
                        id,
                        state == null ? null : Delivery.State.of(state),
                        after(cursor),
                        limit + 1);
        return new DeliveryPage(
                page(found, limit).stream().map(WebhooksController::body).toList(),
                next(found, limit, it -> new Cursor(it.createdAt(), it.id().toString())));
    }

    @PostMapping("/{webhookId}/deliveries/{deliveryId}/resend")
    @ResponseStatus(HttpStatus.ACCEPTED)
    DeliveryBody resend(
            @AsOperator EdgeCall call,
            @PathVariable String webhookId,
            @PathVariable String deliveryId,
            @Valid @RequestBody ReasonBody body) {
        UUID id = id(webhookId);
        UUID delivery = id(deliveryId);
        if (!tasks.resend(id, delivery)) {
            throw EdgeProblem.of(ProblemCode.NOT_FOUND, "There is no such delivery.");
        }
        record(call, "webhook.resend", delivery, body.reason());
        return body(deliveries.find(id, delivery).orElseThrow(this::noWebhook));
    }

    private void record(EdgeCall call, String action, UUID target, String reason) {
        audit.record(call.caller().subject(), action, target.toString(), reason, Audit.DONE);
    }

    private Webhook found(UUID id) {
        return webhooks.find(id).orElseThrow(this::noWebhook);
    }

    private EdgeProblem noWebhook() {
        return EdgeProblem.of(ProblemCode.NOT_FOUND, "There is no such webhook.");
    }

    private UUID id(String text) {
        if (!ID.matcher(text).matches()) {
            throw noWebhook();
        }
        return UUID.fromString(text);
    }

    private static @Nullable Cursor after(@Nullable String cursor) {
        return cursor == null ? null : Cursor.of(cursor);
    }

    /** One more than a page was asked for, so that its end is known. */
    private static <T> List<T> page(List<T> found, int limit) {
        return found.subList(0, Math.min(limit, found.size()));
    }

    private static <T> @Nullable String next(List<T> found, int limit, Function<T, Cursor> place) {
        return found.size() > limit ? place.apply(found.get(limit - 1)).printed() : null;
    }

    private static WebhookBody body(Webhook it) {
        return new WebhookBody(
                it.id().toString(),
                it.url(),
                it.eventTypes(),
                it.description(),
                it.createdAt(),
                it.pending(),
                it.parked(),
                it.failingSince(),
                it.consecutiveFailures(),
                it.lastDeliveredAt(),
                it.lastError());
    }

    private static DeliveryBody body(Delivery it) {
        return new DeliveryBody(
                it.id().toString(),
                it.eventId().toString(),
                it.eventType(),
                it.state().word(),
                it.attempts(),
                it.createdAt(),
                it.nextAttemptAt(),
                it.lastAttemptAt(),
                it.lastStatus(),
                it.lastError(),
                it.deliveredAt());
    }
}
