package tools.choco.onboarding.siteview;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
 * Questions about sites. Answers lag the write side by the processor's backlog.
 *
 * <p>Fed by {@link SiteViewProjection}. Every method throws {@link QueryFailed} if the database
 * fails.
 */
public final class SiteQueries {

    /** Sites on a page at most. */
    public static final int PAGE_MAX = 500;

    private final ReadModel model;

    public SiteQueries(DataSource dataSource) {
        this.model = new ReadModel(dataSource, SiteViewProjection.NAME);
    }

    /**
     * A page of a user's sites, newest request first.
     *
     * @param cursor where the page begins, from the page before; null for the first
     * @param limit items at most, 1 to {@value #PAGE_MAX}
     * @throws InvalidCursor if no page answered with that cursor
     */
    public Page<SiteSummary> ofUser(String userId, @Nullable String cursor, int limit) {
        checkLimit(limit);
        Conditions conditions = new Conditions();
        conditions.add("user_id = ?", StoredText.of(userId));
        if (cursor != null) {
            Cursor after = Cursor.of(cursor);
            conditions.add("(requested_at, site_id) < (?, ?)", timestamp(after.at()), after.id());
        }
        // One more than asked for tells whether the list goes on.
        List<SiteSummary> found =
                model.rows(
                        """
                        SELECT site_id, session_id, slug, hosting_mode, lifecycle_stage,
                            deploy_status, deploy_url, github_repo, requested_at,
                            state, attempt, saga_kind, error_kind, last_error, p.updated_at
                        FROM sites LEFT JOIN provisioning_sagas p USING (site_id)
                        """
                                + conditions.where()
                                + " ORDER BY requested_at DESC, site_id DESC LIMIT "
                                + (limit + 1),
                        conditions.values(),
                        SiteQueries::summary);
        return Page.of(found, limit, it -> new Cursor(it.requestedAt(), it.siteId()));
    }

    /**
     * A page of what is in flight, longest in its state first. A site that moves on while a client
     * pages is shown once more, where it is then.
     *
     * @param cursor where the page begins, from the page before; null for the first
     * @param limit items at most, 1 to {@value #PAGE_MAX}
     * @throws InvalidCursor if no page answered with that cursor
     */
    public InFlightPage inFlight(InFlightFilter filter, @Nullable String cursor, int limit) {
        checkLimit(limit);
        Conditions conditions = conditions(filter);
        if (cursor != null) {
            Cursor after = Cursor.of(cursor);
            conditions.add("(p.updated_at, p.site_id) > (?, ?)", timestamp(after.at()), after.id());
        }
        String sql =
                """
                SELECT site_id, session_id, user_id, slug, state, attempt, saga_kind,
                    error_kind, last_error, p.updated_at
                FROM provisioning_sagas p JOIN sites USING (site_id)
                """
                        + conditions.where()
                        + " ORDER BY p.updated_at, p.site_id LIMIT "
                        + (limit + 1);
        return model.ask(
                (connection, generation) ->
                        page(
                                ReadModel.rows(
                                        connection,
                                        sql,
                                        conditions.values(),
                                        SiteQueries::inFlightSite),
                                limit,
                                Letters.parkedSequences(connection, generation)));
    }

    private static InFlightPage page(List<InFlightSite> found, int limit, long parked) {
        Page<InFlightSite> page =
                Page.of(found, limit, it -> new Cursor(it.sinceState(), it.siteId()));
        return new InFlightPage(page.items(), page.nextCursor(), parked);
    }

    /** How many provisionings a filter matches. */
    public long countInFlight(InFlightFilter filter) {
        Conditions conditions = conditions(filter);
        return model.rows(
                        "SELECT count(*) FROM provisioning_sagas p" + conditions.where(),
                        conditions.values(),
                        row -> row.getLong(1))
                .getFirst();
    }

    /** How many of the users' own sites are in each state; a state without any is not there. */
    public Map<String, Long> countByState() {
        return model
                .rows(
                        "SELECT state, count(*) FROM provisioning_sagas GROUP BY state",
                        List.of(),
                        row -> Map.entry(row.getString(1), row.getLong(2)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Conditions conditions(InFlightFilter filter) {
        Conditions conditions = new Conditions();
        if (filter.state() == null) {
            conditions.add("p.state NOT IN ('live', 'failed')");
        } else {
            conditions.add("p.state = ?", StoredText.of(filter.state()));
        }
        if (filter.unchangedSince() != null) {
            conditions.add("p.updated_at < ?", timestamp(filter.unchangedSince()));
        }
        return conditions;
    }

    private static SiteSummary summary(ResultSet row) throws SQLException {
        String state = row.getString(10);
        return new SiteSummary(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                SiteTables.githubRepo(row),
                state == null
                        ? null
                        : new SiteSummary.Provisioning(
                                state,
                                row.getInt(11),
                                row.getString(12),
                                row.getString(13),
                                row.getString(14),
                                instant(row, 15)),
                instant(row, 9));
    }

    private static InFlightSite inFlightSite(ResultSet row) throws SQLException {
        return new InFlightSite(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getInt(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                instant(row, 10));
    }

    private static void checkLimit(int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("limit is 1 to " + PAGE_MAX);
        }
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime timestamp(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
