package tools.choco.onboarding.token;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Profile;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;

/**
 * Gives out tokens to whoever asks on the loopback interface; exists in the {@code local} profile
 * only.
 */
@RestController
@Profile("local")
class LocalTokenController {

    private static final int LIFETIME_SECONDS = 3600;

    private final LocalIssuer issuer;

    LocalTokenController(LocalIssuer issuer) {
        this.issuer = issuer;
    }

    record TokenBody(
            @NotNull @Size(min = 1, max = 255) @Pattern(regexp = "[\\x21-\\x7E]*") String sub,
            @NotNull @Size(min = 1, max = 3)
                    Set<
                                    @NotNull
                                    @Pattern(
                                            regexp = "onboarding:write|analytics:read|ops",
                                            message =
                                                    "must be onboarding:write, analytics:read or ops")
                                    String>
                            scopes,
            @Nullable @Size(max = 50) List<@NotNull @Size(min = 1, max = 64) String> workspaces,
            @Nullable @Min(1) @Max(86_400) Integer expiresInSeconds) {}

    record Token(String accessToken, String tokenType, int expiresInSeconds, String scope) {}

    @PostMapping("/local/token")
    ResponseEntity<Token> issue(HttpServletRequest request, @Valid @RequestBody TokenBody body)
            throws UnknownHostException {
        // The listener is bound to loopback already; a proxy in front must not change that.
        if (!InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress()) {
            throw EdgeProblem.of(ProblemCode.NOT_FOUND, "No route has this path.");
        }
        int seconds = body.expiresInSeconds() == null ? LIFETIME_SECONDS : body.expiresInSeconds();
        String scope = String.join(" ", body.scopes());
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(
                        new Token(
                                issuer.issue(
                                        body.sub(),
                                        scope,
                                        body.workspaces(),
                                        Duration.ofSeconds(seconds)),
                                "Bearer",
                                seconds,
                                scope));
    }
}
