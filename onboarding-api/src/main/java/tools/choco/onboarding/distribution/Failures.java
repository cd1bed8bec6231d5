package tools.choco.onboarding.distribution;

import java.sql.SQLTransientConnectionException;
import java.util.List;
import org.axonframework.commandhandling.CommandExecutionException;
import org.axonframework.commandhandling.NoHandlerForCommandException;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.springframework.dao.TransientDataAccessResourceException;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.eventlog.LogUnavailable;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.choco.onboarding.session.RevisionConflict;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.site.SlugTaken;
import tools.choco.onboarding.transaction.Databases;

/** Exceptions of commands as records that another instance makes the same exceptions of. */
final class Failures {

    private Failures() {}

    /** A failure under way. */
    sealed interface Failure {
        RuntimeException exception();
    }

    record Refusing(Refusal refusal, String detail, List<Issue> issues) implements Failure {
        @Override
        public RuntimeException exception() {
            return Refused.because(refusal, detail, issues);
        }
    }

    record Outdated(long revision, String checksum, List<RevisionConflict.Difference> changes)
            implements Failure {
        @Override
        public RuntimeException exception() {
            return new RevisionConflict(revision, checksum, changes);
        }
    }

    record Taken(List<Slug> suggestions) implements Failure {
        @Override
        public RuntimeException exception() {
            return new SlugTaken(suggestions);
        }
    }

    record Missing(String aggregateId, String message) implements Failure {
        @Override
        public RuntimeException exception() {
            return new AggregateNotFoundException(aggregateId, message);
        }
    }

    record LostRace(String message) implements Failure {
        @Override
        public RuntimeException exception() {
            return new ConcurrencyException(message);
        }
    }

    record LogAway(String message, boolean outcomeKnown) implements Failure {
        @Override
        public RuntimeException exception() {
            return LogUnavailable.elsewhere(message, outcomeKnown);
        }
    }

    record DatabaseAway(String message) implements Failure {
        @Override
        public RuntimeException exception() {
            return new TransientDataAccessResourceException(
                    message, new SQLTransientConnectionException(message));
        }
    }

    record HostFailing(HostingFailure.Kind kind, String message) implements Failure {
        @Override
        public RuntimeException exception() {
            return new HostingFailure(kind, message, null);
        }
    }

    /** What nobody is prepared for; the instance it happened on has logged it. */
    record Defect(String type) implements Failure {
        @Override
        public RuntimeException exception() {
            return new IllegalStateException("Another instance failed with " + type);
        }
    }

    static Failure of(Throwable exception) {
        return switch (exception) {
            case RevisionConflict it -> new Outdated(it.revision(), it.checksum(), it.changes());
            case SlugTaken it -> new Taken(it.suggestions());
            case Refused it -> new Refusing(it.refusal(), message(it), it.issues());
            case AggregateNotFoundException it ->
                    new Missing(String.valueOf(it.getAggregateIdentifier()), message(it));
            case ConcurrencyException it -> new LostRace(message(it));
            case HostingFailure it -> new HostFailing(it.kind(), message(it));
            case LogUnavailable it -> new LogAway(message(it), it.outcomeKnown());
            case Throwable it when Databases.isAway(it) ->
                    new DatabaseAway("The database does not answer");
            default -> new Defect(exception.getClass().getName());
        };
    }

    /** What a failed dispatch means to the sender. */
    static Throwable received(Throwable exception) {
        if (exception instanceof CommandExecutionException executed) {
            return executed.<Object>getDetails()
                    .filter(Failure.class::isInstance)
                    .map(it -> (Throwable) ((Failure) it).exception())
                    .orElse(executed);
        }
        if (exception instanceof NoHandlerForCommandException) {
            return LogUnavailable.elsewhere("No instance handles commands yet", true);
        }
        // The answer was lost, or the way there; the same command may be sent again under its key.
        return LogUnavailable.elsewhere("A command was not answered", false);
    }

    private static String message(Throwable exception) {
        return String.valueOf(exception.getMessage());
    }
}
