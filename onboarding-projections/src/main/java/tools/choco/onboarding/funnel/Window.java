package tools.choco.onboarding.funnel;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a stage may take to count: one of a fixed list, since each ends a bucket of times. */
public enum Window {
    HOUR("1h", Duration.ofHours(1)),
    SIX_HOURS("6h", Duration.ofHours(6)),
    DAY("1d", Duration.ofDays(1)),
    THREE_DAYS("3d", Duration.ofDays(3)),
    WEEK("7d", Duration.ofDays(7)),
    TWO_WEEKS("14d", Duration.ofDays(14)),
    MONTH("30d", Duration.ofDays(30)),
    QUARTER("90d", Duration.ofDays(90)),
    UNLIMITED("unlimited", null);

    private final String key;
    private final long micros;

    Window(String key, @Nullable Duration length) {
        this.key = key;
        this.micros = length == null ? Long.MAX_VALUE : length.toNanos() / 1_000;
    }

    /** The name as files and queries give it, for instance {@code 7d}. */
    public String key() {
        return key;
    }

    /** Length in microseconds, itself still within; {@link Long#MAX_VALUE} if unlimited. */
    public long micros() {
        return micros;
    }

    /** The last bucket of {@link Buckets} that lies within. */
    int lastBucket() {
        return Buckets.of(micros);
    }
}
