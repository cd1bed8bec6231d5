package tools.choco.onboarding.evaluation;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;
import tools.choco.onboarding.projection.History;
import tools.choco.onboarding.projection.LoggedEvent;

/**
 * Logs as they could be: our own sessions with what their users were refused, and other services'
 * events between them, late, repeated, out of order and at the same instant.
 */
public final class RandomLog {

    private static final List<String> SERVICES =
            List.of("hosting-portal", "hosting-portal", "partner-portal", "test-portal");

    private static final List<String> TYPES =
            List.of(
                    "onboarding.started",
                    "onboarding.started",
                    "domain.validated",
                    "dns.applied",
                    "dns.applied",
                    "account.created",
                    "infra.synced",
                    "onboarding.completed",
                    "onboarding.failed",
                    "ticket.opened");

    private static final List<String> DATA =
            List.of(
                    "{}",
                    "{\"data\":{\"infra_status\":\"ok\",\"plan\":\"basic\"}}",
                    "{\"data\":{\"infra_status\":\"failed\"}}",
                    "{\"data\":{\"infra_status\":null,\"plan\":\"nul\\u0000l\"}}",
                    "{\"data\":{\"plan\":{\"name\":\"basic\"}}}");

    private static final List<String> STEPS = List.of("profile", "tools", "path", "site", "", "no");

    private final List<LoggedEvent> log = new ArrayList<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final List<String> started = new ArrayList<>();
    private final List<ExternalEventReceived> told = new ArrayList<>();

    private RandomLog() {}

    /** Random logs. */
    public static Arbitrary<List<LoggedEvent>> any() {
        return Combinators.combine(
                        History.any(),
                        Arbitraries.integers().between(0, 1_000_000_000).list().ofMaxSize(120))
                .as(RandomLog::of);
    }

    /** The log of these: equal ones give an equal log. */
    public static List<LoggedEvent> of(List<History.Entry> history, List<Integer> numbers) {
        RandomLog random = new RandomLog();
        int next = 0;
        for (int i = 0; i < history.size(); i++) {
            Message event = history.get(i).event();
            Instant at = EventFields.occurredAt(event);
            random.append(history.get(i).aggregateId(), event, at, at);
            String session = EventFields.sessionId(event);
            if (!random.started.contains(session)) {
                random.started.add(session);
            }
            // As many of them as there are come between the events of the history.
            while (next < numbers.size() && next * history.size() < (i + 1) * numbers.size()) {
                random.between(numbers.get(next++), at);
            }
        }
        return List.copyOf(random.log);
    }

    private void between(int number, Instant now) {
        if (number % 4 == 0) {
            refuse(number / 4, now);
        } else if (number % 4 == 1 && number % 3 == 0 && !told.isEmpty()) {
            ExternalEventReceived again = told.get(number / 12 % told.size());
            append(
                    again.getExternalSessionId(),
                    again,
                    EventFields.occurredAt(again),
                    now.plusSeconds(number % 60));
        } else {
            tell(number / 4, now);
        }
    }

    private void refuse(int number, Instant now) {
        String session = started.get(number % started.size());
        String refusals = id("refusals" + session);
        append(
                refusals,
                CommandRefused.newBuilder()
                        .setRefusalsId(refusals)
                        .setSessionId(session)
                        .setUserId("user")
                        .setOccurredAt(timestamp(now))
                        .setCommand("complete_step")
                        .setStepId(STEPS.get(number / 7 % STEPS.size()))
                        .setCode(number % 2 == 0 ? "answers_invalid" : "conflict")
                        .addIssues("/teamSize too_small")
                        .build(),
                now,
                now);
    }

    private void tell(int number, Instant now) {
        String service = SERVICES.get(number % SERVICES.size());
        String session = id(service + number / 4 % 3);
        // Whole hours, so that instants coincide, over ten days around now.
        Instant at =
                History.BEGIN.plus(
                        Duration.ofHours(
                                Duration.between(History.BEGIN, now).toHours()
                                        - number / 12 % 200));
        if (number % 5 == 0) {
            at = at.plusNanos(1_000L * (number % 3_000_000));
        }
        ExternalEventReceived event =
                ExternalEventReceived.newBuilder()
                        .setExternalSessionId(session)
                        .setSourceService(service)
                        .setSourceSessionId("s" + number / 4 % 3)
                        .setSourceEventId("e" + told.size())
                        .setSourceEventType(TYPES.get(number / 100 % TYPES.size()))
                        .setOccurredAt(timestamp(at))
                        .setReceivedAt(timestamp(now))
                        .setPayload(ByteString.copyFromUtf8(DATA.get(number / 1_000 % DATA.size())))
                        .build();
        told.add(event);
        append(session, event, at, now);
    }

    private void append(String aggregateId, Message event, Instant at, Instant appended) {
        long sequence = sequences.merge(aggregateId, 1L, Long::sum) - 1;
        log.add(
                new LoggedEvent(
                        log.size() + 1L,
                        aggregateId,
                        sequence,
                        id("event" + log.size()),
                        event,
                        LoggedEvent.sessionOf(event),
                        at,
                        appended));
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    private static String id(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
