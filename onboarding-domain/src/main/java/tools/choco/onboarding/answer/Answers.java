package tools.choco.onboarding.answer;

/**
 * A form's answers in plain: personal data, so never logged, never part of an event.
 *
 * @param canonicalJson a JSON object with sorted keys and without insignificant white space
 */
public record Answers(String canonicalJson) {

    @Override
    public String toString() {
        return "Answers[" + canonicalJson.length() + " characters]";
    }
}
