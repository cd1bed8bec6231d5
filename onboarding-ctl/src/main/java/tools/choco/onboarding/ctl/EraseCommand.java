package tools.choco.onboarding.ctl;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Erases a user. */
@Command(
        name = "erase",
        header = "Erase a user: destroy their keys and unlink their GitHub account.",
        description = {
            "",
            "What they answered and wrote, what was written about them and the names of their"
                    + " repositories can never be read again, here, on the stream or in a backup of"
                    + " the log. It cannot be taken back. A repeat does no harm, and is due after"
                    + " a restore of the database. The reason stays readable: name the request, not"
                    + " the person."
        },
        footer = {
            "",
            "Examples:",
            "    onboardingctl erase 7f3c9a --reason 'ticket 4711' --yes",
            "",
            "  All who were erased before a restore, one id a line:",
            "    xargs -n1 onboardingctl erase --reason 'restored' --yes < erased.txt"
        })
final class EraseCommand extends OpsCommand {

    @Parameters(paramLabel = "USER_ID", description = "Subject of the user's tokens.")
    private String userId = "";

    @Mixin private Reason reason = new Reason();

    @Option(names = "--yes", description = "Do it; without it nothing is done.")
    private boolean yes;

    @Override
    public Integer call() {
        if (!yes) {
            throw usage("an erasure cannot be taken back: say --yes");
        }
        return act(
                "/ops/users/" + FunnelCommand.escaped(userId) + "/erase",
                reason.body(),
                EraseCommand::text,
                answer -> false);
    }

    private static String text(JsonNode answer) {
        long keys = answer.path("keysDestroyed").asLong(0);
        return "%s is erased: %d %s destroyed, %s%n"
                .formatted(
                        answer.path("userId").asString("?"),
                        keys,
                        keys == 1 ? "key" : "keys",
                        answer.path("githubLinkRemoved").asBoolean(false)
                                ? "GitHub unlinked"
                                : "no GitHub link")
                .replace("\r\n", "\n");
    }
}
