package tools.choco.onboarding.flow.config;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.choco.onboarding.flow.Flow;

/** Every flow version that was ever offered, in the table {@code flow_versions}. */
public final class PostgresFlowRegistry {

    private static final int HASH_SHOWN = 12;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Clock clock;

    public PostgresFlowRegistry(DataSource dataSource, Clock clock) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        this.clock = clock;
    }

    /**
     * Notes the flows as served, all or none; a repeat changes nothing.
     *
     * @throws InvalidFlow if another content was served under one of the versions
     */
    void serve(List<FlowDefinition> flows) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        // In one order everywhere: instances that start at once must not wait for each other.
        List<FlowDefinition> ordered =
                flows.stream().sorted(Comparator.comparing(each -> each.flow().id())).toList();
        transaction.executeWithoutResult(status -> ordered.forEach(flow -> serve(flow, now)));
    }

    /** A version that was served; its content is what it was then. */
    Optional<Flow> served(String flowId, int version) {
        record Stored(String hash, String content) {}
        return jdbc.sql(
                        """
                        SELECT hash, content::text AS content FROM flow_versions
                        WHERE flow_id = :id AND version = :version
                        """)
                .param("id", flowId)
                .param("version", version)
                .query((row, number) -> new Stored(row.getString("hash"), row.getString("content")))
                .optional()
                .map(
                        stored -> {
                            Flow flow = FlowContent.read(stored.content());
                            if (!flow.hash().equals(stored.hash())) {
                                throw new IllegalStateException(
                                        "The stored content of flow %s version %d has another hash"
                                                .formatted(flowId, version));
                            }
                            return flow;
                        });
    }

    private void serve(FlowDefinition definition, Instant now) {
        Flow flow = definition.flow();
        jdbc.sql(
                        """
                        INSERT INTO flow_versions (flow_id, version, hash, content, first_served_at)
                        VALUES (:id, :version, :hash, :content::jsonb, :now)
                        ON CONFLICT (flow_id, version) DO NOTHING
                        """)
                .param("id", flow.id())
                .param("version", flow.version())
                .param("hash", flow.hash())
                .param("content", definition.content())
                .param("now", Timestamp.from(now))
                .update();
        String served =
                jdbc.sql(
                                "SELECT hash FROM flow_versions WHERE flow_id = :id AND version = :version")
                        .param("id", flow.id())
                        .param("version", flow.version())
                        .query(String.class)
                        .single();
        if (!served.equals(flow.hash())) {
            throw new InvalidFlow(
                    definition.file(),
                    definition.versionLine(),
                    ("the flow '%s' was served as version %d with other content (hash %s, now %s):"
                                    + " give the changed content a new version")
                            .formatted(
                                    flow.id(),
                                    flow.version(),
                                    served.substring(0, HASH_SHOWN),
                                    flow.hash().substring(0, HASH_SHOWN)));
        }
    }
}
