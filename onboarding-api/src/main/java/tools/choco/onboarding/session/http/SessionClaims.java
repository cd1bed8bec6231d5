package tools.choco.onboarding.session.http;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.session.SessionId;

/**
 * Which session is whose: one row for each (user, flow), written before the session starts and
 * never deleted. Of parallel claims one wins, and the losers get the winner's id.
 */
public final class SessionClaims {

    private final JdbcClient jdbc;

    public SessionClaims(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The session of the user in the flow; {@code candidate} becomes it if there is none yet. */
    SessionId claim(String userId, String flowId, SessionId candidate) {
        return find(userId, flowId)
                .orElseGet(
                        () -> {
                            jdbc.sql(
                                            """
                                            INSERT INTO session_claims
                                                (user_id, flow_id, session_id, claimed_at)
                                            VALUES (?, ?, ?, now())
                                            ON CONFLICT (user_id, flow_id) DO NOTHING""")
                                    .params(userId, flowId, candidate.value())
                                    .update();
                            return find(userId, flowId).orElseThrow();
                        });
    }

    /** The session of the user in the flow, if one was ever claimed. */
    Optional<SessionId> find(String userId, String flowId) {
        return jdbc.sql("SELECT session_id FROM session_claims WHERE user_id = ? AND flow_id = ?")
                .params(userId, flowId)
                .query(String.class)
                .optional()
                .map(SessionId::new);
    }

    /** Moves the pointer after a reset, unless somebody else has moved it already. */
    void move(String userId, String flowId, SessionId from, SessionId to) {
        jdbc.sql(
                        """
                        UPDATE session_claims SET session_id = ?, claimed_at = now()
                        WHERE user_id = ? AND flow_id = ? AND session_id = ?""")
                .params(to.value(), userId, flowId, from.value())
                .update();
    }
}
