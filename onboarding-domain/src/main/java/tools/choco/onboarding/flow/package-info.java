/**
 * Flows: which steps and paths a session is offered.
 *
 * <p>Content comes in through {@link tools.choco.onboarding.flow.FlowCatalog}; sessions copy what
 * they were offered into their first event and never look at today's configuration again.
 */
@NullMarked
package tools.choco.onboarding.flow;

import org.jspecify.annotations.NullMarked;
