package tools.choco.onboarding.bench.reading;

import com.google.protobuf.Message;

/** Where events go that nobody wants, without the compiler leaving out how they were made. */
final class Sink {

    private static volatile int taken;

    private Sink() {}

    static void take(Message event) {
        if (event.getClass().hashCode() == taken) {
            taken = 1;
        }
    }

    /**
     * @throws IllegalStateException if it were not as many events as there should have been
     */
    static double perSecond(long read, long wanted, long beginNanos) {
        if (read != wanted) {
            throw new IllegalStateException("Read were %d events of %d".formatted(read, wanted));
        }
        return read / ((System.nanoTime() - beginNanos) / 1e9);
    }
}
