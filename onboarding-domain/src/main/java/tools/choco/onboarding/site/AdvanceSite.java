package tools.choco.onboarding.site;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * One hop of the provisioning is done. A site that is not in {@code from}, or is at another
 * attempt, has moved on meanwhile: it changes nothing and answers with its state.
 *
 * <p>Going live, failing and leaving {@code AWAITING_GITHUB} have commands of their own.
 *
 * @param siteId the site
 * @param attempt attempt that the hop belongs to
 * @param from state in which the work was done
 * @param to state that it leads to
 * @param detail what there is to say for an operator, never a secret; empty if nothing
 * @param request how it came in
 */
public record AdvanceSite(
        @TargetAggregateIdentifier SiteId siteId,
        int attempt,
        ProvisioningState from,
        ProvisioningState to,
        String detail,
        Request request)
        implements SiteCommand {

    /**
     * @throws IllegalArgumentException if the provisioning has no such hop, or it has a command of
     *     its own
     */
    public AdvanceSite {
        if (!from.leadsTo(to) || to.isTerminal() || from == ProvisioningState.AWAITING_GITHUB) {
            throw new IllegalArgumentException("no hop leads from " + from + " to " + to);
        }
    }
}
