package tools.choco.onboarding.github;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;

/**
 * A user's link to GitHub. Both writes are idempotent by themselves: what they ask for is a state.
 */
@RestController
@RequestMapping("/users/me/github-link")
class GithubLinkController {

    /** GitHub's own rule: letters, digits and single hyphens inside. */
    private static final String LOGIN = "[A-Za-z0-9](-?[A-Za-z0-9])*";

    private static final String VISIBLE = "[\\x21-\\x7E]*";

    private final GithubLinks links;

    GithubLinkController(GithubLinks links) {
        this.links = links;
    }

    record LinkBody(
            @NotNull @Size(min = 1, max = 39) @Pattern(regexp = LOGIN) String login,
            @NotNull @Size(min = 8, max = 255) @Pattern(regexp = VISIBLE) String token) {

        /** Without the token. */
        @Override
        public String toString() {
            return "LinkBody[login=" + login + "]";
        }
    }

    @GetMapping
    LinkedGithub read(EdgeCall call) {
        return links.find(call.caller().subject())
                .orElseThrow(
                        () -> EdgeProblem.of(ProblemCode.NOT_FOUND, "You have not linked GitHub."));
    }

    @PutMapping
    LinkedGithub link(EdgeCall call, @Valid @RequestBody LinkBody body) {
        try {
            return links.link(
                    call.caller().subject(), body.login(), body.token(), call.correlationId());
        } catch (LoginTaken taken) {
            throw EdgeProblem.at(
                    ProblemCode.GITHUB_LOGIN_TAKEN,
                    "/login",
                    "Another user has linked that GitHub account.");
        }
    }

    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void unlink(EdgeCall call) {
        links.unlink(call.caller().subject());
    }
}
