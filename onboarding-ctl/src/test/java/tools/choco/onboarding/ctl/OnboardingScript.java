package tools.choco.onboarding.ctl;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.choco.onboarding.ctl.Counterpart.Answer;
import tools.choco.onboarding.ctl.Counterpart.Script;
import tools.choco.onboarding.ctl.Counterpart.Seen;
import tools.choco.onboarding.ctl.DemoSites.Fate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The onboarding contract as far as the demo walks it, in memory: what it takes to see whether the
 * demo behaves. Tokens are the subjects themselves.
 */
final class OnboardingScript implements Script {

    private static final String FORM =
            """
            {"type": "object", "required": ["text"], "properties": {"text": {"enum": ["a", "b", "c", "d", "e"]},
             "flag": {"type": "boolean"}}}
            """;

    private final int silentEvery;
    private int requests;
    private int started;
    private int funnelsAsked;
    private int counted;
    private final Map<String, Answer> remembered = new HashMap<>();
    private final Map<String, ObjectNode> sessions = new HashMap<>();
    private final Map<String, ObjectNode> sessionOfUser = new HashMap<>();
    private final Map<String, List<String>> storyOfUser = new LinkedHashMap<>();
    private final Set<String> told = new HashSet<>();
    private final Map<String, Integer> effects = new HashMap<>();
    private final Map<String, ScriptedSite> sites = new LinkedHashMap<>();
    private final Set<String> linked = new HashSet<>();

    /**
     * {@code silentEvery}: each so-manieth request has its effect but gets no answer; 0 for none.
     */
    OnboardingScript(int silentEvery) {
        this.silentEvery = silentEvery;
    }

    /** How often a key had an effect. */
    synchronized Map<String, Integer> effects() {
        return Map.copyOf(effects);
    }

    /** What became of the sites, parked and welcome ones included. */
    synchronized Map<Fate, Integer> fates() {
        Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
        sites.values().forEach(site -> fates.merge(fate(site), 1, Integer::sum));
        return fates;
    }

    /** What each user did, without ids, in the order of their numbers. */
    synchronized Map<Integer, List<String>> stories() {
        Map<Integer, List<String>> stories = new HashMap<>();
        storyOfUser.forEach(
                (user, story) ->
                        stories.put(
                                Integer.valueOf(user.substring(user.lastIndexOf('-') + 1)), story));
        return stories;
    }

    @Override
    public synchronized Answer answer(Seen request) {
        requests++;
        Answer answer = answerTo(request);
        return silentEvery > 0 && requests > 20 && requests % silentEvery == 0
                ? Answer.SILENCE
                : answer;
    }

    private Answer answerTo(Seen request) {
        String path = request.route().replaceAll("\\?.*", "");
        if (request.method().equals("GET")) {
            if (path.startsWith("/sites/")) {
                return siteOf(path).map(this::look).orElseGet(OnboardingScript::noSite);
            }
            return path.equals("/onboarding/manifest")
                    ? Answer.of(200, manifest(request.route().endsWith("=quick")).toString())
                    : funnel();
        }
        JsonNode body = Service.JSON.readTree(request.body());
        if (path.equals("/local/token")) {
            return Answer.of(
                    200, "{\"accessToken\":\"%s\"}".formatted(body.path("sub").stringValue()));
        }
        Answer before = remembered.get(request.key());
        if (before != null) {
            return new Answer(
                    before.status(), before.body(), Map.of("Idempotent-Replayed", "true"));
        }
        if (told.add(request.key())) {
            storyOfUser
                    .computeIfAbsent(request.token(), user -> new ArrayList<>())
                    .add(told(path, body));
        }
        Answer answer =
                switch (path) {
                    case "/onboarding/start" ->
                            start(request.token(), body.path("flowId").stringValue());
                    case "/users/me/github-link" -> link(request.token());
                    case "/onboarding/site" -> site(request.token(), body);
                    default ->
                            path.startsWith("/sites/")
                                    ? siteOf(path)
                                            .map(site -> adopt(site, body))
                                            .orElseGet(OnboardingScript::noSite)
                                    : change(request.token(), path, body);
                };
        if (answer.status() < 300) {
            remembered.put(request.key(), answer);
            effects.merge(request.key(), 1, Integer::sum);
        }
        return answer;
    }

    /** A write without what differs from run to run: ids and the user's name. */
    private static String told(String path, JsonNode body) {
        return (path + " " + ((ObjectNode) body.deepCopy()).without("sessionId"))
                .replaceAll("site-[0-9]+", "site")
                .replaceAll("demo-[0-9a-f]{8}", "demo");
    }

    private Answer link(String user) {
        linked.add(user);
        return Answer.of(200, "{}");
    }

    private Answer site(String user, JsonNode body) {
        String slug = body.path("slug").stringValue();
        if (!slug.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*") || slug.length() > 40) {
            return Answer.problem(422, "slug_invalid", "Not a slug.");
        }
        if (sites.values().stream().anyMatch(site -> site.slug.equals(slug))) {
            return Answer.problem(409, "slug_taken", "Another site has that slug.");
        }
        boolean welcome = body.path("hostingMode").stringValue().equals("platform_template");
        ScriptedSite site =
                new ScriptedSite("site-" + (sites.size() + 1), user, slug, welcome ? "" : slug);
        sites.put(site.id, site);
        return Answer.of(welcome ? 201 : 202, told(site, "requested"));
    }

    private Answer adopt(ScriptedSite site, JsonNode body) {
        if (!site.repository.isEmpty() || !linked.contains(site.user)) {
            return Answer.problem(409, "site_not_adoptable", "Not now.");
        }
        site.repository = body.path("githubRepo").asString("/" + site.slug).replaceAll(".*/", "");
        return Answer.of(202, told(site, "requested"));
    }

    /** A site is on its way when it is first asked for, and settled from then on. */
    private Answer look(ScriptedSite site) {
        String state =
                switch (fate(site)) {
                    case FAILED -> "failed";
                    case PARKED -> "awaiting_github";
                    default -> "live";
                };
        boolean first = !site.looked;
        site.looked = true;
        return Answer.of(200, told(site, first ? "source_resolving" : state));
    }

    private Fate fate(ScriptedSite site) {
        if (site.repository.isEmpty()) {
            return Fate.WELCOME;
        }
        if (!linked.contains(site.user)) {
            return Fate.PARKED;
        }
        ScriptedSite owner =
                sites.values().stream()
                        .filter(other -> other.repository.equals(site.repository))
                        .findFirst()
                        .orElse(site);
        return owner.equals(site) ? Fate.LIVE : Fate.FAILED;
    }

    private Optional<ScriptedSite> siteOf(String path) {
        return Optional.ofNullable(sites.get(path.split("/")[2]));
    }

    private static Answer noSite() {
        return Answer.problem(404, "not_found", "No such site.");
    }

    private String told(ScriptedSite site, String state) {
        ObjectNode told = Service.JSON.createObjectNode().put("siteId", site.id);
        if (site.repository.isEmpty()) {
            return told.putNull("provisioning").toString();
        }
        told.putObject("provisioning")
                .put("state", state)
                .put("updatedAt", time(effects.size()).toString());
        return told.toString();
    }

    /**
     * The read model follows half the way each time it is asked, and stands still every other time.
     */
    private Answer funnel() {
        funnelsAsked++;
        if (funnelsAsked % 2 == 0) {
            counted = (counted + effects.size() + 1) / 2;
        }
        return Answer.of(
                200,
                """
                {"funnelId": "onboarding", "started": %d, "stages": [],
                 "asOf": {"position": "%d", "time": "%s"}}
                """
                        .formatted(started, counted, time(counted)));
    }

    private String active(ObjectNode session) {
        return session.put("lastActivityAt", time(effects.size() + 1).toString()).toString();
    }

    private static Instant time(int effects) {
        return Instant.EPOCH.plusSeconds(effects);
    }

    private Answer start(String user, String flowId) {
        ObjectNode session = sessionOfUser.get(user);
        if (session != null) {
            return Answer.of(200, active(session));
        }
        return Answer.of(201, active(begin(user, flowId)));
    }

    private ObjectNode begin(String user, String flowId) {
        started++;
        ObjectNode session =
                Service.JSON
                        .createObjectNode()
                        .put("sessionId", "session-" + started)
                        .put("flowId", flowId)
                        .put("status", "active");
        ArrayNode steps = session.putArray("steps");
        for (JsonNode step : manifest(flowId.equals("quick")).path("steps")) {
            steps.add(
                    ((ObjectNode) step.deepCopy())
                            .without("answerSchema")
                            .put("status", "pending"));
        }
        sessions.put(session.path("sessionId").stringValue(), session);
        sessionOfUser.put(user, session);
        return session;
    }

    private Answer change(String user, String path, JsonNode body) {
        ObjectNode session = sessions.get(body.path("sessionId").asString(""));
        if (session == null || !session.path("status").stringValue().equals("active")) {
            return Answer.problem(409, "session_completed", "No longer open.");
        }
        switch (path) {
            case "/onboarding/reset" -> {
                session.put("status", "reset");
                return Answer.of(201, active(begin(user, session.path("flowId").stringValue())));
            }
            case "/onboarding/complete" -> {
                for (JsonNode step : session.path("steps")) {
                    if (step.path("required").booleanValue()
                            && step.path("status").stringValue().equals("pending")) {
                        return Answer.problem(422, "requirements_open", "Not yet.");
                    }
                }
                session.put("status", "completed");
            }
            case "/onboarding/step" -> {
                JsonNode answers = body.path("answers");
                if (!Set.of("a", "b", "c", "d", "e").contains(answers.path("text").asString(""))
                        || answers.path("text").isBoolean()
                        || (answers.has("flag") && !answers.path("flag").isBoolean())) {
                    return Answer.problem(422, "answers_invalid", "Not like that.");
                }
                mark(session, body.path("stepId").stringValue(), "completed");
            }
            case "/onboarding/step/skip" ->
                    mark(session, body.path("stepId").stringValue(), "skipped");
            case "/onboarding/step/reopen" ->
                    mark(session, body.path("stepId").stringValue(), "pending");
            case "/onboarding/path" -> mark(session, "path", "completed");
            default -> throw new IllegalArgumentException(path);
        }
        return Answer.of(200, active(session));
    }

    private static void mark(ObjectNode session, String stepId, String status) {
        for (JsonNode step : session.path("steps")) {
            if (step.path("stepId").stringValue().equals(stepId)) {
                ((ObjectNode) step).put("status", status);
            }
        }
    }

    private static ObjectNode manifest(boolean quick) {
        ObjectNode manifest =
                Service.JSON.createObjectNode().put("flowId", quick ? "quick" : "default");
        ArrayNode steps = manifest.putArray("steps");
        for (String id : quick ? List.of("one", "two") : List.of("one", "two", "path", "site")) {
            String kind = id.equals("path") || id.equals("site") ? id : "form";
            ObjectNode step =
                    steps.addObject()
                            .put("stepId", id)
                            .put("kind", kind)
                            .put("ordinal", steps.size())
                            .put("required", !id.equals("two"))
                            .put("skippable", id.equals("two"));
            if (kind.equals("form")) {
                step.set("answerSchema", Service.JSON.readTree(FORM));
            }
        }
        ArrayNode paths = manifest.putArray("paths");
        if (!quick) {
            paths.addObject().put("pathId", "blog");
            paths.addObject().put("pathId", "shop");
        }
        return manifest;
    }

    /** A site of the script; {@code repository} is empty for a welcome site. */
    private static final class ScriptedSite {
        private final String id;
        private final String user;
        private final String slug;
        private String repository;
        private boolean looked;

        ScriptedSite(String id, String user, String slug, String repository) {
            this.id = id;
            this.user = user;
            this.slug = slug;
            this.repository = repository;
        }
    }
}
