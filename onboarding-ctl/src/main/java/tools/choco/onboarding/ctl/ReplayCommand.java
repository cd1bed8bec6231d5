package tools.choco.onboarding.ctl;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Lists replays, and begins, watches, compares, switches and ends them. */
@Command(
        name = "replay",
        header = "Build read models again beside those that serve, and switch to them.",
        description = {
            "",
            "Without a command: every replay, the newest first, with position, rate and time left."
                    + " Queries go on meanwhile; nothing changes for them before the switch, and the"
                    + " way back is one step."
        },
        footer = {
            "",
            "Examples:",
            "  Build one again, with a bar, and look at what is different:",
            "    onboardingctl replay start funnel --reason 'ticket 4711'",
            "    onboardingctl replay difference funnel_g2",
            "",
            "  Have it served, and go back:",
            "    onboardingctl replay switch funnel_g2 --reason compared",
            "    onboardingctl replay rollback funnel_g2 --reason 'the list is wrong'",
            "",
            "  One session in place:",
            "    onboardingctl replay start sessionview --session 019a5b1e-7c00-7000-8000-3f6a1c2d4e5f"
                    + " --reason 'a wrong step'"
        },
        subcommands = {
            ReplayCommand.Start.class,
            ReplayCommand.Watch.class,
            ReplayCommand.Difference.class,
            ReplayCommand.Switch.class,
            ReplayCommand.Rollback.class,
            ReplayCommand.Cancel.class
        })
final class ReplayCommand extends OpsCommand {

    private static final String ROUTE = "/ops/replays";
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    @Override
    public Integer call() {
        return read(ROUTE, answer -> table(answer.path("items").valueStream().toList()));
    }

    private static String table(List<JsonNode> replays) {
        TextTable table =
                new TextTable("replay", "state", "position", "head", "events/s", "left", "by");
        StringBuilder errors = new StringBuilder();
        for (JsonNode it : replays) {
            table.add(
                    it.path("id").asString("?"),
                    it.path("state").asString("?"),
                    it.path("position").asString("?"),
                    it.path("head").asString("?"),
                    it.path("eventsPerSecond").isNumber()
                            ? String.format(Locale.ROOT, "%,d", it.path("eventsPerSecond").asLong())
                            : "",
                    it.path("secondsLeft").isNumber() ? it.path("secondsLeft").asLong() + " s" : "",
                    it.path("requestedBy").asString("a new version"));
            if (it.path("error").isString()) {
                errors.append(it.path("id").asString("?"))
                        .append(": ")
                        .append(it.path("error").asString())
                        .append('\n');
            }
        }
        return table + (errors.isEmpty() ? "" : "\n" + errors);
    }

    private static boolean hasFailed(JsonNode replay) {
        return replay.path("state").asString("").equals("failed")
                || replay.path("error").isString();
    }

    /**
     * Looks at a replay until it is built, with a bar on standard error.
     *
     * @return as it was seen last
     */
    private static Reply watched(Service service, String token, String id) {
        String route = ROUTE + "/" + FunnelCommand.escaped(id);
        Reply reply = service.require(Call.read(route, token));
        long head = Math.max(1, reply.json().path("head").asLong(1));
        try (Progress progress = Progress.of(id, head)) {
            progress.begin();
            while (true) {
                JsonNode replay = reply.json();
                progress.stepTo(Math.min(head, replay.path("position").asLong(0)));
                progress.note(
                        replay.path("secondsLeft").isNumber()
                                ? replay.path("secondsLeft").asLong() + " s left"
                                : "");
                if (!replay.path("state").asString("").equals("building") || hasFailed(replay)) {
                    return reply;
                }
                Thread.sleep(BETWEEN_LOOKS);
                reply = service.require(Call.read(route, token));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted; the replay goes on");
        }
    }

    /** Begins replays and watches them. */
    @Command(
            name = "start",
            header = "Build read models again in one pass, or one session's part of one.",
            footer = {
                "",
                "Ends when all are built, with 4 if one of them failed.",
                "",
                "Examples:",
                "    onboardingctl replay start sessionview siteview --reason rehearsal --no-wait"
            })
    static final class Start extends OpsCommand {

        @Parameters(
                paramLabel = "READMODEL",
                arity = "1..*",
                description = "Which: funnel, sessionview, siteview.")
        private List<String> readModels = List.of();

        @Option(
                names = "--session",
                paramLabel = "ID",
                description = "Only this session, in place, in one transaction.")
        private @Nullable String session;

        @Mixin private Reason reason = new Reason();

        @Option(names = "--no-wait", description = "Return once they are under way.")
        private boolean leaves;

        @Override
        public Integer call() {
            if (session != null && readModels.size() > 1) {
                throw usage("with --session there can be one read model only");
            }
            var body = reason.body("sessionId", session);
            if (session == null) {
                readModels.forEach(body.putArray("projections")::add);
            } else {
                body.put("projection", readModels.getFirst());
            }
            return with(
                    (service, token) -> {
                        Reply begun = service.require(Call.write(ROUTE, token, body));
                        if (leaves || session != null) {
                            return print(
                                    begun,
                                    answer -> table(answer.path("items").valueStream().toList()),
                                    answer ->
                                            answer.path("items")
                                                    .valueStream()
                                                    .anyMatch(ReplayCommand::hasFailed));
                        }
                        int code = 0;
                        for (JsonNode replay : begun.json().path("items")) {
                            Reply end = watched(service, token, replay.path("id").asString());
                            code =
                                    Math.max(
                                            code,
                                            print(
                                                    end,
                                                    answer -> table(List.of(answer)),
                                                    ReplayCommand::hasFailed));
                        }
                        return code;
                    });
        }
    }

    /** One replay. */
    abstract static class OfOne extends OpsCommand {

        @Parameters(paramLabel = "REPLAY", description = "Which replay, for instance funnel_g2.")
        private String id = "";

        final String id() {
            return id;
        }

        final String route(String word) {
            return ROUTE + "/" + FunnelCommand.escaped(id) + "/" + word;
        }
    }

    /** Watches one until it is built. */
    @Command(
            name = "watch",
            header = "Show how far a replay is, until it is built.",
            footer = {"", "Examples:", "    onboardingctl replay watch funnel_g2"})
    static final class Watch extends OfOne {

        @Override
        public Integer call() {
            return with(
                    (service, token) ->
                            print(
                                    watched(service, token, id()),
                                    answer -> table(List.of(answer)),
                                    ReplayCommand::hasFailed));
        }
    }

    /** Compares a generation with the one that serves. */
    @Command(
            name = "difference",
            header = "Compare what was built with what serves, both at the same position.",
            footer = {
                "",
                "Ends with 4 if there is a difference. Takes a minute for 10 million events.",
                "",
                "Examples:",
                "    onboardingctl replay difference funnel_g2 --samples 3 --json"
            })
    static final class Difference extends OfOne {

        @Option(
                names = "--samples",
                paramLabel = "N",
                defaultValue = "0",
                description = "Rows of each kind to show with --json. Default: ${DEFAULT-VALUE}.")
        private int samples;

        @Override
        public Integer call() {
            return with(
                    (service, token) ->
                            print(
                                    service.requireComparison(
                                            Call.read(
                                                    OpsCommand.route(
                                                            route("difference"),
                                                            "samples",
                                                            samples),
                                                    token)),
                                    Difference::drawn,
                                    answer -> !answer.path("same").asBoolean(false)));
        }

        private static String drawn(JsonNode answer) {
            TextTable table =
                    new TextTable(
                            "table",
                            answer.path("next").asString("next"),
                            answer.path("other").asString("other"),
                            "only here",
                            "only there",
                            "changed");
            for (JsonNode it : answer.path("tables")) {
                table.add(
                        it.path("table").asString("?"),
                        it.path("rowsNext").asLong(),
                        it.path("rowsOther").asLong(),
                        it.path("onlyNext").asLong(),
                        it.path("onlyOther").asLong(),
                        it.path("changed").asLong());
            }
            return "at position " + answer.path("position").asString("?") + "\n" + table;
        }
    }

    /** An act on one replay. */
    abstract static class Act extends OfOne {

        @Mixin private Reason reason = new Reason();

        final int act(String word) {
            return act(
                    route(word), reason.body(), answer -> table(List.of(answer)), answer -> false);
        }
    }

    /** Has a generation served. */
    @Command(
            name = "switch",
            header = "Have queries read what was built.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl replay switch funnel_g2 --reason compared"
            })
    static final class Switch extends Act {

        @Override
        public Integer call() {
            return act("switch");
        }
    }

    /** Goes back. */
    @Command(
            name = "rollback",
            header = "Have queries read what they read before.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl replay rollback funnel_g2 --reason 'the list is wrong'"
            })
    static final class Rollback extends Act {

        @Override
        public Integer call() {
            return act("rollback");
        }
    }

    /** Gives a generation up. */
    @Command(
            name = "cancel",
            header = "Drop what was built, or is being built, and does not serve.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl replay cancel funnel_g2 --reason 'not needed'"
            })
    static final class Cancel extends Act {

        @Override
        public Integer call() {
            return act("cancel");
        }
    }
}
