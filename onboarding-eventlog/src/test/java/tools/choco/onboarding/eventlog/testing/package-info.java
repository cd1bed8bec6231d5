/**
 * What tests of this module and of those above it share: databases of their own on one embedded
 * PostgreSQL, and random events.
 */
@NullMarked
package tools.choco.onboarding.eventlog.testing;

import org.jspecify.annotations.NullMarked;
