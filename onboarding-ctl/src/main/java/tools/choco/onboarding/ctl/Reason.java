package tools.choco.onboarding.ctl;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Why an operator acts; the service wants it with every act. */
final class Reason {

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; it is written down with the act.")
    private String text = "";

    /** A body with the reason, and with those members that have a value: name, value, and so on. */
    ObjectNode body(@Nullable Object... members) {
        ObjectNode body = Service.JSON.createObjectNode().put("reason", text);
        for (int i = 0; i < members.length; i += 2) {
            Object value = members[i + 1];
            if (value != null) {
                body.putPOJO(String.valueOf(members[i]), value);
            }
        }
        return body;
    }
}
