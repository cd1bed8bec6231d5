package tools.choco.onboarding.github;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.keys.SealedSecret;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.transaction.Transactions;

/**
 * The links in the table {@code github_links}, one per user, an account linked by one user at most.
 *
 * <p>Where the user's keys were destroyed there is no link, whatever the row says.
 */
public final class GithubLinks {

    private static final String USE = "github-token";

    private final Transactions transactions;
    private final PostgresAnswerVault vault;
    private final OnLinked onLinked;
    private final Clock clock;

    /**
     * @param onLinked is told of every link
     */
    public GithubLinks(
            Transactions transactions, PostgresAnswerVault vault, OnLinked onLinked, Clock clock) {
        this.transactions = transactions;
        this.vault = vault;
        this.onLinked = onLinked;
        this.clock = clock;
    }

    /** The account in whose name the user's repositories are made, with its token. */
    public Optional<GithubAccount> of(String userId) {
        return transactions
                .jdbc()
                .sql("SELECT * FROM github_links WHERE user_id = ?")
                .param(userId)
                .query(Row::of)
                .optional()
                .flatMap(this::opened);
    }

    /** Whether the user has linked an account. */
    public boolean isLinked(String userId) {
        return of(userId).isPresent();
    }

    /**
     * Whether that login and token are the user's; takes as long for a wrong token as for the right
     * one.
     *
     * @param login as GitHub has it: case does not count
     */
    public boolean matches(String userId, String login, String token) {
        Optional<GithubAccount> account = of(userId);
        byte[] kept = bytes(account.map(GithubAccount::token).orElse(""));
        boolean sameToken = MessageDigest.isEqual(kept, bytes(token));
        return sameToken && account.filter(it -> it.login().equalsIgnoreCase(login)).isPresent();
    }

    /** The link as its user may see it. */
    Optional<LinkedGithub> find(String userId) {
        return transactions
                .jdbc()
                .sql("SELECT * FROM github_links WHERE user_id = ?")
                .param(userId)
                .query(Row::of)
                .optional()
                .filter(row -> opened(row).isPresent())
                .map(row -> new LinkedGithub(row.login(), row.linkedAt()));
    }

    /**
     * Stores a link, in place of the one there is.
     *
     * @param correlationId the request that links
     * @throws LoginTaken if another user has linked that account; nothing is stored then
     */
    LinkedGithub link(String userId, String login, String token, String correlationId) {
        SealedSecret sealed = vault.sealSecret(userId, USE, token);
        Instant now = EventTime.now(clock);
        try {
            transactions.inside(
                    () -> {
                        transactions
                                .jdbc()
                                .sql(
                                        """
                                        INSERT INTO github_links
                                            (user_id, login, key_id, nonce, ciphertext, linked_at)
                                        VALUES (:user, :login, :key, :nonce, :ciphertext, :now)
                                        ON CONFLICT (user_id) DO UPDATE SET
                                            login = excluded.login, key_id = excluded.key_id,
                                            nonce = excluded.nonce,
                                            ciphertext = excluded.ciphertext,
                                            linked_at = excluded.linked_at""")
                                .param("user", userId)
                                .param("login", login)
                                .param("key", sealed.keyId())
                                .param("nonce", sealed.nonce())
                                .param("ciphertext", sealed.ciphertext())
                                .param("now", Timestamp.from(now))
                                .update();
                        onLinked.linked(userId, correlationId);
                    });
        } catch (DuplicateKeyException taken) {
            throw new LoginTaken();
        }
        return new LinkedGithub(login, now);
    }

    /**
     * Forgets the link and its token; a repeat changes nothing.
     *
     * @return whether there was one
     */
    public boolean unlink(String userId) {
        return transactions
                        .jdbc()
                        .sql("DELETE FROM github_links WHERE user_id = ?")
                        .param(userId)
                        .update()
                > 0;
    }

    private Optional<GithubAccount> opened(Row row) {
        return vault.openSecret(row.userId(), USE, row.sealed())
                .map(token -> new GithubAccount(row.login(), token));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private record Row(String userId, String login, SealedSecret sealed, Instant linkedAt) {

        static Row of(ResultSet row, int number) throws SQLException {
            return new Row(
                    row.getString("user_id"),
                    row.getString("login"),
                    new SealedSecret(
                            row.getObject("key_id", UUID.class),
                            row.getBytes("nonce"),
                            row.getBytes("ciphertext")),
                    row.getTimestamp("linked_at").toInstant());
        }
    }
}
