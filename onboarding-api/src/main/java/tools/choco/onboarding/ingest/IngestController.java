package tools.choco.onboarding.ingest;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.edge.RequestId;

/** Takes events of other systems; who speaks is shown by a signature, not by a bearer token. */
@RestController
class IngestController {

    private static final Pattern ID = Pattern.compile("[\\x21-\\x7E]{1,255}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");

    private final Ingest ingest;
    private final IngestKeys keys;
    private final IngestSettings settings;
    private final Clock clock;
    private final Semaphore places;
    private final Semaphore bytes;

    IngestController(Ingest ingest, IngestKeys keys, IngestSettings settings, Clock clock) {
        this.ingest = ingest;
        this.keys = keys;
        this.settings = settings;
        this.clock = clock;
        this.places = new Semaphore(settings.requestsAtOnceMax());
        this.bytes = new Semaphore(settings.bodyBytesAtOnceMax());
    }

    record Receipt(int accepted, int repeated, int refused, List<RefusalBody> refusals) {}

    record RefusalBody(int index, String code, String detail) {}

    @PostMapping(path = "/ingest/events", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    Receipt receive(HttpServletRequest request) throws IOException {
        // All that the headers tell comes first: only the body shows who signed, and what cannot
        // be signed for shall not take the memory.
        Signature signature = signature(request);
        int bytesMax = bytesMax(request);
        if (!places.tryAcquire()) {
            throw busy();
        }
        try {
            if (!bytes.tryAcquire(bytesMax)) {
                throw busy();
            }
            try {
                return receive(signature, body(request));
            } finally {
                bytes.release(bytesMax);
            }
        } finally {
            places.release();
        }
    }

    private static EdgeProblem busy() {
        return EdgeProblem.of(
                ProblemCode.UNAVAILABLE, "Too many batches are being taken in; wait a moment.");
    }

    private Receipt receive(Signature signature, byte[] body) {
        Set<String> services =
                keys.speaksFor(signature.id(), signature.timestamp(), signature.values(), body);
        if (services.isEmpty()) {
            throw notOurs();
        }
        Instant now = EventTime.now(clock);
        List<Incoming> batch = new BatchReader(settings, services, now, body).read();
        Ingest.Outcome outcome = ingest.receive(batch, now, RequestId.current());
        return new Receipt(
                outcome.accepted(),
                outcome.repeated(),
                outcome.refused().size(),
                outcome.refused().stream()
                        .map(it -> new RefusalBody(it.index(), it.code().code(), it.detail()))
                        .toList());
    }

    private static EdgeProblem notOurs() {
        return EdgeProblem.of(
                ProblemCode.INVALID_SIGNATURE,
                "No key of this service made that signature of id, timestamp and body.");
    }

    private record Signature(String id, long timestamp, String values) {}

    private Signature signature(HttpServletRequest request) {
        String id = request.getHeader("webhook-id");
        String timestamp = request.getHeader("webhook-timestamp");
        String values = request.getHeader("webhook-signature");
        if (!matches(ID, id) || !matches(SECONDS, timestamp) || values == null) {
            throw EdgeProblem.of(
                    ProblemCode.MISSING_SIGNATURE,
                    "The route needs webhook-id, webhook-timestamp and webhook-signature.");
        }
        long seconds = Long.parseLong(timestamp);
        Duration apart = Duration.ofSeconds(clock.instant().getEpochSecond() - seconds).abs();
        if (apart.compareTo(settings.signatureTolerance()) > 0) {
            throw EdgeProblem.of(
                    ProblemCode.SIGNATURE_EXPIRED,
                    "webhook-timestamp is more than "
                            + settings.signatureTolerance().toSeconds()
                            + " seconds away from our clock.");
        }
        if (!keys.canHaveMade(values)) {
            throw notOurs();
        }
        return new Signature(id, seconds, values);
    }

    private static boolean matches(Pattern pattern, @Nullable String text) {
        return text != null && pattern.matcher(text).matches();
    }

    /** What the body can take at most: as long as it says, or as long as it may be. */
    private int bytesMax(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        if (length > settings.bodyBytesMax()) {
            throw tooLarge();
        }
        return length < 0 ? settings.bodyBytesMax() : (int) length;
    }

    private byte[] body(HttpServletRequest request) throws IOException {
        int max = settings.bodyBytesMax();
        byte[] body =
                new PromptBody(request.getInputStream(), settings.bodyTimeout())
                        .readNBytes(max + 1);
        if (body.length > max) {
            throw tooLarge();
        }
        return body;
    }

    private EdgeProblem tooLarge() {
        return EdgeProblem.of(
                ProblemCode.BODY_TOO_LARGE,
                "A batch has at most " + settings.bodyBytesMax() + " bytes.");
    }
}
