package tools.choco.onboarding.ctl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Sites on their way: what is stuck, and what is to be done about it. */
@Command(
        name = "provisioning",
        header = "List sites on their way; start, retry or fail many at once.",
        footer = {
            "",
            "Examples:",
            "  What has not moved for an hour:",
            "    onboardingctl provisioning list --stuck-longer-than PT1H",
            "",
            "  Try again what failed while the host was down:",
            "    onboardingctl provisioning retry --state failed --reason 'the host is back'"
        },
        subcommands = {
            ProvisioningCommand.ListThem.class,
            ProvisioningCommand.Start.class,
            ProvisioningCommand.Retry.class,
            ProvisioningCommand.Fail.class
        })
final class ProvisioningCommand extends CommandGroup {

    private static final String ROUTE = "/ops/provisioning";

    /** Lists sites. */
    @Command(
            name = "list",
            header = "List sites that are neither live nor failed, the longest in its state first.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl provisioning list --state awaiting_github",
                "    onboardingctl provisioning list --stuck-longer-than PT1H --json | jq '.items|length'"
            })
    static final class ListThem extends OpsCommand {

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "Only sites in that state, 'live' and 'failed' too.")
        private @Nullable String state;

        @Option(
                names = "--stuck-longer-than",
                paramLabel = "DURATION",
                description = "Only sites in their state for longer, as PT1H or P2D.")
        private @Nullable Duration stuck;

        @Option(
                names = "--limit",
                paramLabel = "COUNT",
                defaultValue = "50",
                description = "How many, 1 to 500. Default: ${DEFAULT-VALUE}.")
        private int limit;

        @Option(
                names = "--cursor",
                paramLabel = "CURSOR",
                description = "Where the page before ended.")
        private @Nullable String cursor;

        @Override
        public Integer call() {
            return read(
                    route(
                            ROUTE,
                            "state",
                            state,
                            "stuckLongerThan",
                            stuck,
                            "cursor",
                            cursor,
                            "limit",
                            limit),
                    answer -> sites(answer) + more(answer));
        }
    }

    /** An act on many sites. */
    abstract static class Act extends OpsCommand {

        @Option(
                names = "--site",
                paramLabel = "ID",
                split = ",",
                description = "A site by its id; may be repeated.")
        private List<String> sites = new ArrayList<>();

        @Option(names = "--state", paramLabel = "STATE", description = "All sites in that state.")
        private @Nullable String state;

        @Option(
                names = "--stuck-longer-than",
                paramLabel = "DURATION",
                description = "All sites in their state for longer, as PT1H or P2D.")
        private @Nullable Duration stuck;

        @Option(
                names = "--max",
                paramLabel = "COUNT",
                description = "How many sites, 1 to 500. Default: 100.")
        private @Nullable Integer max;

        @Option(
                names = "--cursor",
                paramLabel = "CURSOR",
                description = "Where the call before ended.")
        private @Nullable String cursor;

        @Mixin private Reason reason = new Reason();

        final int act(String word) {
            if (sites.isEmpty() == (state == null && stuck == null)) {
                throw usage(
                        "name sites with --site, or filter them with --state or"
                                + " --stuck-longer-than; not both");
            }
            ObjectNode body =
                    reason.body(
                            "state",
                            state,
                            "stuckLongerThan",
                            stuck == null ? null : stuck.toString(),
                            "max",
                            max,
                            "cursor",
                            cursor);
            if (!sites.isEmpty()) {
                sites.forEach(body.putArray("siteIds")::add);
            }
            return act(
                    ROUTE + "/" + word,
                    body,
                    ProvisioningCommand::outcome,
                    answer -> !answer.path("refused").isEmpty());
        }
    }

    /** Lets sites go on. */
    @Command(
            name = "start",
            header = "Let sites go on now that are parked, or whose next try is far off.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl provisioning start --stuck-longer-than PT1H --reason 'host is back'"
            })
    static final class Start extends Act {
        @Override
        public Integer call() {
            return act("start");
        }
    }

    /** Tries failed sites again. */
    @Command(
            name = "retry",
            header = "Begin a new attempt of sites that failed.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl provisioning retry --state failed --reason 'the quota was raised'"
            })
    static final class Retry extends Act {
        @Override
        public Integer call() {
            return act("retry");
        }
    }

    /** Gives attempts up. */
    @Command(
            name = "fail",
            header = "Give up attempts that will not end by themselves.",
            footer = {
                "",
                "Examples:",
                "    onboardingctl provisioning fail --site 5f0f5b7e-3f3c-5b0a-9d52-0d7f2a7c1e11 \\",
                "        --reason 'the user wants another name'"
            })
    static final class Fail extends Act {
        @Override
        public Integer call() {
            return act("fail");
        }
    }

    private static String sites(JsonNode answer) {
        TextTable table = new TextTable("site", "slug", "state", "attempt", "for", "tries", "why");
        for (JsonNode it : answer.path("items")) {
            table.add(
                    it.path("siteId").asString("?"),
                    it.path("slug").asString("?"),
                    it.path("state").asString("?"),
                    it.path("attempt").asLong(0),
                    Duration.ofSeconds(it.path("stuckForMs").asLong(0) / 1_000),
                    it.path("attempts").size(),
                    it.path("lastError").asString(lastTry(it)));
        }
        return table.isEmpty() ? "no site is there\n" : table.toString();
    }

    private static String lastTry(JsonNode site) {
        JsonNode tries = site.path("attempts");
        return tries.isEmpty() ? "" : tries.get(tries.size() - 1).path("error").asString("");
    }

    private static String outcome(JsonNode answer) {
        TextTable table = new TextTable("refused", "code", "why");
        for (JsonNode it : answer.path("refused")) {
            table.add(
                    it.path("siteId").asString("?"),
                    it.path("code").asString("?"),
                    it.path("detail").asString(""));
        }
        return "%d of %d done%n"
                        .formatted(answer.path("done").asLong(0), answer.path("matched").asLong(0))
                        .replace("\r\n", "\n")
                + (table.isEmpty() ? "" : "\n" + table)
                + OpsCommand.more(answer);
    }
}
