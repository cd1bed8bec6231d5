package tools.choco.onboarding.wiring;

import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.modelling.command.AnnotationCommandTargetResolver;
import org.axonframework.modelling.command.CommandTargetResolver;
import org.axonframework.modelling.command.VersionedAggregateIdentifier;
import tools.choco.onboarding.session.SessionCommand;
import tools.choco.onboarding.site.SiteCommand;

/**
 * Finds the aggregate that a command is for. Axon's own way looks through the annotations of every
 * member of the command, each time: a tenth of what a command costs.
 */
final class CommandTargets implements CommandTargetResolver {

    private final CommandTargetResolver others = AnnotationCommandTargetResolver.builder().build();

    @Override
    public VersionedAggregateIdentifier resolveTarget(CommandMessage<?> message) {
        return switch (message.getPayload()) {
            case SessionCommand command ->
                    new VersionedAggregateIdentifier((Object) command.sessionId(), null);
            case SiteCommand command ->
                    new VersionedAggregateIdentifier((Object) command.siteId(), null);
            default -> others.resolveTarget(message);
        };
    }
}
