package tools.choco.onboarding;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param subject subject of the bearer token, or the name of the part of the service that acts
 * @param role in which capacity
 * @param workspaces workspaces the token is limited to; null if it names none and so allows all
 */
public record Caller(String subject, Role role, @Nullable Set<String> workspaces) {

    /** In which capacity somebody asks. */
    public enum Role {
        /**
         * The user; sees their own sessions and sites only, and what they do counts as activity.
         */
        USER,
        /** An operator; sees everybody's, needs a reason. */
        OPERATOR,
        /** The service itself. */
        SERVICE
    }

    /** A user without a limit on workspaces. */
    public static Caller user(String subject) {
        return new Caller(subject, Role.USER, null);
    }

    /** An operator. */
    public static Caller operator(String subject) {
        return new Caller(subject, Role.OPERATOR, null);
    }

    /** A part of the service. */
    public static Caller service(String name) {
        return new Caller(name, Role.SERVICE, null);
    }

    public boolean isUser() {
        return role == Role.USER;
    }

    /** Whether what belongs to that user exists for the caller: users see their own only. */
    public boolean maySee(String userId) {
        return !isUser() || subject.equals(userId);
    }

    /** Whether the caller may put a session into that workspace. */
    public boolean mayUse(String workspaceId) {
        return workspaces == null || workspaces.contains(workspaceId);
    }
}
