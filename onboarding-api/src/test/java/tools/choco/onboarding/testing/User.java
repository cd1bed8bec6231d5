package tools.choco.onboarding.testing;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A user on their way through onboarding, with a subject that no other user of the process has.
 *
 * @param subject subject of the token
 * @param client the caller
 */
public record User(String subject, Client client) {

    /** Answers that the shipped flows accept, by step. */
    public static final Map<String, String> ANSWERS =
            Map.of(
                    "profile", "{\"firstName\":\"Ada\",\"lastName\":\"Lovelace\"}",
                    "work-profile", "{\"jobTitle\":\"Engineer\",\"functions\":[\"engineering\"]}",
                    "tools", "{\"tools\":[\"git\",\"make\"]}",
                    "invite", "{\"emails\":[\"grace@example.org\"]}",
                    "preferences", "{\"theme\":\"dark\",\"weeklySummary\":true}",
                    "workspace-hub", "{\"workspaceId\":\"ws-1\"}");

    private static final AtomicInteger COUNT = new AtomicInteger();

    /** A user nobody has seen yet. */
    public static User of(RunningService service) {
        // Of one width, so that no subject is the beginning of another.
        String subject = "user-%05d".formatted(COUNT.incrementAndGet());
        return new User(subject, service.user(subject));
    }

    /** The same user with one more header on every request. */
    public User with(String header, String value) {
        return new User(subject, client.with(header, value));
    }

    /** The same user with an idempotency key on every request. */
    public User withKey(String key) {
        return with("Idempotency-Key", key);
    }

    /** Starts a flow. */
    public Answer start(String flowId) {
        return client.post("/onboarding/start", "{\"flowId\":\"" + flowId + "\"}");
    }

    /** Starts a flow for the first time; returns the session's id. */
    public String started(String flowId) {
        Answer answer = start(flowId);
        if (answer.status() != 201) {
            throw new AssertionError(answer.toString());
        }
        return answer.required("/sessionId");
    }

    /** Completes a step with the answers that fit it. */
    public Answer complete(String sessionId, String stepId) {
        return complete(sessionId, stepId, String.valueOf(ANSWERS.get(stepId)), null);
    }

    /** Completes a step. */
    public Answer complete(
            String sessionId, String stepId, String answers, @Nullable Long revision) {
        return client.post(
                "/onboarding/step",
                "{\"sessionId\":\"%s\",\"stepId\":\"%s\",\"answers\":%s%s}"
                        .formatted(
                                sessionId,
                                stepId,
                                answers,
                                revision == null ? "" : ",\"revision\":" + revision));
    }

    /** Skips a step. */
    public Answer skip(String sessionId, String stepId) {
        return client.post(
                "/onboarding/step/skip",
                "{\"sessionId\":\"%s\",\"stepId\":\"%s\",\"reason\":\"later\"}"
                        .formatted(sessionId, stepId));
    }

    /** Goes back to a step. */
    public Answer reopen(String sessionId, String stepId) {
        return client.post(
                "/onboarding/step/reopen",
                "{\"sessionId\":\"%s\",\"stepId\":\"%s\"}".formatted(sessionId, stepId));
    }

    /** Chooses a path. */
    public Answer choose(String sessionId, String pathId) {
        return client.post(
                "/onboarding/path",
                "{\"sessionId\":\"%s\",\"pathId\":\"%s\"}".formatted(sessionId, pathId));
    }

    /** Completes the session. */
    public Answer finish(String sessionId) {
        return client.post("/onboarding/complete", "{\"sessionId\":\"" + sessionId + "\"}");
    }

    /** Begins again. */
    public Answer reset(String sessionId) {
        return client.post("/onboarding/reset", "{\"sessionId\":\"" + sessionId + "\"}");
    }

    /** Links a GitHub account that no other user has, named after the subject. */
    public Answer linkGithub() {
        return linkGithub(subject, "token-of-" + subject);
    }

    /** Links a GitHub account. */
    public Answer linkGithub(String login, String token) {
        return client.put(
                "/users/me/github-link",
                "{\"login\":\"%s\",\"token\":\"%s\"}".formatted(login, token));
    }

    /** Asks for a site of the user's own, or for a welcome site. */
    public Answer requestSite(String sessionId, String slug, String hostingMode) {
        return client.post(
                "/onboarding/site",
                "{\"sessionId\":\"%s\",\"slug\":\"%s\",\"hostingMode\":\"%s\"}"
                        .formatted(sessionId, slug, hostingMode));
    }

    /** Reads a site. */
    public Answer site(String siteId) {
        return client.get("/sites/" + siteId);
    }

    /** Starts, retries or adopts a site. */
    public Answer act(String siteId, String act) {
        return client.post("/sites/" + siteId + "/" + act, null);
    }

    /** Reads a session by its id. */
    public Answer read(String sessionId) {
        return client.get("/onboarding/sessions/" + sessionId);
    }

    /** Reads the session of a flow. */
    public Answer mine(String flowId) {
        return client.get("/onboarding/session?flowId=" + flowId);
    }

    /** Goes all the way through the quick flow; returns the completed session's id. */
    public String finishedQuick() {
        String session = started("quick");
        complete(session, "profile");
        complete(session, "workspace-hub");
        Answer answer = finish(session);
        if (answer.status() != 200) {
            throw new AssertionError(answer.toString());
        }
        return session;
    }
}
