/**
 * The session routes of the web front end and the operator: one command each, answered from the
 * aggregate's own state.
 */
@NullMarked
package tools.choco.onboarding.session.http;

import org.jspecify.annotations.NullMarked;
