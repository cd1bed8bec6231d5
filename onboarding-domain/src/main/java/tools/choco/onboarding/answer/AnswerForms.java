package tools.choco.onboarding.answer;

import java.util.List;
import java.util.Optional;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.flow.Step;

/** What can be said about answers without knowing JSON. */
public interface AnswerForms {

    /**
     * Every violation of the step's schema, pointers below {@code /answers}; empty if there is
     * none.
     */
    List<Issue> check(Step step, Answers answers);

    /** JSON pointers of the members, at the top level, whose values differ; sorted. */
    List<String> difference(Answers before, Answers after);

    /** The text of a top-level member, if there is one and it is text. */
    Optional<String> text(Answers answers, String member);
}
