package tools.choco.onboarding.projection;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place in a list after which a page begins: the last item of the page before.
 *
 * @param at the time by which the list is ordered
 * @param id id of the item, a UUID, which orders what happened at once
 */
public record Cursor(Instant at, String id) {

    private static final Pattern PRINTED = Pattern.compile("([0-9]{1,18})/([0-9a-f-]{36})");
    private static final int LENGTH_MAX = 100;
    private static final long MICROS_PER_SECOND = 1_000_000;

    /** Opaque to clients, safe in a URL. */
    public String printed() {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, at);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((micros + "/" + id).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads a cursor back.
     *
     * @throws InvalidCursor if it was never printed
     */
    public static Cursor of(String printed) {
        if (printed.length() > LENGTH_MAX) {
            throw new InvalidCursor();
        }
        try {
            byte[] decoded = Base64.getUrlDecoder().decode(printed);
            Matcher parts = PRINTED.matcher(new String(decoded, StandardCharsets.US_ASCII));
            if (!parts.matches()) {
                throw new InvalidCursor();
            }
            long micros = Long.parseLong(parts.group(1));
            Instant at =
                    Instant.ofEpochSecond(
                            Math.floorDiv(micros, MICROS_PER_SECOND),
                            Math.floorMod(micros, MICROS_PER_SECOND) * 1_000);
            Cursor cursor = new Cursor(at, UUID.fromString(parts.group(2)).toString());
            if (!cursor.printed().equals(printed)) {
                throw new InvalidCursor();
            }
            return cursor;
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new InvalidCursor();
        }
    }
}
