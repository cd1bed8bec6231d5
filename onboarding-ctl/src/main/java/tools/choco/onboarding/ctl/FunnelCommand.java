package tools.choco.onboarding.ctl;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws a funnel in the terminal. */
@Command(
        name = "funnel",
        header = "Draw a funnel: how many sessions reached each stage.",
        description = {
            "",
            "A session belongs to the UTC day on which it started. Per stage: the sessions that"
                    + " reached it, drawn"
                    + " as a part of all that started; their share of those that were offered it"
                    + " and of those that"
                    + " had passed the stage before; how many were offered it, and how many"
                    + " skipped it."
        },
        footer = {
            "",
            "Examples:",
            "  What happened to the sessions that started in July:",
            "    onboardingctl funnel --from 2026-07-01 --to 2026-07-31",
            "",
            "  One flow only, with the test traffic of the demo:",
            "    onboardingctl funnel --filter flow=quick --include-test",
            "",
            "  Step by step without anything in between, within a day of the start:",
            "    onboardingctl funnel --order strict --window 1d",
            "",
            "  Another service's funnel, as far as each session got:",
            "    onboardingctl funnel portal --filter service=hosting-portal",
            "",
            "  The number of started sessions, for a script:",
            "    onboardingctl funnel --json | jq .started"
        })
final class FunnelCommand implements Callable<Integer> {

    @Mixin private ServiceOptions serviceOptions = new ServiceOptions();

    @Mixin private TokenOptions tokenOptions = new TokenOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FUNNEL",
            defaultValue = "onboarding",
            description = "Which funnel. Default: ${DEFAULT-VALUE}.")
    private String funnel = "onboarding";

    @Option(
            names = "--from",
            paramLabel = "DAY",
            description = "First UTC day, as 2026-07-01. Default: 29 days before the last.")
    private @Nullable LocalDate from;

    @Option(names = "--to", paramLabel = "DAY", description = "Last UTC day. Default: today.")
    private @Nullable LocalDate to;

    @Option(
            names = "--filter",
            paramLabel = "DIMENSION=VALUE",
            description =
                    "Only sessions with that value of a dimension of the funnel, for instance"
                            + " flow, version, variant, source, path or hosting; may be"
                            + " repeated.")
    private Map<String, String> filters = new LinkedHashMap<>();

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            description =
                    "How strictly stages follow each other: ordered, strict or any. Default: as the"
                            + " funnel has it.")
    private @Nullable String order;

    @Option(
            names = "--window",
            paramLabel = "WINDOW",
            description =
                    "How long after the start a stage counts, as 7d. Default: as the funnel has"
                            + " it.")
    private @Nullable String window;

    @Option(
            names = "--include-test",
            description = "Count the traffic marked as a test too, the demo among it.")
    private boolean includeTest;

    @Option(names = "--json", description = "Print the service's answer as it came.")
    private boolean json;

    @Override
    public Integer call() {
        if (from != null && to != null && to.isBefore(from)) {
            throw serviceOptions.usage("--to: %s is before --from %s".formatted(to, from));
        }
        try (Service service = serviceOptions.service()) {
            String token = tokenOptions.orLocal(service, "analytics:read");
            String route =
                    with(
                            with(route(funnel, from, to, filters, includeTest), "order", order),
                            "window",
                            window);
            Reply reply = service.require(Call.read(route, token));
            var out = spec.commandLine().getOut();
            if (json) {
                out.println(reply.body());
            } else {
                out.print(FunnelBars.forTerminal().draw(reply.json()));
                out.flush();
            }
            return 0;
        }
    }

    /** Path and query of a funnel's answer; days inclusive. */
    static String route(
            String funnel,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            Map<String, String> filters,
            boolean includeTest) {
        List<String> query = new ArrayList<>();
        if (from != null) {
            query.add("from=" + from);
        }
        if (to != null) {
            query.add("to=" + to);
        }
        filters.forEach(
                (dimension, value) ->
                        query.add("filter." + escaped(dimension) + "=" + escaped(value)));
        if (includeTest) {
            query.add("includeTest=true");
        }
        return "/funnels/"
                + escaped(funnel)
                + (query.isEmpty() ? "" : "?" + String.join("&", query));
    }

    private static String with(String route, String name, @Nullable String value) {
        return value == null
                ? route
                : route + (route.contains("?") ? "&" : "?") + name + "=" + escaped(value);
    }

    static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
