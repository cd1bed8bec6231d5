package tools.choco.onboarding.edge;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.session.RevisionConflict;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.site.SlugTaken;

/**
 * The body of every error, {@code application/problem+json} of RFC 9457.
 *
 * @param type URI that names the kind of problem
 * @param title what the problem is, the same for every occurrence
 * @param status HTTP status
 * @param detail what is wrong this time
 * @param code stable code, lower snake case
 * @param requestId the request's correlation id
 * @param errors everything that is wrong, where there are several things
 * @param conflict what changed, for {@code revision_conflict} only
 * @param suggestions slugs that are free, for {@code slug_taken} only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        String requestId,
        @Nullable List<Issue> errors,
        @Nullable Conflict conflict,
        @Nullable List<String> suggestions) {

    private static final String TYPE_PREFIX = "urn:choco:onboarding:problem:";

    /**
     * The current revision, a checksum of the content, and what changed since the write's revision.
     */
    public record Conflict(long revision, String checksum, List<Changed> changes) {}

    /** One place that changed. */
    public record Changed(String pointer, long revision, Instant changedAt, String changedBy) {}

    static Problem of(ProblemCode code, String detail, List<Issue> errors) {
        return of(code, detail, errors, RequestId.current());
    }

    static Problem of(ProblemCode code, String detail, String requestId) {
        return of(code, detail, List.of(), requestId);
    }

    private static Problem of(
            ProblemCode code, String detail, List<Issue> errors, String requestId) {
        return new Problem(
                TYPE_PREFIX + code.code(),
                code.title(),
                code.status().value(),
                detail,
                code.code(),
                requestId,
                errors.isEmpty() ? null : errors,
                null,
                null);
    }

    static Problem of(Refused refused) {
        String code = refused.refusal().code();
        return new Problem(
                TYPE_PREFIX + code,
                title(code),
                statusOf(refused).value(),
                String.valueOf(refused.getMessage()),
                code,
                RequestId.current(),
                refused.issues().isEmpty() ? null : refused.issues(),
                refused instanceof RevisionConflict conflict ? conflictOf(conflict) : null,
                refused instanceof SlugTaken taken
                        ? taken.suggestions().stream().map(Slug::value).toList()
                        : null);
    }

    private static HttpStatus statusOf(Refused refused) {
        return switch (refused.refusal().category()) {
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case INVALID -> HttpStatus.UNPROCESSABLE_CONTENT;
            case FORBIDDEN -> HttpStatus.FORBIDDEN;
            case CONFLICT -> HttpStatus.CONFLICT;
            case STALE -> HttpStatus.PRECONDITION_FAILED;
        };
    }

    private static String title(String code) {
        String words = code.replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static Conflict conflictOf(RevisionConflict conflict) {
        return new Conflict(
                conflict.revision(),
                conflict.checksum(),
                conflict.changes().stream()
                        .map(it -> new Changed(it.pointer(), it.revision(), it.at(), it.by()))
                        .toList());
    }
}
