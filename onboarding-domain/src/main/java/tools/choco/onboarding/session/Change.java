package tools.choco.onboarding.session;

import java.time.Instant;

/**
 * When something of a session's content changed last.
 *
 * @param revision revision that the change made
 * @param at when it happened
 * @param by subject of the one who did it
 */
public record Change(long revision, Instant at, String by) {}
