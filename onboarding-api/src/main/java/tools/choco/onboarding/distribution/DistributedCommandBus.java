package tools.choco.onboarding.distribution;

import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.axonserver.connector.command.AxonServerCommandBus;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandCallback;
import org.axonframework.commandhandling.CommandExecutionException;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.CommandResultMessage;
import org.axonframework.commandhandling.GenericCommandResultMessage;
import org.axonframework.commandhandling.distributed.RoutingStrategy;
import org.axonframework.common.Registration;
import org.axonframework.lifecycle.Lifecycle;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MessageHandler;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.eventlog.LogUnavailable;

/**
 * Sends each command through Axon Server to the instance that its aggregate is routed to. Whoever
 * sends gets the answer or the exception that the aggregate gave, wherever it was.
 */
public final class DistributedCommandBus implements CommandBus, Lifecycle {

    private static final Logger log = LoggerFactory.getLogger(DistributedCommandBus.class);

    private final AxonServerCommandBus remote;
    private final Supplier<Optional<String>> unavailability;

    /**
     * @param local handles what arrives here
     * @param routing by what commands are told apart: those of one key go to one instance
     * @param unavailability why nothing can be sent at present, if so
     */
    public DistributedCommandBus(
            AxonServerConnectionManager connections,
            AxonServerConfiguration configuration,
            CommandBus local,
            RoutingStrategy routing,
            Supplier<Optional<String>> unavailability) {
        this.unavailability = unavailability;
        remote =
                AxonServerCommandBus.builder()
                        .axonServerConnectionManager(connections)
                        .configuration(configuration)
                        .localSegment(new Answering(local))
                        .serializer(new CommandJson())
                        .routingStrategy(routing)
                        // Bounded by the permits that the configuration gives Axon Server.
                        .executorServiceBuilder(
                                (settings, queue) -> Executors.newVirtualThreadPerTaskExecutor())
                        .build();
    }

    @Override
    public void registerLifecycleHandlers(LifecycleRegistry lifecycle) {
        remote.registerLifecycleHandlers(lifecycle);
    }

    @Override
    public <C> void dispatch(CommandMessage<C> command) {
        dispatch(command, (sent, result) -> {});
    }

    @Override
    public <C, R> void dispatch(
            CommandMessage<C> command, CommandCallback<? super C, ? super R> callback) {
        Optional<String> reason = unavailability.get();
        if (reason.isPresent()) {
            callback.onResult(
                    command,
                    GenericCommandResultMessage.asCommandResultMessage(
                            LogUnavailable.elsewhere(reason.get(), true)));
            return;
        }
        remote.<C, R>dispatch(
                command,
                (sent, result) ->
                        callback.onResult(
                                sent,
                                result.isExceptional()
                                        ? failed(Failures.received(result.exceptionResult()))
                                        : result));
    }

    private static <R> CommandResultMessage<R> failed(Throwable exception) {
        return GenericCommandResultMessage.asCommandResultMessage(exception);
    }

    @Override
    public Registration subscribe(
            String commandName, MessageHandler<? super CommandMessage<?>> handler) {
        return remote.subscribe(commandName, handler);
    }

    @Override
    public Registration registerHandlerInterceptor(
            MessageHandlerInterceptor<? super CommandMessage<?>> interceptor) {
        return remote.registerHandlerInterceptor(interceptor);
    }

    @Override
    public Registration registerDispatchInterceptor(
            MessageDispatchInterceptor<? super CommandMessage<?>> interceptor) {
        return remote.registerDispatchInterceptor(interceptor);
    }

    /** Handles commands here, and puts what fails into a form that travels. */
    private static final class Answering implements CommandBus {

        private final CommandBus local;

        Answering(CommandBus local) {
            this.local = local;
        }

        @Override
        public <C> void dispatch(CommandMessage<C> command) {
            local.dispatch(command);
        }

        @Override
        public <C, R> void dispatch(
                CommandMessage<C> command, CommandCallback<? super C, ? super R> callback) {
            local.<C, R>dispatch(
                    command,
                    (sent, result) ->
                            callback.onResult(
                                    sent,
                                    result.isExceptional()
                                            ? failed(travelling(result.exceptionResult()))
                                            : result));
        }

        private static CommandExecutionException travelling(@Nullable Throwable exception) {
            Throwable happened =
                    exception == null ? new IllegalStateException("no reason") : exception;
            Failures.Failure failure = Failures.of(happened);
            if (failure instanceof Failures.Defect) {
                log.error("A command failed on our side", happened);
            }
            // Without the cause: its stack trace stays here.
            return new CommandExecutionException(failure.getClass().getSimpleName(), null, failure);
        }

        @Override
        public Registration subscribe(
                String commandName, MessageHandler<? super CommandMessage<?>> handler) {
            return local.subscribe(commandName, handler);
        }

        @Override
        public Registration registerHandlerInterceptor(
                MessageHandlerInterceptor<? super CommandMessage<?>> interceptor) {
            return local.registerHandlerInterceptor(interceptor);
        }

        @Override
        public Registration registerDispatchInterceptor(
                MessageDispatchInterceptor<? super CommandMessage<?>> interceptor) {
            return local.registerDispatchInterceptor(interceptor);
        }
    }
}
