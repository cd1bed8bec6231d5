/**
 * The list of sessions: one row a session, with all that the list and the idle sweep ask for.
 *
 * <p>Every event of a session and its sites enters; {@link
 * tools.choco.onboarding.sessionview.SessionQueries} answers. Answers to steps never come here.
 */
@NullMarked
package tools.choco.onboarding.sessionview;

import org.jspecify.annotations.NullMarked;
