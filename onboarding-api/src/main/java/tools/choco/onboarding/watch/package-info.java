/**
 * Streams to clients (Server-Sent Events): the changes of a session or a site as the log has them,
 * from a snapshot or from a position on. What enters is the log; what leaves are its public fields.
 */
@NullMarked
package tools.choco.onboarding.watch;

import org.jspecify.annotations.NullMarked;
