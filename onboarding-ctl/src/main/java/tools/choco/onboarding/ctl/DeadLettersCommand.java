package tools.choco.onboarding.ctl;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Parked events: what is parked and why, and what is to become of it. */
@Command(
        name = "dead-letters",
        header = "List parked events, show one, retry or discard them.",
        description = {
            "",
            "An event that a processor cannot handle is parked with all that follows it in its"
                    + " session; everybody else goes on. Mend the cause, then retry."
        },
        footer = {
            "",
            "Examples:",
            "  What is parked, and why:",
            "    onboardingctl dead-letters list",
            "",
            "  Retry all that failed alike:",
            "    onboardingctl dead-letters retry --cause BrokenHistory --reason 'mended in 1.4.2'"
        },
        subcommands = {
            DeadLettersCommand.ListThem.class,
            DeadLettersCommand.Show.class,
            DeadLettersCommand.Retry.class,
            DeadLettersCommand.Discard.class
        })
final class DeadLettersCommand extends CommandGroup {

    private static final String ROUTE = "/ops/dead-letters";

    /** Which sequences. */
    static final class Filter {

        @Option(
                names = "--processor",
                paramLabel = "NAME",
                description = "Only what that processor has parked.")
        private @Nullable String processor;

        @Option(names = "--session", paramLabel = "ID", description = "Only that session's.")
        private @Nullable String session;

        @Option(
                names = "--cause",
                paramLabel = "TYPE",
                description = "Only what failed with that type, with or without its package.")
        private @Nullable String cause;

        @Option(
                names = "--cursor",
                paramLabel = "CURSOR",
                description = "Where the page before ended.")
        private @Nullable String cursor;

        boolean isEmpty() {
            return processor == null && session == null && cause == null && cursor == null;
        }
    }

    /** Lists parked sequences. */
    @Command(
            name = "list",
            header = "List parked sequences, in the order of parking.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl dead-letters list --processor funnel_g3",
                "    onboardingctl dead-letters list --json | jq -r '.items[].cause' | sort | uniq -c"
            })
    static final class ListThem extends OpsCommand {

        @ArgGroup(exclusive = false)
        private Filter filter = new Filter();

        @Option(
                names = "--limit",
                paramLabel = "COUNT",
                defaultValue = "50",
                description = "How many, 1 to 500. Default: ${DEFAULT-VALUE}.")
        private int limit;

        @Override
        public Integer call() {
            return read(
                    route(
                            ROUTE,
                            "processor",
                            filter.processor,
                            "sessionId",
                            filter.session,
                            "cause",
                            filter.cause,
                            "cursor",
                            filter.cursor,
                            "limit",
                            limit),
                    answer -> sequences(answer.path("items")) + more(answer));
        }
    }

    /** Shows a sequence. */
    @Command(
            name = "show",
            header = "Show every parked event of a letter's sequence.",
            footer = {"", "Examples:", "    onboardingctl dead-letters show 42"})
    static final class Show extends OpsCommand {

        @Parameters(paramLabel = "ID", description = "Any letter of the sequence.")
        private String id = "";

        @Override
        public Integer call() {
            return read(ROUTE + "/" + FunnelCommand.escaped(id), DeadLettersCommand::events);
        }
    }

    /** Retries one sequence, or all that a filter matches. */
    @Command(
            name = "retry",
            header = "Handle parked sequences again: one, or all that a filter matches.",
            description = {
                "",
                "Exits with 4 if something is still parked afterwards; its cause is printed."
            },
            footer = {
                "",
                "Examples:",
                "    onboardingctl dead-letters retry 42 --reason 'mended in 1.4.2'",
                "    onboardingctl dead-letters retry --processor funnel_g3 --reason 'mended'",
                "    onboardingctl dead-letters retry --all --reason 'mended'"
            })
    static final class Retry extends OpsCommand {

        @Parameters(arity = "0..1", paramLabel = "ID", description = "A letter of the sequence.")
        private @Nullable String id;

        @ArgGroup(exclusive = false)
        private Filter filter = new Filter();

        @Option(names = "--all", description = "Everything that is parked.")
        private boolean all;

        @Option(
                names = "--max",
                paramLabel = "COUNT",
                description = "How many sequences, 1 to 500. Default: 100.")
        private @Nullable Integer max;

        @Mixin private Reason reason = new Reason();

        @Override
        public Integer call() {
            int ways = (id == null ? 0 : 1) + (filter.isEmpty() ? 0 : 1) + (all ? 1 : 0);
            if (ways != 1) {
                throw usage("name a letter, or filter them, or say --all");
            }
            if (id != null) {
                return act(
                        ROUTE + "/" + FunnelCommand.escaped(id) + "/retry",
                        reason.body(),
                        DeadLettersCommand::outcome,
                        answer -> !answer.path("goesOn").asBoolean(false));
            }
            return act(
                    ROUTE + "/retry",
                    reason.body(
                            "processor",
                            filter.processor,
                            "sessionId",
                            filter.session,
                            "cause",
                            filter.cause,
                            "cursor",
                            filter.cursor,
                            "max",
                            max),
                    DeadLettersCommand::outcomes,
                    answer -> !answer.path("parked").isEmpty());
        }
    }

    /** Discards an event. */
    @Command(
            name = "discard",
            header = "Leave the first event of a sequence out for good; the later ones go on.",
            description = {
                "",
                "Where a read model can do nothing without the event, the start of a session for"
                        + " instance, the later ones are passed over too, until it is rebuilt."
                        + " Exits with 4 if another event of the sequence is parked afterwards."
            },
            footer = {
                "",
                "Examples:",
                "    onboardingctl dead-letters discard 42 --reason 'written by a mended defect'"
            })
    static final class Discard extends OpsCommand {

        @Parameters(paramLabel = "ID", description = "The first letter of a sequence.")
        private String id = "";

        @Mixin private Reason reason = new Reason();

        @Override
        public Integer call() {
            return act(
                    ROUTE + "/" + FunnelCommand.escaped(id) + "/discard",
                    reason.body(),
                    DeadLettersCommand::outcome,
                    answer -> !answer.path("goesOn").asBoolean(false));
        }
    }

    private static String sequences(Iterable<JsonNode> items) {
        TextTable table =
                new TextTable("id", "processor", "session", "event", "events", "tries", "why");
        for (JsonNode it : items) {
            table.add(
                    it.path("id").asString("?"),
                    it.path("processor").asString("?"),
                    it.path("sessionId").asString("-"),
                    it.path("eventType").asString("?"),
                    it.path("events").asLong(0),
                    it.path("tries").asLong(0),
                    why(it));
        }
        return table.isEmpty() ? "nothing is parked\n" : table.toString();
    }

    private static String events(JsonNode sequence) {
        TextTable table = new TextTable("id", "position", "event", "event id", "tries", "why");
        for (JsonNode it : sequence.path("events")) {
            table.add(
                    it.path("id").asString("?"),
                    it.path("position").asString("?"),
                    it.path("eventType").asString("?"),
                    it.path("eventId").asString("?"),
                    it.path("tries").asLong(0),
                    it.path("cause").isString() ? why(it) : "waits");
        }
        return "%s, sequence %s, %d parked%n%n"
                        .formatted(
                                sequence.path("processor").asString("?"),
                                sequence.path("sequence").asString("?"),
                                sequence.path("eventCount").asLong(0))
                        .replace("\r\n", "\n")
                + table;
    }

    private static String outcome(JsonNode answer) {
        JsonNode parked = answer.path("parked");
        return parked.isObject() ? "still parked: " + why(parked) + "\n" : "the sequence goes on\n";
    }

    private static String outcomes(JsonNode answer) {
        JsonNode parked = answer.path("parked");
        return "%d of %d go on%n"
                        .formatted(answer.path("done").asLong(0), answer.path("matched").asLong(0))
                        .replace("\r\n", "\n")
                + (parked.isEmpty() ? "" : "\nstill parked:\n" + sequences(parked))
                + OpsCommand.more(answer);
    }

    /** The message, which begins with the type; the type where an erasure has taken it. */
    private static String why(JsonNode letter) {
        return letter.path("message").asString(letter.path("cause").asString("?"));
    }
}
