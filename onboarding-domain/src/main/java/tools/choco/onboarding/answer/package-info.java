/**
 * What users answer, and the short texts of and about them: plain in memory, sealed everywhere
 * else.
 *
 * <p>The rules of a form and the keys come in through {@link
 * tools.choco.onboarding.answer.AnswerForms}, {@link tools.choco.onboarding.answer.AnswerVault} and
 * {@link tools.choco.onboarding.answer.TextVault}.
 */
@NullMarked
package tools.choco.onboarding.answer;

import org.jspecify.annotations.NullMarked;
