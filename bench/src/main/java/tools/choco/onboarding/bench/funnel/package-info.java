/**
 * Answers about funnels: the service's, beside SQL over the events as JSON rows and over a table of
 * entries.
 */
@NullMarked
package tools.choco.onboarding.bench.funnel;

import org.jspecify.annotations.NullMarked;
