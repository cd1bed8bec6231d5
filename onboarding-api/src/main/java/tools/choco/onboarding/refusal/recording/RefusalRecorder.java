package tools.choco.onboarding.refusal.recording;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.Keys;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.refusal.RecordRefusal;
import tools.choco.onboarding.refusal.RefusalsId;
import tools.choco.onboarding.session.ReadSession;
import tools.choco.onboarding.session.SessionAnswer;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.session.SessionState;

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
     * Takes note of a refusal, unless there is no such session or it is not the caller's.
     *
     * @param session whose stream it goes to
     * @param command what was asked for
     * @param step the step it was about, as the client named it; null if none. One that the session
     *     was not offered is left out: it may be any text.
     * @param code stable code of the refusal
     * @param issues JSON pointers with their codes; no values
     */
    void record(
            SessionId session,
            Class<?> command,
            @Nullable String step,
            String code,
            List<String> issues,
            Request request) {
        try {
            SessionAnswer answer = commands.sendAndWait(new ReadSession(session, request));
            commands.sendAndWait(
                    new RecordRefusal(
                            RefusalsId.of(session),
                            session,
                            name(command),
                            step == null ? null : offered(answer.state(), step),
                            code,
                            issues,
                            request));
        } catch (Refused | AggregateNotFoundException notTheCallers) {
            // Whatever it names, it is no session of theirs.
        } catch (RuntimeException failed) {
            lost.increment();
            log.warn("A refusal was not noted: {}", failed.getClass().getSimpleName());
        }
    }

    private static @Nullable String offered(SessionState session, String step) {
        String key = Keys.canonical(step);
        return session.progress().step(key).isPresent() ? key : null;
    }

    private static String name(Class<?> command) {
        return HUMP.matcher(command.getSimpleName()).replaceAll("_").toLowerCase(Locale.ROOT);
    }
}
