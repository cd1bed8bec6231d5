package tools.choco.onboarding.ctl;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the service is. Common to all commands. */
final class ServiceOptions {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:ONBOARDING_URL:-http://127.0.0.1:8080}",
            description =
                    "Address of the service. Default: $ONBOARDING_URL, else http://127.0.0.1:8080.")
    private URI url = URI.create("http://127.0.0.1:8080");

    /**
     * The service at the address given.
     *
     * @throws ParameterException if that is no http address
     */
    Service service() {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!List.of("http", "https").contains(scheme) || url.getHost() == null) {
            throw usage("--url: '%s' is not an http address".formatted(url));
        }
        return new Service(url);
    }

    /** What is wrong with the command line, to be thrown. */
    ParameterException usage(String what) {
        if (command == null) {
            throw new IllegalStateException("options outside a command");
        }
        return new ParameterException(command.commandLine(), what);
    }
}
