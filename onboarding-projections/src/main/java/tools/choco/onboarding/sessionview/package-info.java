/**
 * The list of sessions: one row a session, with all that the list and the idle sweep ask for; and
 * which sessions support tickets are about.
 *
 * <p>Every event of a session and its sites enters, and other systems' {@code ticket.opened};
 * {@link tools.choco.onboarding.sessionview.SessionQueries} and {@link
 * tools.choco.onboarding.sessionview.TicketQueries} answer. Answers to steps never come here.
 */
@NullMarked
package tools.choco.onboarding.sessionview;

import org.jspecify.annotations.NullMarked;
