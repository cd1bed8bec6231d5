package tools.choco.onboarding.session;

import tools.choco.onboarding.events.v1.SealedAnswers;

/**
 * Answers as they were accepted at one revision.
 *
 * @param change by which they were accepted
 * @param sealed the answers, sealed under the user's key
 */
public record AnswerVersion(Change change, SealedAnswers sealed) {

    /** The revision that accepted them. */
    public long revision() {
        return change.revision();
    }
}
