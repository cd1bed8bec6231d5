package tools.choco.onboarding.provisioning;

/**
 * The account in whose name a source repository is made.
 *
 * @param login name of the account
 * @param token secret that allows it; never printed
 */
public record GithubAccount(String login, String token) {

    @Override
    public String toString() {
        return "GithubAccount[login=" + login + "]";
    }
}
