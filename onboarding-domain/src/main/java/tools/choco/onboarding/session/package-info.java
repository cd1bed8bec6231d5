/**
 * Onboarding sessions: one user's way through one flow.
 *
 * <p>Commands come in, {@code Onboarding*} events leave; the answer to a command is the aggregate's
 * own state, so a client reads what it wrote.
 */
@NullMarked
package tools.choco.onboarding.session;

import org.jspecify.annotations.NullMarked;
