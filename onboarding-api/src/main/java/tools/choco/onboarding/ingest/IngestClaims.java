package tools.choco.onboarding.ingest;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.NameBasedGenerator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which session each event of another system was first told of: a row that is written before the
 * event is appended, and never deleted.
 */
public final class IngestClaims {

    // A namespace of its own: no other id can be the same.
    private static final NameBasedGenerator IDENTITIES =
            Generators.nameBasedGenerator(UUID.fromString("b0d5f2a4-6d53-4d0c-9a63-52a8e1b7c6f0"));

    private final JdbcClient jdbc;

    public IngestClaims(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Names an event, whatever session it is told of.
     *
     * @param sourceService without line breaks
     */
    static UUID identity(String sourceService, String sourceEventId) {
        return IDENTITIES.generate(sourceService + "\n" + sourceEventId);
    }

    /**
     * A claim.
     *
     * @param identity see {@link #identity}
     * @param sessionId id of the external session
     * @param eventId id in the log
     */
    record Claim(UUID identity, UUID sessionId, UUID eventId) {}

    /**
     * The claims of some events.
     *
     * @param standing by identity: the caller's, or an earlier one
     * @param own identities of those that are the caller's
     */
    record Claims(Map<UUID, Claim> standing, Set<UUID> own) {

        /** The claim of an event that was asked for. */
        Claim of(UUID identity) {
            return Objects.requireNonNull(standing.get(identity));
        }
    }

    /** Claims events, durably; an earlier claim stands. */
    Claims claim(Collection<Claim> wanted) {
        // In one order everywhere: two batches with the same events must not wait for each other.
        List<Claim> sorted = wanted.stream().sorted(Comparator.comparing(Claim::identity)).toList();
        Map<UUID, Claim> standing = new HashMap<>();
        sorted.forEach(claim -> standing.put(claim.identity(), claim));
        Set<UUID> own =
                new HashSet<>(
                        jdbc.sql(
                                        """
                                        INSERT INTO ingest_claims
                                            (identity, external_session_id, event_id)
                                        SELECT * FROM unnest(?::uuid[], ?::uuid[], ?::uuid[])
                                        ON CONFLICT (identity) DO NOTHING RETURNING identity""")
                                .params(
                                        sorted.stream().map(Claim::identity).toArray(UUID[]::new),
                                        sorted.stream().map(Claim::sessionId).toArray(UUID[]::new),
                                        sorted.stream().map(Claim::eventId).toArray(UUID[]::new))
                                .query(UUID.class)
                                .list());
        List<UUID> earlier = new ArrayList<>(standing.keySet());
        earlier.removeAll(own);
        if (!earlier.isEmpty()) {
            jdbc.sql(
                            """
                            SELECT identity, external_session_id, event_id FROM ingest_claims
                            WHERE identity = ANY (?::uuid[])""")
                    .param(earlier.toArray(UUID[]::new))
                    .query(
                            (row, number) ->
                                    new Claim(
                                            row.getObject(1, UUID.class),
                                            row.getObject(2, UUID.class),
                                            row.getObject(3, UUID.class)))
                    .list()
                    .forEach(claim -> standing.put(claim.identity(), claim));
        }
        return new Claims(standing, own);
    }
}
