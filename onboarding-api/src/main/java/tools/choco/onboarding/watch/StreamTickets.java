package tools.choco.onboarding.watch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tickets that open one stream each, once, on any instance: for a browser's EventSource, which
 * cannot send a header. The database knows a ticket's hash only.
 */
public final class StreamTickets {

    static final Duration LIFETIME = Duration.ofSeconds(60);

    private static final int BYTES = 32;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    /** Expired tickets that the making of one takes away. */
    private static final int SWEPT_MAX = 100;

    private final SecureRandom random = new SecureRandom();
    private final JdbcClient jdbc;
    private final Clock clock;

    public StreamTickets(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A ticket as its owner gets it. */
    record Ticket(String ticket, Instant expiresAt) {

        @Override
        public String toString() {
            return "Ticket[expiresAt=" + expiresAt + "]";
        }
    }

    /** Makes a ticket, and takes expired ones away. */
    Ticket issue(Watcher watcher, Watched watched) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String ticket = TEXT.encodeToString(bytes);
        Instant now = clock.instant();
        Instant expiresAt = now.plus(LIFETIME).truncatedTo(ChronoUnit.MICROS);
        jdbc.sql(
                        """
                        DELETE FROM stream_tickets WHERE ticket_hash IN (
                            SELECT ticket_hash FROM stream_tickets WHERE expires_at <= ?
                            ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED)""")
                .params(now.atOffset(ZoneOffset.UTC), SWEPT_MAX)
                .update();
        jdbc.sql(
                        """
                        INSERT INTO stream_tickets
                            (ticket_hash, user_id, operator, resource, expires_at)
                        VALUES (?, ?, ?, ?, ?)""")
                .params(
                        hash(ticket),
                        watcher.subject(),
                        watcher.operator(),
                        resource(watched),
                        expiresAt.atOffset(ZoneOffset.UTC))
                .update();
        return new Ticket(ticket, expiresAt);
    }

    /** Spends a ticket; empty if it was spent before, has expired, or is for something else. */
    Optional<Watcher> spend(String ticket, Watched watched) {
        if (!FORM.matcher(ticket).matches()) {
            return Optional.empty();
        }
        return jdbc.sql(
                        """
                        DELETE FROM stream_tickets
                        WHERE ticket_hash = ? AND resource = ? AND expires_at > ?
                        RETURNING user_id, operator""")
                .params(hash(ticket), resource(watched), clock.instant().atOffset(ZoneOffset.UTC))
                .query((row, number) -> new Watcher(row.getString(1), row.getBoolean(2)))
                .optional();
    }

    private static String resource(Watched watched) {
        return watched.kind().name().toLowerCase(Locale.ROOT) + ":" + watched.id();
    }

    private static byte[] hash(String ticket) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(ticket.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
