package tools.choco.onboarding.ctl;

import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** The copy of the log in NATS: how far it is, and how to fill it anew. */
@Command(
        name = "stream",
        header = "Look after the stream that carries every event to NATS.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {StreamCommand.Status.class, StreamCommand.Rebuild.class})
final class StreamCommand extends CommandGroup {

    /** Asks how far the stream is. */
    @Command(
            name = "status",
            header = "Show how far the stream is.",
            footer = {
                "",
                "Example, for a script:",
                "    onboardingctl stream status --json | jq .backlogEvents"
            })
    static final class Status extends OpsCommand {
        @Override
        public Integer call() {
            return read("/ops/stream", StreamCommand::text);
        }
    }

    /** Has the stream emptied and filled from the start of the log. */
    @Command(
            name = "rebuild",
            header = "Empty the stream and fill it from the start of the log.",
            description = {
                "",
                "Its consumers stay and get every event again; the log position in the header says"
                        + " what they know already. Returns once the stream is empty and fills."
            },
            footer = {
                "",
                "Example:",
                "    onboardingctl stream rebuild --reason 'The database was restored.'"
            })
    static final class Rebuild extends OpsCommand {

        @Mixin private Reason reason = new Reason();

        @Override
        public Integer call() {
            return act("/ops/stream/rebuild", reason.body(), StreamCommand::text, answer -> false);
        }
    }

    /** What matters of an answer, in a few lines. */
    static String text(JsonNode stream) {
        String line =
                "%s: %s, position %s of %s%n"
                        .formatted(
                                stream.path("stream").asString(),
                                stream.path("state").asString().replace('_', ' '),
                                stream.path("position").asString("none"),
                                stream.path("head").asString());
        if (stream.path("backlogEvents").asLong(0) > 0) {
            line +=
                    String.format(
                            Locale.ROOT,
                            "%,d events behind, the oldest for %.1f s%n",
                            stream.path("backlogEvents").asLong(),
                            stream.path("backlogMs").asLong(0) / 1e3);
        }
        JsonNode failure = stream.path("lastFailure");
        if (failure.isObject()) {
            line +=
                    "last failure at %s: %s%n"
                            .formatted(
                                    failure.path("at").asString(),
                                    failure.path("detail").asString());
        }
        return line;
    }
}
