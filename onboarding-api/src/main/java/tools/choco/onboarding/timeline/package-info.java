/**
 * The story of one session, its refusals and its sites, for analysts: read from the log itself, so
 * it is complete and in order the moment it is asked for. It tells what happened, never what
 * somebody wrote.
 */
@NullMarked
package tools.choco.onboarding.timeline;

import org.jspecify.annotations.NullMarked;
