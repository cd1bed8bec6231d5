package tools.choco.onboarding.wiring;

import org.axonframework.commandhandling.CommandBus;

/** How commands get to the instance that handles them. */
@FunctionalInterface
interface CommandDistribution {

    /** What senders send to, over what handles commands in this process. */
    CommandBus over(CommandBus local);
}
