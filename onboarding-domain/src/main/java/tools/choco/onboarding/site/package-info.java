/**
 * Sites: what becomes of the slug a user asked for, from the request to the site that is served.
 *
 * <p>A site is spawned by a session and lives on its own. Commands come in, from the user, from the
 * provisioning and from operators; {@code Site*} and {@code WelcomeSite*} events leave; the answer
 * to a command is the aggregate's own state.
 */
@NullMarked
package tools.choco.onboarding.site;

import org.jspecify.annotations.NullMarked;
