package tools.choco.onboarding.webhook;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hc.client5.http.DnsResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.eventlog.LogReader;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.keys.WebhookSigning;
import tools.choco.onboarding.task.DurableTasks;
import tools.choco.onboarding.transaction.Transactions;
import tools.jackson.databind.json.JsonMapper;

/**
 * One durable task for each subscription that has deliveries pending: sends what is due, several at
 * once, and comes back when the next is. As the task runs on one instance at a time, a slow
 * receiver never has more than its own deliveries under way, and holds up no others.
 *
 * <p>Whoever makes a delivery and the task that ends take turns by subscription, so that none is
 * left without a task.
 */
public final class WebhookTasks implements AutoCloseable {

    /** Name of the task in the table {@code webhook_tasks}. */
    static final String DELIVER = "deliver-webhook";

    private static final Logger log = LoggerFactory.getLogger(WebhookTasks.class);

    private static final Duration PAUSE_AFTER_DEFECT = Duration.ofSeconds(10);
    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(10);
    private static final int SWEPT_MAX = 10_000;

    /** Deliveries in one run of the task, for each of those at once. */
    private static final int ROUNDS = 4;

    /** What can come of a try. */
    private enum Outcome {
        DELIVERED,
        FAILED,
        PARKED
    }

    private final DurableTasks tasks;
    private final Transactions transactions;
    private final Webhooks webhooks;
    private final Deliveries deliveries;
    private final LogReader reader;
    private final EventBody bodies;
    private final UrlRule urls;
    private final Sender sender;
    private final WebhookSettings settings;
    private final Clock clock;
    private final MeterRegistry meters;
    private final CustomTask<Void> task;

    /**
     * @param tasks tasks with threads of their own: each may be slow
     * @param addresses says where a host's connections may go
     * @param timers ends deliveries that take too long
     */
    public WebhookTasks(
            DurableTasks tasks,
            Transactions transactions,
            Webhooks webhooks,
            Deliveries deliveries,
            LogReader reader,
            DnsResolver addresses,
            WebhookSettings settings,
            ScheduledExecutorService timers,
            JsonMapper json,
            Clock clock,
            MeterRegistry meters) {
        this.tasks = tasks;
        this.transactions = transactions;
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.reader = reader;
        this.bodies = new EventBody(json);
        this.urls = new UrlRule(settings.ports(), settings.loopbackAllowed());
        this.sender = new Sender(addresses, settings, timers);
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.task =
                Tasks.custom(DELIVER, Void.class)
                        .onDeadExecutionRevive()
                        // Only what fails outside of a delivery comes there.
                        .onFailure(
                                (complete, operations) ->
                                        operations.reschedule(
                                                complete,
                                                complete.getTimeDone().plus(PAUSE_AFTER_DEFECT)))
                        .execute((instance, context) -> run(UUID.fromString(instance.getId())));
        tasks.register(task);
        tasks.register(
                Tasks.recurring("forget-webhook-deliveries", FixedDelay.of(SWEEP_INTERVAL))
                        .execute((instance, context) -> deliveries.forgetDelivered(SWEPT_MAX)));
        // From the start, so that the first failure shows as a rise.
        for (Outcome outcome : Outcome.values()) {
            counter(outcome);
        }
    }

    /** Has a test event delivered; empty if nobody subscribed. */
    public Optional<UUID> test(UUID webhookId) {
        return transactions.inside(
                () -> {
                    Optional<UUID> made = deliveries.addTest(webhookId);
                    made.ifPresent(delivery -> due(webhookId));
                    return made;
                });
    }

    /** Has a delivery sent once more, whatever became of it; says whether it is there. */
    public boolean resend(UUID webhookId, UUID deliveryId) {
        return transactions.inside(
                () -> {
                    boolean there = deliveries.again(webhookId, deliveryId);
                    if (there) {
                        due(webhookId);
                    }
                    return there;
                });
    }

    /** A subscription has a delivery that is due; belongs to the transaction that made it. */
    void due(UUID webhookId) {
        takeTurn(webhookId);
        tasks.scheduleNow(task.schedulableInstance(webhookId.toString(), null));
    }

    @Override
    public void close() {
        sender.close();
    }

    private CompletionHandler<Void> run(UUID webhookId) {
        Optional<Webhooks.Target> target = webhooks.target(webhookId);
        if (target.isPresent()) {
            List<Deliveries.Due> due =
                    deliveries.due(webhookId, ROUNDS * settings.deliveriesAtOnceMax());
            sendAll(webhookId, target.get(), due);
        }
        return (complete, operations) ->
                transactions.inside(
                        () -> {
                            takeTurn(webhookId);
                            deliveries
                                    .untilNext(webhookId)
                                    .ifPresentOrElse(
                                            wait -> {
                                                operations.reschedule(
                                                        complete,
                                                        complete.getTimeDone().plus(wait));
                                                tasks.lookForDueAfterCommit();
                                            },
                                            operations::remove);
                        });
    }

    private void sendAll(UUID webhookId, Webhooks.Target target, List<Deliveries.Due> due) {
        try (ExecutorService senders =
                Executors.newFixedThreadPool(
                        settings.deliveriesAtOnceMax(),
                        Thread.ofVirtual().name("webhook-", 0).factory())) {
            List<Future<?>> running = new ArrayList<>();
            for (Deliveries.Due delivery : due) {
                running.add(senders.submit(() -> deliver(webhookId, target, delivery)));
            }
            for (Future<?> delivery : running) {
                delivery.get();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Deliveries are being stopped", stopping);
        } catch (ExecutionException failed) {
            throw new IllegalStateException(
                    "Deliveries of webhook " + webhookId + " could not be noted", failed);
        }
    }

    private void deliver(UUID webhookId, Webhooks.Target target, Deliveries.Due due) {
        Sender.Result result = send(webhookId, target, due);
        if (result.isDelivered()) {
            deliveries.delivered(webhookId, due, result.status());
            counter(Outcome.DELIVERED).increment();
            return;
        }
        Duration pause = settings.backoff().after(due.failures() + 1, ThreadLocalRandom.current());
        boolean parked = deliveries.failed(webhookId, due, result, pause);
        counter(parked ? Outcome.PARKED : Outcome.FAILED).increment();
        if (parked) {
            log.warn(
                    "Webhook {} did not take event {} in time ({}); the delivery is parked",
                    webhookId,
                    due.eventId(),
                    result.error());
        }
    }

    private Sender.Result send(UUID webhookId, Webhooks.Target target, Deliveries.Due due) {
        URI url;
        try {
            // What is allowed may have changed since the subscription was made.
            url = urls.check(target.url());
        } catch (RefusedUrl refused) {
            return Sender.Result.failed("url_refused");
        }
        byte[] body = body(webhookId, due);
        Instant now = clock.instant();
        return sender.send(
                url,
                WebhookSigning.headers(due.eventId().toString(), now, body, target.secrets()),
                body);
    }

    private byte[] body(UUID webhookId, Deliveries.Due due) {
        Long position = due.position();
        if (position == null) {
            return bodies.ofTest(due.eventId().toString(), webhookId.toString(), due.createdAt());
        }
        List<LoggedRow> rows = new ArrayList<>(1);
        reader.read(position - 1, position, 1, rows::addAll);
        return bodies.of(rows.getFirst());
    }

    private void takeTurn(UUID webhookId) {
        transactions.takeTurn("webhook", webhookId.toString());
    }

    private Counter counter(Outcome outcome) {
        return Counter.builder("onboarding.webhooks.deliveries")
                .description("Tries of deliveries, by what came of them")
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(meters);
    }
}
