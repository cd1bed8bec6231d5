package tools.choco.onboarding.ops.erasure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.deadletter.DeadLetters;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.projection.Replays;
import tools.choco.onboarding.provisioning.HopAttempts;
import tools.choco.onboarding.sessionview.SessionFilter;
import tools.choco.onboarding.sessionview.SessionPage;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.choco.onboarding.sessionview.SessionSummary;
import tools.choco.onboarding.transaction.Transactions;

/**
 * Erases users. What they answered and wrote, what was written about them, the names of their
 * repositories and the token they linked are sealed by keys of their own, in the log as everywhere;
 * with the keys they are gone. What was kept in plain, the GitHub login, what failures may have
 * quoted, and why a session was replayed, is deleted.
 *
 * <p>Each part can be repeated, so an erasure that broke off is simply asked for again.
 */
public final class Erasures {

    private final Transactions transactions;
    private final PostgresAnswerVault vault;
    private final GithubLinks links;
    private final HopAttempts attempts;
    private final DeadLetters letters;
    private final Replays replays;
    private final SessionQueries sessions;

    public Erasures(
            Transactions transactions,
            PostgresAnswerVault vault,
            GithubLinks links,
            HopAttempts attempts,
            DeadLetters letters,
            Replays replays,
            SessionQueries sessions) {
        this.transactions = transactions;
        this.vault = vault;
        this.links = links;
        this.attempts = attempts;
        this.letters = letters;
        this.replays = replays;
        this.sessions = sessions;
    }

    /**
     * What an erasure found.
     *
     * @param keysDestroyed keys that are gone now; 0 in a repeat
     * @param githubLinkRemoved whether a link was there
     */
    record Outcome(int keysDestroyed, boolean githubLinkRemoved) {}

    /**
     * Erases a user.
     *
     * @return empty if nothing was ever known of them
     */
    Optional<Outcome> erase(String userId) {
        if (!isKnown(userId)) {
            return Optional.empty();
        }
        List<String> ids = sessionsAndSites(userId);
        // The link first: a site that goes live meanwhile names no repository under a new key.
        boolean linked =
                transactions.inside(
                        () -> {
                            attempts.forgetErrors(userId);
                            letters.forget(ids);
                            return links.unlink(userId);
                        });
        replays.forget(ids);
        return Optional.of(new Outcome(vault.destroy(userId), linked));
    }

    private boolean isKnown(String userId) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT EXISTS (SELECT FROM session_claims WHERE user_id = :user)
                            OR EXISTS (SELECT FROM user_keys WHERE user_id = :user)
                            OR EXISTS (SELECT FROM github_links WHERE user_id = :user)""")
                .param("user", userId)
                .query(Boolean.class)
                .single();
    }

    /** From the read model, and what has been claimed but may not be there yet. */
    private List<String> sessionsAndSites(String userId) {
        List<String> ids =
                new ArrayList<>(
                        transactions
                                .jdbc()
                                .sql(
                                        """
                                        SELECT session_id FROM session_claims WHERE user_id = :user
                                        UNION SELECT session_id::text FROM site_claims
                                        WHERE user_id = :user
                                        UNION SELECT site_id::text FROM site_claims
                                        WHERE user_id = :user""")
                                .param("user", userId)
                                .query(String.class)
                                .list());
        SessionFilter filter = new SessionFilter(null, null, userId, null, null, true);
        String cursor = null;
        do {
            SessionPage page = page(filter, cursor);
            page.items().stream().map(SessionSummary::sessionId).forEach(ids::add);
            cursor = page.nextCursor();
        } while (cursor != null);
        return ids;
    }

    private SessionPage page(SessionFilter filter, @Nullable String cursor) {
        return sessions.page(filter, cursor, SessionQueries.PAGE_MAX);
    }
}
