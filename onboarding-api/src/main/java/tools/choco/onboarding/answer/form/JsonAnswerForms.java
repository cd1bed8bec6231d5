package tools.choco.onboarding.answer.form;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.answer.AnswerForms;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.flow.Step;
import tools.jackson.databind.JsonNode;

/**
 * Checks answers against the JSON Schema of their step.
 *
 * <p>The codes of its issues: {@code required}, {@code unknown_member}, {@code wrong_type}, {@code
 * too_long}, {@code too_short}, {@code too_many}, {@code too_few}, {@code not_unique}, {@code
 * out_of_range}, {@code bad_format}, {@code not_allowed}, else {@code invalid}.
 */
public final class JsonAnswerForms implements AnswerForms {

    /** Where the pointers of issues begin. */
    private static final String ANSWERS = "/answers";

    private static final int SCHEMAS_CACHED_MAX = 1_000;
    private static final int ISSUES_MAX = 100;
    private static final int CHOICES_LENGTH_MAX = 500;

    private final LoadingCache<String, Schema> schemas =
            Caffeine.newBuilder()
                    .maximumSize(SCHEMAS_CACHED_MAX)
                    .build(text -> JsonSchemas.compile(CanonicalJson.parse(text)));

    /**
     * The answers in a request's body.
     *
     * @throws Refused with {@code ANSWERS_INVALID} if they are not an object, nested more than 16
     *     deep, longer than 32,768 characters, or hold a number beyond 64 digits or 1e308
     */
    public static Answers answers(JsonNode body) {
        if (!body.isObject()) {
            throw refused(new Issue(ANSWERS, "wrong_type", "It must be of type object."));
        }
        try {
            return new Answers(CanonicalJson.of(body, CanonicalJson.Limits.ANSWERS));
        } catch (JsonBeyondLimits e) {
            throw refused(new Issue(ANSWERS, e.code(), String.valueOf(e.getMessage())));
        }
    }

    /** At most 100 issues, in the order of the schema; one for each place and code. */
    @Override
    public List<Issue> check(Step step, Answers answers) {
        String schema = step.answerSchema();
        if (schema == null) {
            throw new IllegalArgumentException("The step " + step.key() + " asks for no answers");
        }
        Map<String, Issue> issues = new LinkedHashMap<>();
        for (Error error :
                compiled(schema).validate(CanonicalJson.parse(answers.canonicalJson()))) {
            Issue issue = issue(error);
            issues.putIfAbsent(issue.pointer() + " " + issue.code(), issue);
        }
        return issues.values().stream().limit(ISSUES_MAX).toList();
    }

    @Override
    public List<String> difference(Answers before, Answers after) {
        JsonNode old = CanonicalJson.parse(before.canonicalJson());
        JsonNode now = CanonicalJson.parse(after.canonicalJson());
        var members = new TreeSet<>(old.propertyNames());
        members.addAll(now.propertyNames());
        return members.stream()
                .filter(member -> !Objects.equals(old.get(member), now.get(member)))
                .map(member -> JsonSchemas.pointer("", member))
                .sorted()
                .toList();
    }

    @Override
    public Optional<String> text(Answers answers, String member) {
        return CanonicalJson.parse(answers.canonicalJson()).path(member).stringValueOpt();
    }

    private Schema compiled(String schema) {
        return schemas.get(schema);
    }

    private static Issue issue(Error error) {
        String place = ANSWERS + error.getInstanceLocation();
        String member = member(error);
        String pointer = member == null ? place : JsonSchemas.pointer(place, member);
        return switch (error.getKeyword()) {
            case "required", "dependentRequired" ->
                    new Issue(pointer, "required", "It is required.");
            case "additionalProperties", "unevaluatedProperties", "propertyNames" ->
                    new Issue(pointer, "unknown_member", "The form has no such member.");
            case "type" ->
                    new Issue(pointer, "wrong_type", "It must be of type " + limit(error, 1) + ".");
            case "maxLength" ->
                    new Issue(
                            pointer,
                            "too_long",
                            "It must have at most " + limit(error, 0) + " characters.");
            case "minLength" ->
                    new Issue(
                            pointer,
                            "too_short",
                            "It must have at least " + limit(error, 0) + " characters.");
            case "maxItems", "maxProperties", "maxContains" ->
                    new Issue(
                            pointer,
                            "too_many",
                            "It must have at most " + limit(error, 0) + " entries.");
            case "items", "unevaluatedItems" ->
                    new Issue(pointer, "too_many", "It has more entries than the form asks for.");
            case "minItems", "minProperties" ->
                    new Issue(
                            pointer,
                            "too_few",
                            "It must have at least " + limit(error, 0) + " entries.");
            case "contains", "minContains" ->
                    new Issue(pointer, "too_few", "An entry that is asked for is missing.");
            case "uniqueItems" -> new Issue(pointer, "not_unique", "Its entries must differ.");
            case "minimum" ->
                    new Issue(
                            pointer,
                            "out_of_range",
                            "It must be at least " + limit(error, 0) + ".");
            case "maximum" ->
                    new Issue(
                            pointer, "out_of_range", "It must be at most " + limit(error, 0) + ".");
            case "exclusiveMinimum" ->
                    new Issue(
                            pointer,
                            "out_of_range",
                            "It must be more than " + limit(error, 0) + ".");
            case "exclusiveMaximum" ->
                    new Issue(
                            pointer,
                            "out_of_range",
                            "It must be less than " + limit(error, 0) + ".");
            case "multipleOf" ->
                    new Issue(
                            pointer,
                            "out_of_range",
                            "It must be a multiple of " + limit(error, 0) + ".");
            case "format" ->
                    new Issue(
                            pointer,
                            "bad_format",
                            "It must be in the form " + limit(error, 0) + ".");
            case "pattern" ->
                    new Issue(pointer, "bad_format", "It must match " + limit(error, 0) + ".");
            case "enum" ->
                    new Issue(pointer, "not_allowed", "It must be one of " + limit(error, 0) + ".");
            case "const" ->
                    new Issue(pointer, "not_allowed", "It must be " + limit(error, 0) + ".");
            case "not" -> new Issue(pointer, "not_allowed", "It is not allowed.");
            case "false" -> new Issue(pointer, "not_allowed", "It must not be given.");
            default -> new Issue(pointer, "invalid", "It does not follow the form.");
        };
    }

    /** The member that an error about an object is really about. */
    private static @Nullable String member(Error error) {
        return error.getKeyword().equals("dependentRequired")
                ? limit(error, 0)
                : error.getProperty();
    }

    // For these keywords the arguments up to the index come from the schema alone. Others hold what
    // was sent, and so does the library's message: neither is ever repeated.
    private static String limit(Error error, int index) {
        String text = String.valueOf(error.getArguments()[index]);
        return text.length() <= CHOICES_LENGTH_MAX
                ? text
                : text.substring(0, CHOICES_LENGTH_MAX) + "...";
    }

    private static Refused refused(Issue issue) {
        return Refused.because(
                Refusal.ANSWERS_INVALID,
                "The answers are not what a form can hold.",
                List.of(issue));
    }
}
