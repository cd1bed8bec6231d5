package tools.choco.onboarding.bench.history;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What somebody does over time: acts at moments it has set itself. */
abstract class Story {

    static final long NEVER = Long.MAX_VALUE;

    private record Turn(long at, int number, Runnable act) {}

    final World world;
    final Dice dice;
    private final PriorityQueue<Turn> agenda =
            new PriorityQueue<>(
                    4, Comparator.comparingLong(Turn::at).thenComparingInt(Turn::number));
    private int turns;

    Story(World world, Dice dice) {
        this.world = world;
        this.dice = dice;
    }

    /** When it acts next, in microseconds since 1970; {@link #NEVER} if it has ended. */
    final long nextAt() {
        var next = agenda.peek();
        return next == null ? NEVER : next.at();
    }

    final void act() {
        agenda.remove().act().run();
    }

    final void after(long micros, Runnable act) {
        at(world.now() + micros, act);
    }

    final void after(Duration length, Runnable act) {
        after(length.toNanos() / 1_000, act);
    }

    final void at(long micros, Runnable act) {
        agenda.add(new Turn(micros, turns++, act));
    }
}
