/**
 * Tells other systems of events over HTTP: subscriptions, one durable delivery for each of their
 * events, tries until one succeeds or time is up, and the guard that keeps a subscriber's address
 * from leading into our own network.
 */
@NullMarked
package tools.choco.onboarding.webhook;

import org.jspecify.annotations.NullMarked;
