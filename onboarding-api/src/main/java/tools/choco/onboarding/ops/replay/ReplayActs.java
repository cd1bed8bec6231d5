package tools.choco.onboarding.ops.replay;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.ops.Audit;
import tools.choco.onboarding.projection.Replay;
import tools.choco.onboarding.projection.ReplayRefused;
import tools.choco.onboarding.projection.Replays;

/** Does what an operator asks for, and writes it down, also where it is refused. */
public final class ReplayActs {

    private final Replays replays;
    private final Audit audit;

    public ReplayActs(Replays replays, Audit audit) {
        this.replays = replays;
        this.audit = audit;
    }

    /** Who asks, and why. */
    record Order(String actor, String reason) {}

    private record Target(String name, @Nullable String sessionId) {}

    List<Replay> begin(List<String> projections, Order order) {
        return audited(
                "replay.begin",
                projections.stream().map(it -> new Target(it, null)).toList(),
                order,
                () -> replays.begin(projections, order.actor(), order.reason()));
    }

    Replay session(String projection, String sessionId, Order order) {
        return audited(
                "replay.session",
                List.of(new Target(projection + " " + sessionId, sessionId)),
                order,
                () -> replays.session(projection, sessionId, order.actor(), order.reason()));
    }

    Replay switchTo(String id, Order order) {
        return audited("replay.switch", of(id), order, () -> replays.switchTo(id));
    }

    Replay rollback(String id, Order order) {
        return audited("replay.rollback", of(id), order, () -> replays.rollback(id));
    }

    Replay cancel(String id, Order order) {
        return audited("replay.cancel", of(id), order, () -> replays.cancel(id));
    }

    private static List<Target> of(String id) {
        return List.of(new Target(id, null));
    }

    private <T> T audited(String action, List<Target> targets, Order order, Supplier<T> act) {
        try {
            T done = act.get();
            record(action, targets, order, Audit.DONE);
            return done;
        } catch (ReplayRefused refused) {
            record(action, targets, order, refused.code());
            throw refused;
        }
    }

    private void record(String action, List<Target> targets, Order order, String outcome) {
        targets.forEach(
                target ->
                        audit.record(
                                order.actor(),
                                action,
                                target.name(),
                                target.sessionId(),
                                order.reason(),
                                outcome));
    }
}
