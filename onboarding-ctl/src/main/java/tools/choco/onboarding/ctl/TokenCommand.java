package tools.choco.onboarding.ctl;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints a bearer token of the {@code local} profile. */
@Command(
        name = "token",
        header = "Ask the local profile for a bearer token and print it.",
        description = {
            "",
            "Works only against a service in the 'local' profile, on its own machine. Anywhere"
                    + " else the token comes"
                    + " from your issuer, and you hand it over in ONBOARDING_TOKEN."
        },
        footer = {
            "",
            "Examples:",
            "  A user who goes through onboarding, with curl:",
            "    TOKEN=$(onboardingctl token --sub alice --scope onboarding:write)",
            "    curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/onboarding/session",
            "",
            "  An operator's token for the rest of this shell:",
            "    export ONBOARDING_TOKEN=$(onboardingctl token --scope ops --scope analytics:read)"
        })
final class TokenCommand implements Callable<Integer> {

    @Mixin private ServiceOptions serviceOptions = new ServiceOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--sub",
            paramLabel = "SUBJECT",
            defaultValue = "onboardingctl",
            description = "Whose token it is. Default: ${DEFAULT-VALUE}.")
    private String subject = "";

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            split = ",",
            defaultValue = "onboarding:write,analytics:read,ops",
            description = "What it allows; may be repeated. Default: ${DEFAULT-VALUE}.")
    private List<String> scopes = List.of();

    @Option(names = "--json", description = "Print the service's answer as it came.")
    private boolean json;

    @Override
    public Integer call() {
        try (Service service = serviceOptions.service()) {
            Reply reply = service.require(Service.localToken(subject, scopes));
            spec.commandLine().getOut().println(json ? reply.body() : Service.tokenIn(reply));
            return 0;
        }
    }
}
