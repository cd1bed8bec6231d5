/**
 * The keys under which answers are sealed: one data key per user in PostgreSQL, wrapped by a master
 * key that is kept elsewhere.
 *
 * <p>Answers come in through {@link tools.choco.onboarding.answer.AnswerVault} and leave sealed,
 * for the log. Destroying a user's keys erases every answer that they sealed, wherever its bytes
 * are.
 */
@NullMarked
package tools.choco.onboarding.keys;

import org.jspecify.annotations.NullMarked;
