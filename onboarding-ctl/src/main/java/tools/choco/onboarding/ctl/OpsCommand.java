package tools.choco.onboarding.ctl;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the operator's commands share: where, who, and how the answer is printed. */
abstract class OpsCommand implements Callable<Integer> {

    /** Exit code of an act that not everything it was asked for has taken. */
    static final int IN_PART = 4;

    private static final String SCOPE = "ops";

    @Mixin private ServiceOptions serviceOptions = new ServiceOptions();

    @Mixin private TokenOptions tokenOptions = new TokenOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print the service's answer as it came.")
    private boolean json;

    /** Reads a route and prints what it answers. */
    final int read(String route, Function<JsonNode, String> drawing) {
        return with(
                (service, token) ->
                        print(service.require(Call.read(route, token)), drawing, answer -> false));
    }

    /**
     * Asks for an act and prints what came of it.
     *
     * @param partly whether the answer says that something was refused
     */
    final int act(
            String route,
            ObjectNode body,
            Function<JsonNode, String> drawing,
            Function<JsonNode, Boolean> partly) {
        return with(
                (service, token) ->
                        print(service.require(Call.write(route, token, body)), drawing, partly));
    }

    /** Works with the service as an operator, whose token is the second argument. */
    final int with(BiFunction<Service, String, Integer> work) {
        try (Service service = serviceOptions.service()) {
            return work.apply(service, tokenOptions.orLocal(service, SCOPE));
        }
    }

    /** What is wrong with the command line, to be thrown. */
    final RuntimeException usage(String what) {
        return serviceOptions.usage(what);
    }

    /** Prints an answer; its exit code. */
    final int print(
            Reply reply, Function<JsonNode, String> drawing, Function<JsonNode, Boolean> partly) {
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(reply.body());
        } else {
            out.print(drawing.apply(reply.json()));
            out.flush();
        }
        return partly.apply(reply.json()) ? IN_PART : 0;
    }

    /** A route with those parameters that have a value, as name, value, name, value. */
    static String route(String path, @Nullable Object... parameters) {
        List<String> query = new ArrayList<>();
        for (int i = 0; i < parameters.length; i += 2) {
            Object value = parameters[i + 1];
            if (value != null) {
                query.add(parameters[i] + "=" + FunnelCommand.escaped(value.toString()));
            }
        }
        return path + (query.isEmpty() ? "" : "?" + String.join("&", query));
    }

    /** How a page goes on, in words; empty at its end. */
    static String more(JsonNode answer) {
        JsonNode cursor = answer.path("nextCursor");
        return cursor.isString() ? "more: --cursor " + cursor.asString() + "\n" : "";
    }
}
