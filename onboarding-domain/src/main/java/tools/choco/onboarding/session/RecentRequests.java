package tools.choco.onboarding.session;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The requests a session accepted last, by which it recognises a retry.
 *
 * @param entries oldest first, at most {@link #ENTRIES_MAX}
 */
public record RecentRequests(List<Entry> entries) {

    /** How many requests a session remembers. */
    public static final int ENTRIES_MAX = 64;

    static final RecentRequests NONE = new RecentRequests(List.of());

    /**
     * One accepted request.
     *
     * @param actor who asked
     * @param key its idempotency key
     * @param hash SHA-256 hex of its route and body
     * @param created whether it created the session
     */
    public record Entry(String actor, String key, String hash, boolean created) {}

    Optional<Entry> find(String actor, String key) {
        return entries.stream()
                .filter(entry -> entry.actor().equals(actor) && entry.key().equals(key))
                .findFirst();
    }

    RecentRequests with(Entry entry) {
        // Two events of one append carry the same key.
        if (find(entry.actor(), entry.key()).isPresent()) {
            return this;
        }
        int surplus = Math.max(0, entries.size() + 1 - ENTRIES_MAX);
        return new RecentRequests(
                Stream.concat(entries.stream().skip(surplus), Stream.of(entry)).toList());
    }
}
