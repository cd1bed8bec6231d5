package tools.choco.onboarding.sessionview;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.Conditions;
import tools.choco.onboarding.projection.Cursor;
import tools.choco.onboarding.projection.InvalidCursor;
import tools.choco.onboarding.projection.Letters;
import tools.choco.onboarding.projection.Page;
import tools.choco.onboarding.projection.QueryFailed;
import tools.choco.onboarding.projection.ReadModel;
import tools.choco.onboarding.projection.StoredText;

/**
 * Questions about sessions. Answers lag the write side by the processor's backlog.
 *
 * <p>Fed by {@link SessionViewProjection}. Every method throws {@link QueryFailed} if the database
 * fails.
 */
public final class SessionQueries {

    /** Sessions on a page at most. */
    public static final int PAGE_MAX = 500;

    private static final String SUMMARY =
            """
            SELECT session_id, user_id, workspace_id, flow_id, flow_version, variant, source,
                status, current_step, path_id, jsonb_array_length(steps) AS total_steps,
                completed_steps, skipped_steps, site_ids, started_at, last_activity_at,
                completed_at, previous_session_id, new_session_id, revision
            FROM session_view
            """;

    private final ReadModel model;

    public SessionQueries(DataSource dataSource) {
        this.model = new ReadModel(dataSource, SessionViewProjection.NAME);
    }

    /**
     * A page of the list, newest start first. Sessions that start while a client pages on are not
     * shown, and none is shown twice.
     *
     * @param cursor where the page begins, from the page before; null for the first
     * @param limit items at most, 1 to {@value #PAGE_MAX}
     * @throws InvalidCursor if no page answered with that cursor
     */
    public SessionPage page(SessionFilter filter, @Nullable String cursor, int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("limit is 1 to " + PAGE_MAX);
        }
        Conditions conditions = new Conditions();
        if (filter.status() != null) {
            conditions.add("status = ?", filter.status().key());
        }
        if (filter.flowId() != null) {
            conditions.add("flow_id = ?", StoredText.of(filter.flowId()));
        }
        if (filter.userId() != null) {
            conditions.add("user_id = ?", StoredText.of(filter.userId()));
        }
        if (filter.step() != null) {
            conditions.add("current_step = ?", StoredText.of(filter.step()));
        }
        if (filter.activeBefore() != null) {
            conditions.add("last_activity_at < ?", timestamp(filter.activeBefore()));
        }
        if (!filter.includeTest()) {
            conditions.add("NOT test");
        }
        if (cursor != null) {
            Cursor after = Cursor.of(cursor);
            conditions.add("(started_at, session_id) < (?, ?)", timestamp(after.at()), after.id());
        }
        // One more than asked for tells whether the list goes on.
        String sql =
                SUMMARY
                        + conditions.where()
                        + " ORDER BY started_at DESC, session_id DESC LIMIT "
                        + (limit + 1);
        return model.ask(
                (connection, generation) ->
                        page(
                                ReadModel.rows(
                                        connection,
                                        sql,
                                        conditions.values(),
                                        SessionQueries::summary),
                                limit,
                                Letters.parkedSequences(connection, generation)));
    }

    private static SessionPage page(List<SessionSummary> found, int limit, long parked) {
        Page<SessionSummary> page =
                Page.of(found, limit, it -> new Cursor(it.startedAt(), it.sessionId()));
        return new SessionPage(page.items(), page.nextCursor(), parked);
    }

    /** The session of that id, if it is known. */
    public Optional<SessionSummary> byId(String sessionId) {
        return model
                .rows(
                        SUMMARY + " WHERE session_id = ?",
                        List.of(StoredText.of(sessionId)),
                        SessionQueries::summary)
                .stream()
                .findFirst();
    }

    /** The flow versions that have active sessions which could be idle. */
    public List<FlowVersion> activeFlowVersions() {
        return model.rows(
                """
                SELECT DISTINCT flow_id, flow_version FROM session_view
                WHERE status = 'active' AND NOT waits_for_site
                ORDER BY flow_id, flow_version
                """,
                List.of(),
                row -> new FlowVersion(row.getString(1), row.getInt(2)));
    }

    /**
     * Candidates for the idle sweep, longest idle first: active sessions of a flow version whose
     * user last did something at or before an instant. A session that only waits for a site it has
     * requested is none.
     *
     * @param limit candidates at most, from 1
     */
    public List<IdleSession> idleSince(FlowVersion flow, Instant instant, int limit) {
        return model.rows(
                """
                SELECT session_id, user_id, last_activity_at FROM session_view
                WHERE status = 'active' AND NOT waits_for_site
                    AND flow_id = ? AND flow_version = ? AND last_activity_at <= ?
                ORDER BY last_activity_at, session_id LIMIT ?
                """,
                List.of(flow.flowId(), flow.flowVersion(), timestamp(instant), limit),
                row -> new IdleSession(row.getString(1), row.getString(2), instant(row, 3)));
    }

    private static SessionSummary summary(ResultSet row) throws SQLException {
        String workspaceId = row.getString(3);
        return new SessionSummary(
                row.getString(1),
                row.getString(2),
                workspaceId.isEmpty() ? null : workspaceId,
                row.getString(4),
                row.getInt(5),
                row.getString(6),
                row.getString(7),
                SessionStatus.of(row.getString(8)),
                row.getString(9),
                row.getString(10),
                row.getInt(11),
                row.getInt(12),
                row.getInt(13),
                texts(row.getArray(14)),
                instant(row, 15),
                instant(row, 16),
                row.getObject(17) == null ? null : instant(row, 17),
                row.getString(18),
                row.getString(19),
                row.getLong(20));
    }

    private static List<String> texts(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime timestamp(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
