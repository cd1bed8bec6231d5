package tools.choco.onboarding.launch;

import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import tools.choco.onboarding.flow.config.InvalidFlow;
import tools.choco.onboarding.funnel.config.InvalidFunnel;
import tools.choco.onboarding.keys.InvalidKeys;

/** Says in one line why a start failed, whatever came out of the container. */
public final class StartFailures {

    private static final Logger log = LoggerFactory.getLogger(StartFailures.class);

    private StartFailures() {}

    /** The failure that counts; its message is the line. */
    public static StartFailure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            StartFailure known = known(cause);
            if (known != null) {
                return known;
            }
        }
        log.debug("The start failed", failure);
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new StartFailure(
                StartFailure.Reason.UNEXPECTED,
                "The service did not start: "
                        + root
                        + " (set LOGGING_LEVEL_TOOLS_CHOCO=DEBUG to see where)");
    }

    private static @Nullable StartFailure known(Throwable cause) {
        return switch (cause) {
            case StartFailure it -> it;
            case InvalidFlow it -> configuration("Invalid flow: " + it.getMessage());
            case InvalidFunnel it -> configuration("Invalid funnel: " + it.getMessage());
            case InvalidKeys it -> configuration(String.valueOf(it.getMessage()));
            case PortInUseException it ->
                    new StartFailure(
                            StartFailure.Reason.PORT_IN_USE,
                            "Port "
                                    + it.getPort()
                                    + " is taken; end what listens there, or set ONBOARDING_PORT.");
            case BindValidationException it ->
                    configuration(
                            it.getValidationErrors().getAllErrors().stream()
                                    .map(StartFailures::sentence)
                                    .collect(Collectors.joining("; ")));
            case BindException it when !(it.getCause() instanceof BindValidationException) ->
                    configuration(
                            "The setting " + it.getName() + " is not valid: " + rootMessage(it));
            case InvalidConfigurationPropertyValueException it ->
                    configuration(
                            "The setting " + it.getName() + " is not valid: " + it.getReason());
            case ConfigurationPropertiesBindException it
                    when !(it.getCause() instanceof BindException) ->
                    configuration(rootMessage(it));
            default -> null;
        };
    }

    private static String sentence(ObjectError error) {
        String setting =
                error instanceof FieldError field
                        ? error.getObjectName()
                                + "."
                                + DataObjectPropertyName.toDashedForm(field.getField())
                        : error.getObjectName();
        return "The setting " + setting + " is not valid: it " + error.getDefaultMessage();
    }

    private static StartFailure configuration(String sentence) {
        return new StartFailure(StartFailure.Reason.CONFIGURATION, sentence);
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
