/**
 * The numbers of a funnel, found by looking at every event of the log for each of them: what the
 * read model is compared with. It knows a funnel's definition and the events, and uses nothing of
 * how the read model counts.
 */
@NullMarked
package tools.choco.onboarding.evaluation;

import org.jspecify.annotations.NullMarked;
