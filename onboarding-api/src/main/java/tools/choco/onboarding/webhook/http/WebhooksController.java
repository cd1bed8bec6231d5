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
import tools.choco.onboarding.projection.Page;
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

    record CreatedBody(Webhook webhook, String secret) {}

    record RotatedBody(String webhookId, String secret, Instant oldKeysValidUntil) {}

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
                .body(new CreatedBody(found(made.id()), made.secret()));
    }

    @GetMapping
    Page<Webhook> list(
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(PAGE_MAX) int limit,
            @RequestParam @Nullable @Size(min = 1, max = 500) String cursor) {
        return Page.of(
                webhooks.list(after(cursor), limit + 1),
                limit,
                it -> new Cursor(it.createdAt(), it.webhookId().toString()));
    }

    @GetMapping("/{webhookId}")
    Webhook read(@PathVariable String webhookId) {
        return found(id(webhookId));
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
    Delivery test(
            @AsOperator EdgeCall call,
            @PathVariable String webhookId,
            @Valid @RequestBody ReasonBody body) {
        UUID id = id(webhookId);
        UUID delivery = tasks.test(id).orElseThrow(this::noWebhook);
        record(call, "webhook.test", id, body.reason());
        return deliveries.find(id, delivery).orElseThrow(this::noWebhook);
    }

    @GetMapping("/{webhookId}/deliveries")
    Page<Delivery> deliveries(
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
        return Page.of(found, limit, it -> new Cursor(it.createdAt(), it.deliveryId().toString()));
    }

    @PostMapping("/{webhookId}/deliveries/{deliveryId}/resend")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Delivery resend(
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
        return deliveries.find(id, delivery).orElseThrow(this::noWebhook);
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
}
