package tools.choco.onboarding.session;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.answer.AnswerForms;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.flow.Step;

/**
 * Forms of text members only, with one rule: the member that the step's schema names must be there.
 */
final class FlatForms implements AnswerForms {

    private static final Pattern MEMBER = Pattern.compile("\"(\\w+)\":\"([^\"]*)\"");

    /** Answers of alternating names and values. */
    static Answers answers(String... namesAndValues) {
        Map<String, String> members = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Answers(
                members.entrySet().stream()
                        .map(it -> "\"" + it.getKey() + "\":\"" + it.getValue() + "\"")
                        .collect(Collectors.joining(",", "{", "}")));
    }

    @Override
    public List<Issue> check(Step step, Answers answers) {
        String member = Objects.requireNonNull(step.answerSchema(), "only a form has a schema");
        return text(answers, member).isPresent()
                ? List.of()
                : List.of(new Issue("/answers/" + member, "required", "The member is required."));
    }

    @Override
    public List<String> difference(Answers before, Answers after) {
        Map<String, String> old = members(before);
        Map<String, String> now = members(after);
        TreeSet<String> names = new TreeSet<>(old.keySet());
        names.addAll(now.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(old.get(name), now.get(name)))
                .map(name -> "/" + name)
                .toList();
    }

    @Override
    public Optional<String> text(Answers answers, String member) {
        return Optional.ofNullable(members(answers).get(member));
    }

    private static Map<String, String> members(Answers answers) {
        return MEMBER.matcher(answers.canonicalJson())
                .results()
                .collect(Collectors.toMap(it -> it.group(1), it -> it.group(2)));
    }
}
