/** Subscriptions and deliveries of webhooks, for operators. */
@NullMarked
package tools.choco.onboarding.webhook.http;

import org.jspecify.annotations.NullMarked;
