package tools.choco.onboarding.github;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.transaction.Transactions;

@ExtendWith(SharedService.class)
class GithubLinkTest {

    private static final String LINK = "/users/me/github-link";
    private static final String TOKEN = "a-token-for-tests";

    private final RunningService service;
    private final GithubLinks links;
    private final User user;

    GithubLinkTest(RunningService service) {
        this.service = service;
        links = service.part(GithubLinks.class);
        user = User.of(service);
    }

    @Test
    void isNotThereBeforeItIsMade() {
        assertThat(user.client().get(LINK).status()).isEqualTo(404);
        assertThat(links.of(user.subject())).isEmpty();
        assertThat(links.isLinked(user.subject())).isFalse();
    }

    @Test
    void isMadeReplacedAndForgotten() {
        Answer made = user.linkGithub("Ada-" + user.subject(), TOKEN);

        assertThat(made.status()).isEqualTo(200);
        assertThat(made.at("/login")).isEqualTo("Ada-" + user.subject());
        assertThat(made.text()).doesNotContain(TOKEN);
        assertThat(user.client().get(LINK).text()).isEqualTo(made.text());
        assertThat(links.of(user.subject()))
                .contains(new GithubAccount("Ada-" + user.subject(), TOKEN));

        assertThat(user.linkGithub(user.subject(), "another-token").status()).isEqualTo(200);
        assertThat(links.of(user.subject()))
                .contains(new GithubAccount(user.subject(), "another-token"));

        assertThat(user.client().delete(LINK).status()).isEqualTo(204);
        assertThat(user.client().delete(LINK).status()).isEqualTo(204);
        assertThat(user.client().get(LINK).status()).isEqualTo(404);
        assertThat(links.isLinked(user.subject())).isFalse();
    }

    @Test
    void belongsToOneUser() {
        User other = User.of(service);
        assertThat(user.linkGithub().status()).isEqualTo(200);

        Answer taken = other.linkGithub(user.subject().toUpperCase(Locale.ROOT), TOKEN);

        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.at("/code")).isEqualTo("github_login_taken");
        assertThat(links.isLinked(other.subject())).isFalse();
        user.client().delete(LINK);
        assertThat(other.linkGithub(user.subject(), TOKEN).status()).isEqualTo(200);
    }

    @Test
    void belongsToOneOfManyWhoWantItAtOnce() throws Exception {
        int users = 8;
        CyclicBarrier together = new CyclicBarrier(users);
        List<Callable<Answer>> wishes =
                IntStream.range(0, users)
                        .<Callable<Answer>>mapToObj(
                                i -> {
                                    User one = User.of(service);
                                    return () -> {
                                        together.await();
                                        return one.linkGithub(user.subject(), TOKEN);
                                    };
                                })
                        .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Integer> statuses =
                    threads.invokeAll(wishes).stream()
                            .map(Future::resultNow)
                            .map(Answer::status)
                            .toList();
            assertThat(statuses).containsOnly(200, 409).containsOnlyOnce(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "a--b", "a b", "a_b", "ä", "a.b", "a\u0000"})
    void refusesALoginThatGithubWould(String login) {
        String escaped = login.replace("\u0000", "\\u0000");
        Answer refused = user.linkGithub(escaped, TOKEN);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/errors/0/pointer")).isEqualTo("/login");
        assertThat(links.isLinked(user.subject())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1,200", "39,200", "40,400"})
    void boundsALogin(int length, int status) {
        String login = "%s%s".formatted(user.subject(), "x".repeat(40)).replace("-", "x");
        assertThat(user.linkGithub(login.substring(0, length), TOKEN).status()).isEqualTo(status);
        user.client().delete(LINK);
    }

    @ParameterizedTest
    @CsvSource({"7,400", "8,200", "255,200", "256,400"})
    void boundsAToken(int length, int status) {
        Answer answer = user.linkGithub(user.subject(), "t".repeat(length));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).doesNotContain("ttttttt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"with a space", "with-\\u0007-a-bell", "with-\\u00e4-umlaut"})
    void refusesATokenThatIsNotVisibleAscii(String token) {
        assertThat(user.linkGithub(user.subject(), token).status()).isEqualTo(400);
    }

    @Test
    void needsTheScope() {
        assertThat(service.analyst().get(LINK).status()).isEqualTo(403);
        assertThat(service.client().get(LINK).status()).isEqualTo(401);
    }

    @Test
    void opensForItsUserOnly() {
        user.linkGithub(user.subject(), TOKEN);

        assertThat(links.matches(user.subject(), user.subject(), TOKEN)).isTrue();
        assertThat(links.matches(user.subject(), user.subject().toUpperCase(Locale.ROOT), TOKEN))
                .isTrue();
        assertThat(links.matches(user.subject(), user.subject(), TOKEN + "x")).isFalse();
        assertThat(links.matches(user.subject(), user.subject(), "")).isFalse();
        assertThat(links.matches(user.subject(), "another", TOKEN)).isFalse();
        assertThat(links.matches("nobody", user.subject(), TOKEN)).isFalse();
        assertThat(links.matches("nobody", "", "")).isFalse();
    }

    @Test
    void isGoneWithTheKeysOfItsUser() {
        user.linkGithub();
        service.part(PostgresAnswerVault.class).destroy(user.subject());

        assertThat(links.of(user.subject())).isEmpty();
        assertThat(links.isLinked(user.subject())).isFalse();
        assertThat(user.client().get(LINK).status()).isEqualTo(404);
        assertThat(links.matches(user.subject(), user.subject(), "token-of-" + user.subject()))
                .isFalse();
    }

    @Test
    void isNotStoredIfNobodyCouldBeTold() {
        GithubLinks deaf =
                new GithubLinks(
                        service.part(Transactions.class),
                        service.part(PostgresAnswerVault.class),
                        (userId, correlationId) -> {
                            throw new IllegalStateException("the task cannot be scheduled");
                        },
                        service.clock());

        assertThatThrownBy(() -> deaf.link(user.subject(), user.subject(), TOKEN, "c-1"))
                .hasMessageContaining("cannot be scheduled");
        assertThat(links.isLinked(user.subject())).isFalse();
    }

    @Test
    void isUnreadableInItsRow() {
        user.linkGithub(user.subject(), TOKEN);

        assertThat(
                        Tables.of(service)
                                .count(
                                        """
                                        SELECT count(*) FROM github_links
                                        WHERE user_id = ? AND length(ciphertext) = ?
                                            AND position(?::bytea IN ciphertext) = 0""",
                                        user.subject(),
                                        TOKEN.length() + 16,
                                        TOKEN.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(1);
    }
}
