package tools.choco.onboarding.bench.history;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** Chance, the same for the same seed. */
final class Dice {

    /** Of a logarithmic normal distribution: a tenth of all takes longer than four medians. */
    private static final double SPREAD = 1.1;

    private final SplittableRandom random;

    Dice(long seed) {
        this(new SplittableRandom(seed));
    }

    private Dice(SplittableRandom random) {
        this.random = random;
    }

    /** Other dice, for somebody whose throws shall not change those of the rest. */
    Dice split() {
        return new Dice(random.split());
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    long nextLong() {
        return random.nextLong();
    }

    <T> T oneOf(List<T> equals) {
        return equals.get(random.nextInt(equals.size()));
    }

    /** One of a list whose first is the most frequent: the n-th is n times as rare. */
    <T> T skewed(List<T> ranked) {
        double sum = 0;
        for (int rank = 1; rank <= ranked.size(); rank++) {
            sum += 1.0 / rank;
        }
        double throwing = random.nextDouble() * sum;
        for (int rank = 1; rank < ranked.size(); rank++) {
            throwing -= 1.0 / rank;
            if (throwing < 0) {
                return ranked.get(rank - 1);
            }
        }
        return ranked.getLast();
    }

    /** Microseconds between two lengths, all alike. */
    long between(Duration least, Duration most) {
        return random.nextLong(micros(least), micros(most));
    }

    /** Microseconds about a length: half are less, few are very much more. */
    long about(Duration median) {
        return (long) (micros(median) * Math.exp(SPREAD * random.nextGaussian()));
    }

    /** Microseconds to the next of events that come by themselves. */
    long untilNext(double meanMicros) {
        return (long) (-meanMicros * Math.log(1 - random.nextDouble()));
    }

    UUID uuid() {
        long most = random.nextLong() & ~0xF000L | 0x4000L;
        long least = random.nextLong() & ~(3L << 62) | 1L << 63;
        return new UUID(most, least);
    }

    String sha256() {
        return HexFormat.of().formatHex(bytes(32));
    }

    ByteString byteString(int length) {
        return ByteString.copyFrom(bytes(length));
    }

    private byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
