package tools.choco.onboarding.ctl;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import tools.choco.onboarding.ctl.Tally.Ending;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One made-up user on the way through a flow. The session as the service last answered it says what
 * is open, the manifest says how a form looks, chance says the rest: leaving, coming back,
 * skipping, mistakes, changes of mind.
 */
final class SimulatedUser {

    /** The mark that keeps this traffic out of the funnels unless it is asked for. */
    static final String SOURCE = "demo";

    private static final double LEAVES_AT_FIRST_STEP = 0.10;
    private static final double LEAVES_AT_LATER_STEP = 0.05;
    private static final double COMES_BACK = 0.12;
    private static final double SKIPS = 0.35;
    private static final double MISTAKES = 0.10;
    private static final double LOSES_ANSWER = 0.05;
    private static final double AMENDS = 0.07;
    private static final double REOPENS = 0.04;
    private static final double RESETS = 0.01;
    private static final double COMPLETES_EARLY = 0.02;
    private static final int THINKS_MS_MAX = 12;
    private static final int OTHER_ANSWER_TRIES = 5;

    private static final List<String> SKIP_REASONS =
            List.of(
                    "not now",
                    "not relevant to me",
                    "I do not have this at hand",
                    "just looking around");

    private final Patience service;
    private final Manifest manifest;
    private final Account account;
    private final RandomGenerator random;
    private final FormFiller forms;
    private final Patience.Pause pause;
    private final Tally tally;
    private final Journal journal;
    private final DemoSites sites;

    private final Map<String, ObjectNode> given = new HashMap<>();
    private JsonNode session = MissingNode.getInstance();
    private boolean reset;
    private boolean reopened;

    SimulatedUser(
            Patience service,
            Manifest manifest,
            Account account,
            RandomGenerator random,
            Patience.Pause pause,
            Tally tally,
            Journal journal,
            DemoSites sites) {
        this.service = service;
        this.manifest = manifest;
        this.account = account;
        this.random = random;
        this.forms = new FormFiller(Person.random(random), random);
        this.pause = pause;
        this.tally = tally;
        this.journal = journal;
        this.sites = sites;
    }

    /** The whole story. */
    Ending goThrough() throws InterruptedException {
        try {
            start();
            while (!status().equals("completed")) {
                Optional<JsonNode> open =
                        steps(step -> is(step, "pending") && !kind(step).equals("site"))
                                .findFirst();
                if (open.isEmpty()) {
                    if (steps(step -> is(step, "pending")).findAny().isPresent()) {
                        return askForSite();
                    }
                    accepted("/onboarding/complete", inSession());
                    break;
                }
                JsonNode step = open.get();
                boolean isFirst = step.path("ordinal").asInt(0) == 1;
                if (happens(isFirst ? LEAVES_AT_FIRST_STEP : LEAVES_AT_LATER_STEP)) {
                    return Ending.DROPPED;
                }
                if (happens(COMES_BACK)) {
                    start();
                }
                if (!reset && happens(RESETS)) {
                    startOver();
                    continue;
                }
                if (step.path("required").asBoolean(false) && happens(COMPLETES_EARLY)) {
                    attempt("/onboarding/complete", inSession());
                    continue;
                }
                pass(step);
                changeMind();
            }
            return Ending.COMPLETED;
        } catch (Stuck stuck) {
            tally.trouble(stuck.reason);
            return Ending.STUCK;
        }
    }

    private Ending askForSite() throws InterruptedException, Stuck {
        String slug = account.name();
        switch (SiteWish.drawn(random)) {
            case OWN -> {
                link();
                sites.asked(ownSite(slug), account.token(), true);
            }
            case OWN_WITHOUT_LINK -> sites.asked(ownSite(slug), account.token(), false);
            case WELCOME -> sites.asked(welcomeSite(slug), account.token(), false);
            case WELCOME_THEN_OWN -> {
                String welcome = welcomeSite(slug);
                link();
                adopt(welcome, body());
                sites.asked(welcome, account.token(), true);
            }
            case TWO_FOR_ONE_REPOSITORY -> {
                // The own site is parked first: an onboarding whose site is up takes no other.
                String own = ownSite(slug + "-own");
                String welcome = welcomeSite(slug);
                link();
                adopt(welcome, body().put("githubRepo", account.name() + "/" + slug + "-own"));
                sites.asked(own, account.token(), true);
                sites.asked(welcome, account.token(), true);
            }
            case NONE -> {
                return Ending.SITE_OPEN;
            }
        }
        return Ending.SITE_ASKED;
    }

    private String ownSite(String slug) throws InterruptedException, Stuck {
        return site(slug, "user_git");
    }

    private String welcomeSite(String slug) throws InterruptedException, Stuck {
        return site(slug, "platform_template");
    }

    private String site(String slug, String hostingMode) throws InterruptedException, Stuck {
        ObjectNode wanted = inSession().put("slug", slug).put("hostingMode", hostingMode);
        return needed(Call.write("/onboarding/site", account.token(), wanted))
                .json()
                .path("siteId")
                .asString("");
    }

    /** Links an account that does not exist; its login is the user's name, as unique as that. */
    private void link() throws InterruptedException, Stuck {
        ObjectNode github =
                body().put("login", account.name()).put("token", "made-up-" + account.name());
        needed(Call.put("/users/me/github-link", account.token(), github));
    }

    private void adopt(String siteId, ObjectNode wanted) throws InterruptedException, Stuck {
        needed(Call.write("/sites/" + siteId + "/adopt", account.token(), wanted));
    }

    private void start() throws InterruptedException, Stuck {
        ObjectNode body = body().put("flowId", manifest.flowId()).put("source", SOURCE);
        if (accepted("/onboarding/start", body).status() == 201) {
            tally.sessionStarted();
        }
    }

    private void startOver() throws InterruptedException, Stuck {
        reset = true;
        accepted("/onboarding/reset", inSession().put("reason", "I would rather begin again"));
        given.clear();
        tally.sessionStarted();
    }

    private void pass(JsonNode step) throws InterruptedException, Stuck {
        String stepId = id(step);
        if (step.path("skippable").asBoolean(false) && happens(SKIPS)) {
            ObjectNode skip =
                    inSession()
                            .put("stepId", stepId)
                            .put("reason", Person.pick(SKIP_REASONS, random));
            accepted("/onboarding/step/skip", skip);
        } else if (kind(step).equals("path")) {
            ObjectNode choice = inSession().put("pathId", Person.pick(manifest.pathIds(), random));
            accepted("/onboarding/path", choice);
        } else {
            answer(stepId, otherAnswers(stepId));
        }
    }

    private void answer(String stepId, ObjectNode answers) throws InterruptedException, Stuck {
        if (happens(MISTAKES)) {
            Optional<ObjectNode> mistaken = forms.spoil(manifest.schema(stepId), answers);
            if (mistaken.isPresent()) {
                attempt("/onboarding/step", form(stepId, mistaken.get()));
            }
        }
        accepted("/onboarding/step", form(stepId, answers));
        given.put(stepId, answers);
    }

    /**
     * Answers a form that was passed anew, or opens it again; never without an effect, so that each
     * write has its event.
     */
    private void changeMind() throws InterruptedException, Stuck {
        List<JsonNode> passed =
                steps(step -> kind(step).equals("form") && !is(step, "pending")).toList();
        if (status().equals("completed") || passed.isEmpty()) {
            return;
        }
        JsonNode step = Person.pick(passed, random);
        String stepId = id(step);
        if (happens(AMENDS)) {
            ObjectNode answers = otherAnswers(stepId);
            if (!answers.equals(given.get(stepId))) {
                answer(stepId, answers);
            }
        } else if (!reopened && is(step, "completed") && happens(REOPENS)) {
            reopened = true;
            accepted("/onboarding/step/reopen", inSession().put("stepId", stepId));
        }
    }

    /** Answers other than those given before, if the form leaves the choice. */
    private ObjectNode otherAnswers(String stepId) {
        ObjectNode answers = forms.fill(manifest.schema(stepId));
        for (int i = 0; i < OTHER_ANSWER_TRIES && answers.equals(given.get(stepId)); i++) {
            answers = forms.fill(manifest.schema(stepId));
        }
        return answers;
    }

    private Reply write(Call call) throws InterruptedException {
        pause.of(Duration.ofMillis(random.nextInt(1, THINKS_MS_MAX)));
        Reply reply = deliver(call);
        // Some answers get lost on the way back; a client that keeps its key asks again.
        return reply.accepted() && happens(LOSES_ANSWER) ? deliver(call) : reply;
    }

    private Reply deliver(Call call) throws InterruptedException {
        Reply reply = service.send(call);
        if (reply.accepted()) {
            journal.acknowledged(call, reply.status());
        }
        tally.answered(reply);
        return reply;
    }

    private Reply accepted(String route, ObjectNode body) throws InterruptedException, Stuck {
        return insist(attempt(route, body));
    }

    /** A write that is not answered with the session. */
    private Reply needed(Call call) throws InterruptedException, Stuck {
        return insist(write(call));
    }

    private static Reply insist(Reply reply) throws Stuck {
        if (!reply.accepted()) {
            throw new Stuck(reply);
        }
        return reply;
    }

    /** A write that may be refused. */
    private Reply attempt(String route, ObjectNode body) throws InterruptedException {
        Reply reply = write(Call.write(route, account.token(), body));
        if (reply.accepted()) {
            session = reply.json();
            Service.time(session.path("lastActivityAt")).ifPresent(tally::active);
        }
        return reply;
    }

    private ObjectNode inSession() {
        return body().put("sessionId", session.path("sessionId").asString(""));
    }

    private static ObjectNode body() {
        return Service.JSON.createObjectNode();
    }

    private ObjectNode form(String stepId, ObjectNode answers) {
        return inSession().put("stepId", stepId).set("answers", answers);
    }

    private Stream<JsonNode> steps(Predicate<JsonNode> wanted) {
        return session.path("steps").valueStream().filter(wanted);
    }

    private String status() {
        return session.path("status").asString("");
    }

    private boolean happens(double probability) {
        return random.nextDouble() < probability;
    }

    private static boolean is(JsonNode step, String status) {
        return step.path("status").asString("").equals(status);
    }

    private static String kind(JsonNode step) {
        return step.path("kind").asString("");
    }

    private static String id(JsonNode step) {
        return step.path("stepId").asString("");
    }

    /**
     * Who the user is to the service.
     *
     * @param name unique, and fit for a slug and for a GitHub login: lower-case letters, digits and
     *     single hyphens, a letter first, 36 characters at most
     * @param token the bearer
     */
    record Account(String name, String token) {}

    /** The service refused a write without which the story cannot go on. */
    private static final class Stuck extends Exception {
        private final String reason;

        Stuck(Reply reply) {
            super(null, null, false, false);
            reason = reply.status() + " " + reply.code() + ": " + reply.detail();
        }
    }
}
