package tools.choco.onboarding;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The requests an aggregate accepted last, by which it recognises a retry.
 *
 * @param entries oldest first, at most {@link #ENTRIES_MAX}
 */
public record RecentRequests(List<Entry> entries) {

    /** How many requests an aggregate remembers. */
    public static final int ENTRIES_MAX = 64;

    /** Nothing was accepted yet. */
    public static final RecentRequests NONE = new RecentRequests(List.of());

    /**
     * One accepted request.
     *
     * @param actor who asked
     * @param key its idempotency key
     * @param hash SHA-256 hex of its route and body
     * @param created whether it created the aggregate
     */
    public record Entry(String actor, String key, String hash, boolean created) {}

    /**
     * The accepted request that this one repeats; empty if it has no key, or one that was never
     * seen.
     *
     * @throws Refused with {@code IDEMPOTENCY_KEY_REUSED} if the key came with another request
     */
    public Optional<Entry> repeatedBy(Request request) {
        String key = request.idempotencyKey();
        if (key == null) {
            return Optional.empty();
        }
        Optional<Entry> earlier = find(request.caller().subject(), key);
        if (earlier.isPresent() && !earlier.get().hash().equals(request.requestHash())) {
            throw Refused.because(
                    Refusal.IDEMPOTENCY_KEY_REUSED,
                    "The idempotency key was used for another request.");
        }
        return earlier;
    }

    /** With the request that an event belongs to, if that had a key. */
    public RecentRequests after(EventContext event, boolean created) {
        String key = event.idempotencyKey();
        // Two events of one append carry the same key.
        if (key == null || find(event.actor(), key).isPresent()) {
            return this;
        }
        Entry entry = new Entry(event.actor(), key, event.requestHash(), created);
        int surplus = Math.max(0, entries.size() + 1 - ENTRIES_MAX);
        return new RecentRequests(
                Stream.concat(entries.stream().skip(surplus), Stream.of(entry)).toList());
    }

    private Optional<Entry> find(String actor, String key) {
        return entries.stream()
                .filter(entry -> entry.actor().equals(actor) && entry.key().equals(key))
                .findFirst();
    }
}
