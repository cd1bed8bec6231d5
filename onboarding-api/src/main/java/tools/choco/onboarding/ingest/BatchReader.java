package tools.choco.onboarding.ingest;

import com.google.protobuf.ByteString;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.external.ExternalEvent;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a body: one event or an array of them. Each event keeps the bytes in which it came; of its
 * members only those are looked at that say what it is.
 */
final class BatchReader {

    /** Type of the event that opens a support ticket. */
    private static final String TICKET_OPENED = "ticket.opened";

    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7E]{1,255}");
    private static final Pattern UUID =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9._:-]{1,100}");
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Set<String> MEMBERS =
            Set.of("id", "type", "source", "session_id", "occurred_at");
    private static final Set<String> TICKET_MEMBERS = Set.of("ticket_id", "session_service");
    private static final String DATA = "data";

    /** Stands for a member that is there twice, or is no text. */
    private static final String UNUSABLE = "";

    private final IngestSettings settings;
    private final Set<String> services;
    private final Instant now;
    private final byte[] body;

    /**
     * @param services those that the body may speak for
     */
    BatchReader(IngestSettings settings, Set<String> services, Instant now, byte[] body) {
        this.settings = settings;
        this.services = services;
        this.now = now;
        this.body = body;
    }

    /**
     * All of the body, in its order.
     *
     * @throws EdgeProblem if it is no JSON in UTF-8, neither object nor array, or too much
     */
    List<Incoming> read() {
        for (byte b : body) {
            if (b == 0) {
                // JSON in UTF-16 or UTF-32, of which nobody could tell where an event begins.
                throw EdgeProblem.of(
                        ProblemCode.MALFORMED_JSON, "The body is not well-formed JSON in UTF-8.");
            }
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            List<Incoming> batch = new ArrayList<>();
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                batch.add(event(parser, 0));
            } else if (first == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (batch.size() == settings.eventsPerRequestMax()) {
                        throw EdgeProblem.of(
                                ProblemCode.TOO_MANY_EVENTS,
                                "A batch has at most "
                                        + settings.eventsPerRequestMax()
                                        + " events.");
                    }
                    batch.add(member(parser, batch.size()));
                }
            } else if (first == null) {
                throw EdgeProblem.of(ProblemCode.MALFORMED_JSON, "The route needs a JSON body.");
            } else {
                throw EdgeProblem.of(
                        ProblemCode.WRONG_TYPE, "The body must be an event or an array of events.");
            }
            if (parser.nextToken() != null) {
                throw EdgeProblem.of(
                        ProblemCode.MALFORMED_JSON, "The body has more than one value.");
            }
            return batch;
        } catch (JacksonException malformed) {
            throw EdgeProblem.of(
                    ProblemCode.MALFORMED_JSON, "The body is not well-formed JSON in UTF-8.");
        }
    }

    private Incoming member(JsonParser parser, int index) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            return event(parser, index);
        }
        parser.skipChildren();
        return new Incoming.Refused(index, RefusalCode.NOT_AN_EVENT, "It is no JSON object.");
    }

    private Incoming event(JsonParser parser, int index) {
        int begin = (int) parser.currentTokenLocation().getByteOffset();
        Map<String, String> members = new HashMap<>();
        Map<String, String> data = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (MEMBERS.contains(name)) {
                put(members, name, text(parser, value));
            } else if (name.equals(DATA) && value == JsonToken.START_OBJECT) {
                readData(parser, data);
            } else {
                parser.skipChildren();
            }
        }
        int end = (int) parser.currentLocation().getByteOffset();
        try {
            if (end - begin > settings.eventBytesMax()) {
                throw new Unusable(
                        RefusalCode.EVENT_TOO_LARGE,
                        "An event has at most " + settings.eventBytesMax() + " bytes.");
            }
            return event(index, members, data, ByteString.copyFrom(body, begin, end - begin));
        } catch (Unusable unusable) {
            return new Incoming.Refused(index, unusable.code, unusable.detail);
        }
    }

    private static void readData(JsonParser parser, Map<String, String> data) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (TICKET_MEMBERS.contains(name)) {
                put(data, name, text(parser, value));
            } else {
                parser.skipChildren();
            }
        }
    }

    private static String text(JsonParser parser, JsonToken value) {
        if (value == JsonToken.VALUE_STRING) {
            return parser.getString();
        }
        parser.skipChildren();
        return UNUSABLE;
    }

    private static void put(Map<String, String> members, String name, String value) {
        members.merge(name, value, (before, again) -> UNUSABLE);
    }

    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        private final RefusalCode code;
        private final String detail;

        Unusable(RefusalCode code, String detail) {
            super(detail, null, false, false);
            this.code = code;
            this.detail = detail;
        }
    }

    private Incoming event(
            int index, Map<String, String> members, Map<String, String> data, ByteString payload)
            throws Unusable {
        String source = required(members, "source", null);
        if (source.equals(IngestKeys.OURSELVES)) {
            throw new Unusable(RefusalCode.OWN_SOURCE, "That source is this service itself.");
        }
        if (!services.contains(source)) {
            throw new Unusable(
                    RefusalCode.SOURCE_NOT_ALLOWED, "The key does not speak for that source.");
        }
        String id = required(members, "id", ID);
        String type = required(members, "type", TYPE);
        String session = members.get("session_id");
        if (session == null) {
            throw new Unusable(RefusalCode.MISSING_SESSION, "The event has no session_id.");
        }
        String sessionId = required(members, "session_id", ID);
        Instant occurredAt = time(required(members, "occurred_at", null));
        if (occurredAt.isAfter(now.plus(settings.clockTolerance()))) {
            throw new Unusable(
                    RefusalCode.TIME_IN_FUTURE, "occurred_at is in the future by our clock.");
        }
        if (type.equals(TICKET_OPENED)) {
            requireTicket(source, sessionId, data);
        }
        return new Incoming.Event(
                index, source, sessionId, new ExternalEvent(id, type, occurredAt, payload));
    }

    private static void requireTicket(String source, String sessionId, Map<String, String> data)
            throws Unusable {
        String ticketId = data.get("ticket_id");
        if (ticketId == null) {
            throw new Unusable(
                    RefusalCode.MISSING_FIELD, "A ticket.opened event needs data.ticket_id.");
        }
        String service = data.getOrDefault("session_service", source);
        if (!ID.matcher(ticketId).matches() || !IngestKeys.isService(service)) {
            throw new Unusable(
                    RefusalCode.INVALID_FIELD,
                    "data.ticket_id or data.session_service does not have its form.");
        }
        if (service.equals(IngestKeys.OURSELVES) && !UUID.matcher(sessionId).matches()) {
            throw new Unusable(
                    RefusalCode.INVALID_FIELD, "session_id is no session of this service.");
        }
    }

    private static String required(
            Map<String, String> members, String name, @Nullable Pattern pattern) throws Unusable {
        String value = members.get(name);
        if (value == null) {
            throw new Unusable(RefusalCode.MISSING_FIELD, "The event has no " + name + ".");
        }
        if (value.equals(UNUSABLE) || pattern != null && !pattern.matcher(value).matches()) {
            throw new Unusable(RefusalCode.INVALID_FIELD, name + " does not have its form.");
        }
        return value;
    }

    private static Instant time(String text) throws Unusable {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
            if (time.isBefore(EARLIEST)) {
                throw new Unusable(
                        RefusalCode.INVALID_FIELD, "occurred_at is before the year 2000.");
            }
            return time;
        } catch (DateTimeException notATime) {
            throw new Unusable(
                    RefusalCode.INVALID_FIELD, "occurred_at is no RFC 3339 time with its offset.");
        }
    }
}
