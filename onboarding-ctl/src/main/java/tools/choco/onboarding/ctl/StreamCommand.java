package tools.choco.onboarding.ctl;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** The copy of the log in NATS: how far it is, and how to fill it anew. */
@Command(
        name = "stream",
        header = "Look after the stream that carries every event to NATS.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {StreamCommand.Status.class, StreamCommand.Rebuild.class})
final class StreamCommand implements Runnable {

    private static final String SCOPE = "ops";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** Asks how far the stream is. */
    @Command(
            name = "status",
            header = "Show how far the stream is.",
            footer = {
                "",
                "Example, for a script:",
                "    onboardingctl stream status --json | jq .backlogEvents"
            })
    static final class Status implements Callable<Integer> {

        @Mixin private ServiceOptions serviceOptions = new ServiceOptions();

        @Mixin private TokenOptions tokenOptions = new TokenOptions();

        @Spec private CommandSpec spec = CommandSpec.create();

        @Option(names = "--json", description = "Print the service's answer as it came.")
        private boolean json;

        @Override
        public Integer call() {
            try (Service service = serviceOptions.service()) {
                String token = tokenOptions.orLocal(service, SCOPE);
                print(spec, service.require(Call.read("/ops/stream", token)), json);
                return 0;
            }
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
    static final class Rebuild implements Callable<Integer> {

        @Mixin private ServiceOptions serviceOptions = new ServiceOptions();

        @Mixin private TokenOptions tokenOptions = new TokenOptions();

        @Spec private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "TEXT",
                description = "Why; it is kept in the log, with who did it.")
        private String reason = "";

        @Option(names = "--json", description = "Print the service's answer as it came.")
        private boolean json;

        @Override
        public Integer call() {
            try (Service service = serviceOptions.service()) {
                String token = tokenOptions.orLocal(service, SCOPE);
                var body = Service.JSON.createObjectNode().put("reason", reason);
                var call = Call.write("/ops/stream/rebuild", token, body);
                print(spec, service.require(call), json);
                return 0;
            }
        }
    }

    private static void print(CommandSpec spec, Reply reply, boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? reply.body() : text(reply.json()));
        out.flush();
    }

    /** What matters of an answer, in a few lines. */
    static String text(JsonNode stream) {
        String line =
                "%s: %s, position %s of %s"
                        .formatted(
                                stream.path("stream").asString(),
                                stream.path("state").asString().replace('_', ' '),
                                stream.path("position").asString("none"),
                                stream.path("head").asString());
        if (stream.path("backlogEvents").asLong(0) > 0) {
            line +=
                    String.format(
                            Locale.ROOT,
                            "%n%,d events behind, the oldest for %.1f s",
                            stream.path("backlogEvents").asLong(),
                            stream.path("backlogMs").asLong(0) / 1e3);
        }
        JsonNode failure = stream.path("lastFailure");
        if (failure.isObject()) {
            line +=
                    "%nlast failure at %s: %s"
                            .formatted(
                                    failure.path("at").asString(),
                                    failure.path("detail").asString());
        }
        return line;
    }
}
