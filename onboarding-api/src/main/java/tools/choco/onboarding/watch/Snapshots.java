package tools.choco.onboarding.watch;

import java.util.function.Supplier;
import tools.choco.onboarding.Request;

/** Reads what a stream begins with. */
@FunctionalInterface
public interface Snapshots {

    /**
     * The state as it is.
     *
     * @param id as the client sent it
     * @param request of the caller; a user sees their own only
     * @throws tools.choco.onboarding.Refused if there is no such thing, or it is somebody else's
     */
    Snapshot read(String id, Request request);

    /**
     * A state.
     *
     * @param body as its GET route answers it, made when it is asked for
     * @param revision number of the last event in it, from 1
     */
    record Snapshot(Supplier<?> body, long revision) {}
}
