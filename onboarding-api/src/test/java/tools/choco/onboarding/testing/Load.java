package tools.choco.onboarding.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.axonframework.eventhandling.TrackedEventMessage;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.PostgresEventLog;

/**
 * Users who write all the time, each one event at a time under a key of its own, and who repeat
 * what was answered 503 until it is acknowledged or they are told to stop.
 */
public final class Load implements AutoCloseable {

    private static final int USERS = 6;
    private static final Duration WAIT = Duration.ofSeconds(90);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Function<String, Client> service;
    private final ExecutorService threads = Executors.newFixedThreadPool(USERS);
    private final List<Future<?>> users = new ArrayList<>();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean stopped;

    private Load(Function<String, Client> service) {
        this.service = service;
    }

    /** Lets users of a service begin to write. */
    public static Load on(Function<String, Client> service) {
        Load load = new Load(service);
        for (int i = 0; i < USERS; i++) {
            String user = "load-%d".formatted(COUNT.incrementAndGet());
            load.users.add(load.threads.submit(() -> load.write(user)));
        }
        return load;
    }

    private void write(String user) {
        Client client = service.apply(user);
        Answer started = send(client, user + "-0", "/start", "{\"flowId\":\"quick\"}");
        for (int i = 1; started.status() < 300 && !stopped; i++) {
            send(
                    client,
                    user + "-" + i,
                    "/step",
                    """
                    {"sessionId": "%s", "stepId": "profile",
                     "answers": {"firstName": "Ada %d", "lastName": "Byron"}}"""
                            .formatted(started.required("/sessionId"), i));
        }
    }

    private Answer send(Client client, String key, String route, String body) {
        sent.add(key);
        while (true) {
            Answer answer = client.with("Idempotency-Key", key).post("/onboarding" + route, body);
            if (answer.status() == 200 || answer.status() == 201) {
                acknowledged.add(key);
                return answer;
            }
            assertThat(answer.status()).as(answer.text()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).as(answer.text()).isNotNull();
            refused.incrementAndGet();
            if (stopped) {
                return answer;
            }
        }
    }

    /** Waits until so many more writes have been acknowledged. */
    public void awaitAcknowledged(int more) {
        int before = acknowledged.size();
        awaitThat(() -> acknowledged.size() >= before + more);
    }

    /** Waits until so many more writes have been answered 503. */
    public void awaitRefused(int more) {
        int before = refused.get();
        awaitThat(() -> refused.get() >= before + more);
    }

    private void awaitThat(Callable<Boolean> condition) {
        await().atMost(WAIT)
                .until(() -> users.stream().anyMatch(Future::isDone) || condition.call());
        if (!stopped && users.stream().anyMatch(Future::isDone)) {
            stop();
            throw new AssertionError("a user stopped writing");
        }
    }

    /** Lets the users finish what they are about. */
    public void stop() {
        stopped = true;
        for (Future<?> user : users) {
            try {
                user.get();
            } catch (ExecutionException failed) {
                throw new AssertionError(failed.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /**
     * Compares with the log what the users were told: what was acknowledged is there, and nothing
     * is there twice.
     */
    public void assertKeptExactlyOnce(DataSource database) {
        stop();
        Map<String, Long> stored;
        try (EventLog log = new PostgresEventLog(database);
                Stream<? extends TrackedEventMessage<?>> events =
                        log.storageEngine().readEvents(null, false)) {
            stored =
                    events.map(event -> event.getMetaData().get(EventMetadata.IDEMPOTENCY_KEY))
                            .map(String::valueOf)
                            .filter(sent::contains)
                            .collect(Collectors.groupingBy(key -> key, Collectors.counting()));
        }
        assertThat(stored.keySet()).containsAll(acknowledged);
        assertThat(stored.values()).containsOnly(1L);
    }

    @Override
    public void close() {
        stopped = true;
        threads.close();
    }
}
