/**
 * Holds what is in {@code docker/} to the service: images, compose files, alerts, the dashboard.
 */
@NullMarked
package tools.choco.onboarding.deployment;

import org.jspecify.annotations.NullMarked;
