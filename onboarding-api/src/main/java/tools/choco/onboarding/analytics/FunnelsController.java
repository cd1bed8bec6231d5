package tools.choco.onboarding.analytics;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.Keys;
import tools.choco.onboarding.edge.DimensionFilters;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.funnel.Dimension;
import tools.choco.onboarding.funnel.DropOff;
import tools.choco.onboarding.funnel.EntryPage;
import tools.choco.onboarding.funnel.Funnel;
import tools.choco.onboarding.funnel.FunnelAnswer;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.FunnelQueries;
import tools.choco.onboarding.funnel.FunnelQuestion;
import tools.choco.onboarding.funnel.FunnelTrend;
import tools.choco.onboarding.funnel.Order;
import tools.choco.onboarding.funnel.Outcome;
import tools.choco.onboarding.funnel.UnknownStage;
import tools.choco.onboarding.funnel.Window;

/** Funnels, from the {@code funnel} read model; days are UTC. */
@RestController
class FunnelsController {

    /** Days of a range, if the client does not say where it begins. */
    private static final int DAYS_DEFAULT = 30;

    /** Days of a range at most. */
    private static final int DAYS_MAX = 366;

    private static final int YEAR_MAX = 9999;
    private static final String PAGE_DEFAULT = "50";
    private static final String CSV = "text/csv";

    private final FunnelQueries funnels;
    private final Clock clock;

    FunnelsController(FunnelQueries funnels, Clock clock) {
        this.funnels = funnels;
        this.clock = clock;
    }

    record Funnels(List<Funnel> items) {}

    @GetMapping("/funnels")
    Funnels list() {
        return new Funnels(funnels.funnels());
    }

    @GetMapping(
            path = "/funnels/{funnelId}",
            produces = {MediaType.APPLICATION_JSON_VALUE, CSV})
    FunnelAnswer funnel(
            @PathVariable String funnelId,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate from,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate to,
            @RequestParam @Nullable String order,
            @RequestParam @Nullable String window,
            @RequestParam @Nullable String breakdown,
            @RequestParam(defaultValue = "false") boolean includeTest,
            @RequestParam(defaultValue = "false") boolean histogram,
            @DimensionFilters Map<String, String> filters) {
        return funnels.answer(
                question(funnelId, from, to, order, window, breakdown, filters, includeTest),
                histogram);
    }

    @GetMapping(
            path = "/funnels/{funnelId}/trend",
            produces = {MediaType.APPLICATION_JSON_VALUE, CSV})
    FunnelTrend trend(
            @PathVariable String funnelId,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate from,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate to,
            @RequestParam @Nullable String order,
            @RequestParam @Nullable String window,
            @RequestParam @Nullable String breakdown,
            @RequestParam(defaultValue = "false") boolean includeTest,
            @DimensionFilters Map<String, String> filters) {
        return funnels.trend(
                question(funnelId, from, to, order, window, breakdown, filters, includeTest));
    }

    @GetMapping("/funnels/{funnelId}/drop-off")
    DropOff dropOff(
            @PathVariable String funnelId,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate from,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate to,
            @RequestParam(defaultValue = "false") boolean includeTest,
            @DimensionFilters Map<String, String> filters) {
        return funnels.dropOff(
                question(funnelId, from, to, null, null, null, filters, includeTest));
    }

    @GetMapping("/funnels/{funnelId}/stages/{stage}/sessions")
    EntryPage sessions(
            @PathVariable String funnelId,
            @PathVariable String stage,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate from,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate to,
            @RequestParam @Nullable String order,
            @RequestParam @Nullable String window,
            @RequestParam
                    @Nullable
                    @Pattern(
                            regexp =
                                    "converted|reset|failed|dropped|parkedOnUser|parkedOnUs"
                                            + "|inFlight")
                    String outcome,
            @RequestParam @Nullable @Pattern(regexp = "reached|skipped|notReached") String reach,
            @RequestParam(defaultValue = "false") boolean includeTest,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(FunnelQueries.PAGE_MAX)
                    int limit,
            @RequestParam @Nullable @Size(min = 1, max = 500) String cursor,
            @DimensionFilters Map<String, String> filters) {
        FunnelQuestion question =
                question(funnelId, from, to, order, window, null, filters, includeTest);
        try {
            return funnels.sessions(
                    question,
                    stage,
                    reach == null ? null : EntryPage.Reach.of(reach).orElseThrow(),
                    outcome == null
                            ? null
                            : named(
                                    Outcome.values(),
                                    Outcome::key,
                                    outcome,
                                    ProblemCode.INVALID_PARAMETER,
                                    "The outcomes are "),
                    cursor,
                    limit);
        } catch (UnknownStage unknown) {
            throw EdgeProblem.of(ProblemCode.STAGE_UNKNOWN, String.valueOf(unknown.getMessage()));
        }
    }

    private FunnelQuestion question(
            String funnelId,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            @Nullable String order,
            @Nullable String window,
            @Nullable String breakdown,
            Map<String, String> filters,
            boolean includeTest) {
        FunnelDefinition funnel =
                funnels.definition(funnelId)
                        .orElseThrow(
                                () ->
                                        EdgeProblem.of(
                                                ProblemCode.FUNNEL_UNKNOWN,
                                                "GET /funnels lists the funnels there are."));
        LocalDate last = to == null ? LocalDate.now(clock.withZone(ZoneOffset.UTC)) : to;
        LocalDate first = from == null ? last.minusDays(DAYS_DEFAULT - 1L) : from;
        requireRange(first, last);
        if (breakdown != null && !funnel.dimensionNames().contains(breakdown)) {
            throw unknownDimension(ProblemCode.BREAKDOWN_UNKNOWN, funnel);
        }
        if (!funnel.dimensionNames().containsAll(filters.keySet())) {
            throw unknownDimension(ProblemCode.FILTER_UNKNOWN, funnel);
        }
        return new FunnelQuestion(
                funnel,
                first,
                last,
                order == null
                        ? funnel.order()
                        : named(
                                Order.values(),
                                Order::key,
                                order,
                                ProblemCode.ORDER_UNKNOWN,
                                "The orders are "),
                window == null
                        ? funnel.window()
                        : named(
                                Window.values(),
                                Window::key,
                                window,
                                ProblemCode.WINDOW_UNKNOWN,
                                "The windows are "),
                breakdown,
                canonical(filters),
                includeTest);
    }

    private static void requireRange(LocalDate first, LocalDate last) {
        // Years of four digits, as the contract's dates have.
        if (first.getYear() < 1
                || last.getYear() > YEAR_MAX
                || first.isAfter(last)
                || ChronoUnit.DAYS.between(first, last) >= DAYS_MAX) {
            throw EdgeProblem.of(
                    ProblemCode.INVALID_PARAMETER,
                    "The range runs from a day to the same or a later one, over at most "
                            + DAYS_MAX
                            + " days.");
        }
    }

    private static EdgeProblem unknownDimension(ProblemCode code, FunnelDefinition funnel) {
        return EdgeProblem.of(
                code,
                funnel.dimensionNames().isEmpty()
                        ? "The funnel has no dimensions."
                        : "The funnel's dimensions are "
                                + String.join(", ", funnel.dimensionNames())
                                + ".");
    }

    /** Flows and paths go by keys, which come in several spellings. */
    private static Map<String, String> canonical(Map<String, String> filters) {
        Map<String, String> canonical = new TreeMap<>(filters);
        for (String dimension : List.of(Dimension.FLOW, Dimension.PATH)) {
            canonical.computeIfPresent(
                    dimension, (name, value) -> value.isEmpty() ? value : Keys.canonical(value));
        }
        return canonical;
    }

    private static <T> T named(
            T[] all, Function<T, String> key, String wanted, ProblemCode code, String list) {
        return Arrays.stream(all)
                .filter(it -> key.apply(it).equals(wanted))
                .findFirst()
                .orElseThrow(
                        () ->
                                EdgeProblem.of(
                                        code,
                                        Arrays.stream(all)
                                                .map(key)
                                                .collect(Collectors.joining(", ", list, "."))));
    }
}
