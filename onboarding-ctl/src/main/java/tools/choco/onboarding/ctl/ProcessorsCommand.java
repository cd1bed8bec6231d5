package tools.choco.onboarding.ctl;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Lists the processors, and acts on one. */
@Command(
        name = "processors",
        header = "List what follows the log, or start, stop, split or merge one of it.",
        description = {
            "",
            "Without a command: every generation of every read model, the saga and its policies,"
                    + " with position, lag and rate. 'dead' means that it fails, or that nobody"
                    + " works on it. A stop holds on every instance and over restarts."
        },
        footer = {
            "",
            "Examples:",
            "  What is behind, and by how much:",
            "    onboardingctl processors",
            "",
            "  The names of those that are dead, for a script:",
            "    onboardingctl processors --json | jq -r '.items[]|select(.state==\"dead\").name'",
            "",
            "  Let a read model rest, and go on:",
            "    onboardingctl processors stop funnel_g3 --reason 'moving its disk'",
            "    onboardingctl processors start funnel_g3 --reason 'moved'"
        },
        subcommands = {
            ProcessorsCommand.Start.class,
            ProcessorsCommand.Stop.class,
            ProcessorsCommand.Split.class,
            ProcessorsCommand.Merge.class
        })
final class ProcessorsCommand extends OpsCommand {

    @Override
    public Integer call() {
        return read("/ops/processors", ProcessorsCommand::list);
    }

    private static String list(JsonNode answer) {
        return table(answer.path("items").valueStream().toList());
    }

    private static String table(List<JsonNode> processors) {
        TextTable table =
                new TextTable("processor", "state", "position", "lag", "behind", "events/s", "by");
        StringBuilder errors = new StringBuilder();
        for (JsonNode it : processors) {
            String name = it.path("name").asString("?");
            boolean current = it.path("current").asBoolean(false);
            table.add(
                    current ? name + " *" : name,
                    it.path("building").asBoolean(false)
                            ? "building"
                            : it.path("state").asString("?"),
                    it.path("position").asString("?"),
                    it.path("lagEvents").asLong(0),
                    String.format(Locale.ROOT, "%.1f s", it.path("lagMs").asLong(0) / 1_000.0),
                    String.format(Locale.ROOT, "%.0f", it.path("eventsPerSecond").asDouble(0)),
                    it.path("segments")
                            .valueStream()
                            .map(segment -> segment.path("claimedBy").asString("nobody"))
                            .distinct()
                            .collect(Collectors.joining(", ")));
            if (it.path("lastError").isString()) {
                errors.append(name)
                        .append(": ")
                        .append(it.path("lastError").asString())
                        .append('\n');
            }
        }
        return table + (errors.isEmpty() ? "" : "\n" + errors);
    }

    /** An act on one processor. */
    abstract static class Act extends OpsCommand {

        @Parameters(paramLabel = "NAME", description = "Which processor.")
        private String name = "";

        @Mixin private Reason reason = new Reason();

        final int act(String word, @Nullable Integer segment) {
            return act(
                    "/ops/processors/" + FunnelCommand.escaped(name) + "/" + word,
                    reason.body("segment", segment),
                    answer -> table(List.of(answer)),
                    answer -> false);
        }
    }

    /** Starts one again. */
    @Command(
            name = "start",
            header = "Start a processor that was stopped.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl processors start funnel_g3 --reason 'its disk has been moved'"
            })
    static final class Start extends Act {
        @Override
        public Integer call() {
            return act("start", null);
        }
    }

    /** Stops one. */
    @Command(
            name = "stop",
            header = "Let a processor rest until it is started, on every instance.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl processors stop site-provisioning --reason 'the host is down'"
            })
    static final class Stop extends Act {
        @Override
        public Integer call() {
            return act("stop", null);
        }
    }

    /** An act on one segment of a processor. */
    abstract static class SegmentAct extends Act {

        @Option(
                names = "--segment",
                paramLabel = "NUMBER",
                defaultValue = "0",
                description = "Which segment. Default: ${DEFAULT-VALUE}.")
        private int segment;

        final int act(String word) {
            return act(word, segment);
        }
    }

    /** Splits a segment. */
    @Command(
            name = "split",
            header = "Split a segment of a read model's processor in two.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl processors split funnel_g3 --reason 'two instances now'"
            })
    static final class Split extends SegmentAct {
        @Override
        public Integer call() {
            return act("split");
        }
    }

    /** Merges a segment with its other half. */
    @Command(
            name = "merge",
            header = "Merge a segment of a read model's processor with its other half.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl processors merge funnel_g3 --reason 'one instance again'"
            })
    static final class Merge extends SegmentAct {
        @Override
        public Integer call() {
            return act("merge");
        }
    }
}
