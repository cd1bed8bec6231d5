package tools.choco.onboarding.eventlog;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import org.axonframework.common.IdentifierFactory;

/**
 * Makes UUIDv7 identifiers, which sort by time; Axon finds it through {@code META-INF/services}.
 *
 * <p>Within one factory an id is greater than every id handed out before it, over all threads and
 * also while the system clock steps back.
 */
public final class Uuid7IdentifierFactory extends IdentifierFactory {

    private final TimeBasedEpochGenerator generator = Generators.timeBasedEpochGenerator();
    private long latestMillis;

    @Override
    public synchronized String generateIdentifier() {
        // The generator counts on within one millisecond, but only if it sees no older one in
        // between.
        latestMillis = Math.max(latestMillis, System.currentTimeMillis());
        return generator.construct(latestMillis).toString();
    }
}
