package tools.choco.onboarding.analytics;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.Keys;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.funnel.Funnel;
import tools.choco.onboarding.funnel.FunnelAnswer;
import tools.choco.onboarding.funnel.FunnelFilter;
import tools.choco.onboarding.funnel.FunnelQueries;

/** Funnels, from the {@code funnel} read model; days are UTC. */
@RestController
class FunnelsController {

    /** Days of a range, if the client does not say where it begins. */
    private static final int DAYS_DEFAULT = 30;

    /** Days of a range at most. */
    private static final int DAYS_MAX = 366;

    private static final int YEAR_MAX = 9999;

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

    @GetMapping("/funnels/{funnelId}")
    FunnelAnswer funnel(
            @PathVariable String funnelId,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate from,
            @RequestParam @Nullable @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate to,
            @RequestParam(name = "filter.flow") @Nullable @Size(min = 1, max = 64) String flow,
            @RequestParam(name = "filter.version") @Nullable @Min(1) Integer version,
            @RequestParam(name = "filter.variant") @Nullable @Size(min = 1, max = 64)
                    String variant,
            @RequestParam(name = "filter.source") @Nullable @Size(max = 64) String source,
            @RequestParam(name = "filter.path") @Nullable @Size(min = 1, max = 64) String path,
            @RequestParam(defaultValue = "false") boolean includeTest) {
        if (!funnelId.equals(Funnel.ONBOARDING)) {
            throw EdgeProblem.of(ProblemCode.NOT_FOUND, "There is no such funnel.");
        }
        LocalDate last = to == null ? LocalDate.now(clock.withZone(ZoneOffset.UTC)) : to;
        LocalDate first = from == null ? last.minusDays(DAYS_DEFAULT - 1L) : from;
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
        return funnels.onboarding(
                first,
                last,
                new FunnelFilter(
                        flow == null ? null : Keys.canonical(flow),
                        version,
                        variant,
                        source,
                        path == null ? null : Keys.canonical(path),
                        includeTest));
    }
}
