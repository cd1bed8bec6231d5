package tools.choco.onboarding.refusal.recording;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.refusal.RecordRefusal;
import tools.choco.onboarding.refusal.RefusalsId;
import tools.choco.onboarding.session.SessionId;

/**
 * Takes note of refusals of users' commands in the session's stream of refusals.
 *
 * <p>The refusal itself is the answer, whether the note could be stored or not; one that could not
 * is counted in {@code onboarding_refusals_lost_total}.
 */
public final class RefusalRecorder {

    private static final Logger log = LoggerFactory.getLogger(RefusalRecorder.class);
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z])(?=[A-Z])");

    private final CommandGateway commands;
    private final Counter lost;

    public RefusalRecorder(CommandGateway commands, MeterRegistry meters) {
        this.commands = commands;
        this.lost =
                Counter.builder("onboarding.refusals.lost")
                        .description("Refusals that could not be noted for the analysts")
                        .register(meters);
    }

    /**
     * Takes note of a refusal, unless the session is not the caller's or the caller is no user.
     *
     * @param session whose stream it goes to; asked for only if there is something to note
     * @param command what was asked for
     * @param stepId the step it was about; null if none
     */
    public void record(
            Supplier<SessionId> session,
            Class<?> command,
            @Nullable String stepId,
            Refused refused,
            Request request) {
        Caller caller = request.caller();
        if (!caller.isUser() || refused.refusal().category() == Refusal.Category.NOT_FOUND) {
            return;
        }
        try {
            SessionId id = session.get();
            commands.sendAndWait(
                    new RecordRefusal(
                            RefusalsId.of(id),
                            id,
                            name(command),
                            stepId,
                            refused.refusal().code(),
                            refused.issues().stream()
                                    .map(issue -> issue.pointer() + " " + issue.code())
                                    .toList(),
                            Request.of(caller, request.correlationId())));
        } catch (RuntimeException failed) {
            lost.increment();
            log.warn("A refusal was not noted: {}", failed.getClass().getSimpleName());
        }
    }

    private static String name(Class<?> command) {
        return HUMP.matcher(command.getSimpleName()).replaceAll("_").toLowerCase(Locale.ROOT);
    }
}
