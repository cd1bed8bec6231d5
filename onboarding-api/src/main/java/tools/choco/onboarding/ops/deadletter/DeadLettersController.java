package tools.choco.onboarding.ops.deadletter;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.deadletter.DeadLetter;
import tools.choco.onboarding.deadletter.DeadLetters;
import tools.choco.onboarding.edge.AsOperator;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.ops.Audit;

/** Parked events, for operators. */
@RestController
@RequestMapping("/ops/dead-letters")
class DeadLettersController {

    private static final String PRINTABLE = "[^\\p{Cntrl}]*";
    private static final String VISIBLE = "[\\x21-\\x7E]+";
    private static final String NUMBER = "[1-9][0-9]{0,17}";
    private static final String PAGE_DEFAULT = "50";
    private static final int PAGE_MAX = 500;
    private static final int SEQUENCES_DEFAULT = 100;

    /** Outcome in the audit of a retry after which the sequence is still parked. */
    private static final String STILL_PARKED = "still_parked";

    private final DeadLetters letters;
    private final ParkedWork work;
    private final Audit audit;

    DeadLettersController(DeadLetters letters, ParkedWork work, Audit audit) {
        this.letters = letters;
        this.work = work;
        this.audit = audit;
    }

    record SequenceBody(
            String id,
            String processor,
            String sequence,
            @Nullable String sessionId,
            String eventId,
            String eventType,
            String position,
            @Nullable String cause,
            @Nullable String message,
            int tries,
            Instant parkedAt,
            @Nullable Instant lastTriedAt,
            long events) {}

    record SequenceList(List<SequenceBody> items, @Nullable String nextCursor) {}

    record ParkedEvent(
            String id,
            String eventId,
            String eventType,
            String position,
            @Nullable String cause,
            @Nullable String message,
            int tries,
            Instant parkedAt,
            @Nullable Instant lastTriedAt) {}

    record SequenceDetail(
            String processor,
            String sequence,
            @Nullable String sessionId,
            long eventCount,
            List<ParkedEvent> events) {}

    record Reason(@NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason) {}

    record BulkBody(
            @Nullable @Size(min = 1, max = 64) @Pattern(regexp = VISIBLE) String processor,
            @Nullable @Size(min = 1, max = 64) @Pattern(regexp = VISIBLE) String sessionId,
            @Nullable @Size(min = 1, max = 255) @Pattern(regexp = VISIBLE) String cause,
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason,
            @Nullable @Min(1) @Max(PAGE_MAX) Integer max,
            @Nullable @Size(min = 1, max = 18) String cursor) {}

    /** What is still parked; null where the sequence goes on. */
    record Outcome(boolean goesOn, @Nullable SequenceBody parked) {}

    record BulkOutcome(
            long matched, int done, List<SequenceBody> parked, @Nullable String nextCursor) {}

    @GetMapping
    SequenceList list(
            @RequestParam @Nullable @Size(min = 1, max = 64) @Pattern(regexp = VISIBLE)
                    String processor,
            @RequestParam @Nullable @Size(min = 1, max = 64) @Pattern(regexp = VISIBLE)
                    String sessionId,
            @RequestParam @Nullable @Size(min = 1, max = 255) @Pattern(regexp = VISIBLE)
                    String cause,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(PAGE_MAX) int limit,
            @RequestParam @Nullable @Pattern(regexp = NUMBER) String cursor) {
        List<DeadLetters.Sequence> found =
                letters.sequences(
                        new DeadLetters.Filter(processor, sessionId, cause),
                        cursor == null ? 0 : Long.parseLong(cursor),
                        limit + 1);
        List<DeadLetters.Sequence> page = found.subList(0, Math.min(limit, found.size()));
        return new SequenceList(
                page.stream().map(DeadLettersController::body).toList(),
                found.size() <= limit ? null : Long.toString(page.getLast().first().id()));
    }

    @GetMapping("/{id}")
    SequenceDetail byId(@PathVariable String id) {
        DeadLetter letter = letter(id);
        List<DeadLetter> all = letters.of(letter.processor(), letter.sequenceKey());
        return new SequenceDetail(
                letter.processor(),
                letter.sequenceKey(),
                letter.sessionId(),
                all.size(),
                all.stream().limit(PAGE_MAX).map(DeadLettersController::event).toList());
    }

    @PostMapping("/{id}/retry")
    Outcome retry(
            @AsOperator EdgeCall call, @PathVariable String id, @Valid @RequestBody Reason body) {
        DeadLetter letter = letter(id);
        boolean goesOn = work.retry(letter);
        audit("dead_letter.retry", call, letter, body.reason(), goesOn ? Audit.DONE : STILL_PARKED);
        return outcome(goesOn, letter);
    }

    @PostMapping("/{id}/discard")
    Outcome discard(
            @AsOperator EdgeCall call, @PathVariable String id, @Valid @RequestBody Reason body) {
        DeadLetter letter = letter(id);
        boolean goesOn = work.discard(letter);
        audit("dead_letter.discard", call, letter, body.reason(), Audit.DONE);
        return outcome(goesOn, letter);
    }

    @PostMapping("/retry")
    BulkOutcome retryAll(@AsOperator EdgeCall call, @Valid @RequestBody BulkBody body) {
        if (body.cursor() != null && !body.cursor().matches(NUMBER)) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_VALUE, "/cursor", "No answer gave that cursor.");
        }
        DeadLetters.Filter filter =
                new DeadLetters.Filter(body.processor(), body.sessionId(), body.cause());
        int max = body.max() == null ? SEQUENCES_DEFAULT : body.max();
        long matched = letters.count(filter);
        List<DeadLetters.Sequence> found =
                letters.sequences(
                        filter, body.cursor() == null ? 0 : Long.parseLong(body.cursor()), max + 1);
        List<DeadLetters.Sequence> page = found.subList(0, Math.min(max, found.size()));
        int done = 0;
        List<SequenceBody> parked = new ArrayList<>();
        for (DeadLetters.Sequence sequence : page) {
            DeadLetter letter = sequence.first();
            boolean goesOn = retried(letter);
            audit(
                    "dead_letter.retry",
                    call,
                    letter,
                    body.reason(),
                    goesOn ? Audit.DONE : STILL_PARKED);
            if (goesOn) {
                done++;
            } else {
                now(letter).ifPresent(parked::add);
            }
        }
        return new BulkOutcome(
                matched,
                done,
                parked,
                found.size() <= max ? null : Long.toString(page.getLast().first().id()));
    }

    /** One that cannot be retried here stops none of the others. */
    private boolean retried(DeadLetter letter) {
        try {
            return work.retry(letter);
        } catch (EdgeProblem ofAnotherVersion) {
            return false;
        }
    }

    private DeadLetter letter(String id) {
        if (!id.matches(NUMBER)) {
            throw ParkedWork.unknown();
        }
        return letters.find(Long.parseLong(id)).orElseThrow(ParkedWork::unknown);
    }

    private void audit(
            String action, EdgeCall call, DeadLetter letter, String reason, String outcome) {
        audit.record(
                call.caller().subject(),
                action,
                letter.processor() + "/" + letter.eventId(),
                letter.sessionId() == null ? letter.sequenceKey() : letter.sessionId(),
                reason,
                outcome);
    }

    private Outcome outcome(boolean goesOn, DeadLetter letter) {
        return new Outcome(goesOn, goesOn ? null : now(letter).orElse(null));
    }

    /** The sequence as it is parked now, after it was tried. */
    private Optional<SequenceBody> now(DeadLetter letter) {
        List<DeadLetter> all = letters.of(letter.processor(), letter.sequenceKey());
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(body(new DeadLetters.Sequence(all.getFirst(), all.size())));
    }

    private static SequenceBody body(DeadLetters.Sequence sequence) {
        DeadLetter first = sequence.first();
        return new SequenceBody(
                Long.toString(first.id()),
                first.processor(),
                first.sequenceKey(),
                first.sessionId(),
                first.eventId(),
                first.eventType(),
                Long.toString(first.position()),
                first.cause(),
                first.message(),
                first.tries(),
                first.parkedAt(),
                first.lastTriedAt(),
                sequence.events());
    }

    private static ParkedEvent event(DeadLetter letter) {
        return new ParkedEvent(
                Long.toString(letter.id()),
                letter.eventId(),
                letter.eventType(),
                Long.toString(letter.position()),
                letter.cause(),
                letter.message(),
                letter.tries(),
                letter.parkedAt(),
                letter.lastTriedAt());
    }
}
