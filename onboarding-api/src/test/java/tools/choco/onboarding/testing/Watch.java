package tools.choco.onboarding.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An open stream of the service, read as it comes. What has come by then is checked against the
 * contract when it is closed.
 */
public final class Watch implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(10);

    private final Map<String, List<String>> headers;
    private final InputStream body;
    private final Consumer<String> contract;
    private final StringBuffer text = new StringBuffer();
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Thread reader = Thread.ofVirtual().unstarted(this::read);
    private volatile int comments;
    private volatile boolean ended;
    private volatile boolean broken;

    Watch(Map<String, List<String>> headers, InputStream body, Consumer<String> contract) {
        this.headers = headers;
        this.body = body;
        this.contract = contract;
        reader.start();
    }

    /** An event as it came. */
    public record Event(String id, String name, JsonNode data) {

        /** A text of the data at a JSON pointer, printed. */
        public String at(String pointer) {
            return data.at(pointer).asString("");
        }
    }

    /** First value of a header; empty if there is none. */
    public String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of("")).getFirst();
    }

    /** What has come so far. */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /** Waits until that many events have come; returns all that have. */
    public List<Event> await(int count) {
        until(() -> events.size() >= count);
        return events();
    }

    /** Waits until an event of that name has come; returns all that have. */
    public List<Event> awaitNamed(String name) {
        until(() -> names().contains(name));
        return events();
    }

    /** Waits until the service has ended the stream; returns what has come. */
    public List<Event> awaitEnd() {
        until(() -> ended);
        return events();
    }

    /** Whether it was ended as HTTP has it, and not by a broken connection. */
    public boolean endedCleanly() {
        return ended && !broken;
    }

    public boolean isOpen() {
        return !ended;
    }

    /** Waits until that many comments have come. */
    public void awaitComments(int count) {
        until(() -> comments >= count);
    }

    /** Names of what has come. */
    public List<String> names() {
        return events.stream().map(Event::name).toList();
    }

    /** Id of the last event. */
    public String lastId() {
        return events.getLast().id();
    }

    @Override
    public void close() {
        try {
            body.close();
            reader.join();
        } catch (IOException broken) {
            // It was ended before.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        contract.accept(text.toString());
    }

    private void until(Callable<Boolean> condition) {
        Awaitility.await()
                .alias("after " + names())
                .atMost(WAIT)
                .pollInterval(POLL)
                .until(condition);
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            String id = "";
            String name = "";
            @Nullable String data = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                text.append(line).append('\n');
                if (line.isEmpty()) {
                    if (data != null) {
                        events.add(new Event(id, name, JSON.readTree(data)));
                    }
                    data = null;
                } else if (line.startsWith(":")) {
                    comments++;
                } else {
                    String[] field = line.split(": ", 2);
                    switch (field[0]) {
                        case "id" -> id = field[1];
                        case "event" -> name = field[1];
                        case "data" -> data = field[1];
                        default -> assertThat(field[0]).isEqualTo("retry");
                    }
                }
            }
        } catch (IOException brokenOrClosed) {
            broken = true;
        } finally {
            ended = true;
        }
    }
}
