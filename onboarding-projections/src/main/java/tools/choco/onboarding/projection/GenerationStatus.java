package tools.choco.onboarding.projection;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A generation as the database has it.
 *
 * @param generation which
 * @param version version of the projection that made it
 * @param configuration what of the configuration it was made with
 * @param building whether it is still being filled from the start of the log
 * @param current whether queries read it
 * @param previous whether queries read it before, so that one can go back to it
 * @param createdAt when it was begun
 * @param position log position of the last event applied; 0 if none was
 * @param error why building it failed last; null if it goes on
 */
public record GenerationStatus(
        Generation generation,
        int version,
        String configuration,
        boolean building,
        boolean current,
        boolean previous,
        Instant createdAt,
        long position,
        @Nullable String error) {

    /** Whether it was made by that very projection, so that its code can keep it up to date. */
    public boolean isOf(Projection projection) {
        return generation.projection().equals(projection.name())
                && version == projection.version()
                && configuration.equals(projection.configuration());
    }
}
