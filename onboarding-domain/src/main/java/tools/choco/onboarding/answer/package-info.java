/**
 * What users answer: canonical JSON in memory, sealed everywhere else.
 *
 * <p>The rules of a form and the keys come in through {@link
 * tools.choco.onboarding.answer.AnswerForms} and {@link tools.choco.onboarding.answer.AnswerVault}.
 */
@NullMarked
package tools.choco.onboarding.answer;

import org.jspecify.annotations.NullMarked;
