package tools.choco.onboarding.ctl;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who asks. Common to the commands that read or change something. */
final class TokenOptions {

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:ONBOARDING_TOKEN}",
            description =
                    "Bearer token. Default: $ONBOARDING_TOKEN, else one that the local profile"
                            + " issues.")
    private @Nullable String token;

    /**
     * The token given, or a local one with these scopes.
     *
     * @throws CommandFailure if there is none and the service issues none
     */
    String orLocal(Service service, String scope) {
        if (token != null && !token.isBlank()) {
            return token.strip();
        }
        Reply reply = service.require(Service.localToken("onboardingctl", List.of(scope)));
        return Service.tokenIn(reply);
    }
}
