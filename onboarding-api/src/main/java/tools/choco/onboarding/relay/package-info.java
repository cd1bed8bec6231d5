/**
 * The stream out: every event of the log but refusals goes to NATS JetStream in an envelope, in the
 * log's order, by one relay over all instances. The stream is a copy; its last message says how far
 * it is.
 */
@NullMarked
package tools.choco.onboarding.relay;

import org.jspecify.annotations.NullMarked;
