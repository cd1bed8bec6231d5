package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.funnel.FunnelAnswer.Outcomes;
import tools.choco.onboarding.funnel.FunnelAnswer.Stage;
import tools.choco.onboarding.funnel.FunnelAnswer.TimeToReach;
import tools.choco.onboarding.projection.AsOf;
import tools.choco.onboarding.projection.ReadModel;
import tools.choco.onboarding.projection.StoredText;

/**
 * Questions about funnels. Answers lag the write side by the processor's backlog and say by how
 * much.
 *
 * <p>Fed by {@link FunnelProjection}. Every method throws {@link QueryFailed} if the database
 * fails.
 */
public final class FunnelQueries {

    private static final String STAGE_NAMES =
            """
            SELECT stage FROM funnel_stage
            WHERE (?::text IS NULL OR flow_id = ?) AND (?::integer IS NULL OR flow_version = ?)
            GROUP BY stage, part ORDER BY part, min(ordinal), stage
            """;

    private static final String COUNTED =
            """
            FROM funnel_entry e
            WHERE e.started_day BETWEEN ? AND ?
                AND (?::text IS NULL OR e.flow_id = ?)
                AND (?::integer IS NULL OR e.flow_version = ?)
                AND (?::text IS NULL OR e.variant = ?)
                AND (?::text IS NULL OR e.source = ?)
                AND (?::text IS NULL OR e.path_id = ?)
                AND (? OR NOT e.test)
            """;

    private static final String STAGES =
            """
            SELECT stage,
                count(*),
                count(reached_at),
                count(*) FILTER (WHERE skipped),
                count(*) FILTER (WHERE previous_passed),
                count(reached_at) FILTER (WHERE previous_passed),
                percentile_disc(0.5) WITHIN GROUP (ORDER BY took_ms),
                percentile_disc(0.9) WITHIN GROUP (ORDER BY took_ms),
                percentile_disc(0.99) WITHIN GROUP (ORDER BY took_ms)
            FROM (
                SELECT s.stage, s.reached_at, s.skipped,
                    e.reached_at[s.place - 1] IS NOT NULL OR e.skipped[s.place - 1]
                        AS previous_passed,
                    floor(extract(epoch FROM s.reached_at - e.started_at) * 1000)::bigint
                        AS took_ms
                FROM (SELECT * %s) e, unnest(e.stages, e.reached_at, e.skipped)
                    WITH ORDINALITY AS s (stage, reached_at, skipped, place)
            ) offered
            GROUP BY stage
            """
                    .formatted(COUNTED);

    private static final String OUTCOMES =
            "SELECT outcome, count(*) %s GROUP BY outcome".formatted(COUNTED);

    private final ReadModel model;

    public FunnelQueries(DataSource dataSource) {
        this.model = new ReadModel(dataSource, FunnelProjection.NAME);
    }

    /** The funnels there are. */
    public List<Funnel> funnels() {
        return model.ask(
                (connection, generation) ->
                        List.of(
                                new Funnel(
                                        Funnel.ONBOARDING,
                                        stageNames(connection, FunnelFilter.ALL))));
    }

    /**
     * The onboarding funnel over the sessions that started on the days of a range.
     *
     * @param from first UTC day, inclusive
     * @param to last UTC day, inclusive; not before {@code from}
     */
    public FunnelAnswer onboarding(LocalDate from, LocalDate to, FunnelFilter filter) {
        if (to.isBefore(from)) {
            throw new IllegalArgumentException("to comes before from");
        }
        return model.ask(
                (connection, generation) -> {
                    Outcomes outcomes = outcomes(connection, from, to, filter);
                    return new FunnelAnswer(
                            Funnel.ONBOARDING,
                            from,
                            to,
                            total(outcomes),
                            stages(connection, from, to, filter),
                            outcomes,
                            AsOf.read(connection, generation),
                            FunnelProjection.VERSION);
                });
    }

    private static List<Stage> stages(
            Connection connection, LocalDate from, LocalDate to, FunnelFilter filter)
            throws SQLException {
        Map<String, Stage> counted = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(STAGES)) {
            bind(statement, from, to, filter);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    counted.put(row.getString(1), stage(row));
                }
            }
        }
        return stageNames(connection, filter).stream()
                .map(name -> counted.getOrDefault(name, new Stage(name, 0, 0, 0, null, null, null)))
                .toList();
    }

    private static Stage stage(ResultSet row) throws SQLException {
        long offered = row.getLong(2);
        long reached = row.getLong(3);
        return new Stage(
                row.getString(1),
                offered,
                reached,
                row.getLong(4),
                share(row.getLong(6), row.getLong(5)),
                share(reached, offered),
                reached == 0
                        ? null
                        : new TimeToReach(row.getLong(7), row.getLong(8), row.getLong(9)));
    }

    private static @Nullable Double share(long part, long whole) {
        return whole == 0 ? null : (double) part / whole;
    }

    /** The first and last stage are there even if nobody ever started. */
    private static List<String> stageNames(Connection connection, FunnelFilter filter)
            throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        names.add(Stages.STARTED);
        try (PreparedStatement statement = connection.prepareStatement(STAGE_NAMES)) {
            String flowId = filter.flowId() == null ? null : StoredText.of(filter.flowId());
            statement.setString(1, flowId);
            statement.setString(2, flowId);
            statement.setObject(3, filter.flowVersion(), Types.INTEGER);
            statement.setObject(4, filter.flowVersion(), Types.INTEGER);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
        }
        names.add(Stages.COMPLETED);
        return new ArrayList<>(names);
    }

    private static Outcomes outcomes(
            Connection connection, LocalDate from, LocalDate to, FunnelFilter filter)
            throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(OUTCOMES)) {
            bind(statement, from, to, filter);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    counts.put(row.getString(1), row.getLong(2));
                }
            }
        }
        return new Outcomes(
                counts.getOrDefault(Outcome.CONVERTED.key(), 0L),
                counts.getOrDefault(Outcome.RESET.key(), 0L),
                counts.getOrDefault(Outcome.FAILED.key(), 0L),
                counts.getOrDefault(Outcome.DROPPED.key(), 0L),
                counts.getOrDefault(Outcome.PARKED_ON_USER.key(), 0L),
                counts.getOrDefault(Outcome.PARKED_ON_US.key(), 0L),
                counts.getOrDefault(Outcome.IN_FLIGHT.key(), 0L));
    }

    private static long total(Outcomes outcomes) {
        return outcomes.converted()
                + outcomes.reset()
                + outcomes.failed()
                + outcomes.dropped()
                + outcomes.parkedOnUser()
                + outcomes.parkedOnUs()
                + outcomes.inFlight();
    }

    private static void bind(
            PreparedStatement statement, LocalDate from, LocalDate to, FunnelFilter filter)
            throws SQLException {
        statement.setObject(1, from);
        statement.setObject(2, to);
        int next = 3;
        next = bindTwice(statement, next, filter.flowId());
        statement.setObject(next++, filter.flowVersion(), Types.INTEGER);
        statement.setObject(next++, filter.flowVersion(), Types.INTEGER);
        next = bindTwice(statement, next, filter.variant());
        next = bindTwice(statement, next, filter.source());
        next = bindTwice(statement, next, filter.pathId());
        statement.setBoolean(next, filter.includeTest());
    }

    private static int bindTwice(PreparedStatement statement, int index, @Nullable String value)
            throws SQLException {
        String stored = value == null ? null : StoredText.of(value);
        statement.setString(index, stored);
        statement.setString(index + 1, stored);
        return index + 2;
    }
}
