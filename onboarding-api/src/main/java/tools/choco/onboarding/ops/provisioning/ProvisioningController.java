package tools.choco.onboarding.ops.provisioning;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.edge.AsOperator;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.edge.RequestHash;
import tools.choco.onboarding.provisioning.HopAttempt;
import tools.choco.onboarding.provisioning.HopAttempts;
import tools.choco.onboarding.siteview.InFlightFilter;
import tools.choco.onboarding.siteview.InFlightPage;
import tools.choco.onboarding.siteview.InFlightSite;
import tools.choco.onboarding.siteview.SiteQueries;

/** Sites in flight, for operators: what is stuck, and what can be done about it. */
@RestController
@RequestMapping("/ops/provisioning")
class ProvisioningController {

    private static final String STATES =
            "requested|source_resolving|source_resolved|awaiting_github|vercel_creating"
                    + "|vercel_created|hook_creating|hook_created|live|failed";
    private static final String PRINTABLE = "[^\\p{Cntrl}]*";
    private static final String VISIBLE = "[\\x21-\\x7E]+";
    private static final String PAGE_DEFAULT = "50";
    private static final int SITES_DEFAULT = 100;

    private final SiteQueries sites;
    private final HopAttempts attempts;
    private final Provisionings provisionings;
    private final Clock clock;
    private final RequestHash hash;

    ProvisioningController(
            SiteQueries sites,
            HopAttempts attempts,
            Provisionings provisionings,
            Clock clock,
            RequestHash hash) {
        this.sites = sites;
        this.attempts = attempts;
        this.provisionings = provisionings;
        this.clock = clock;
        this.hash = hash;
    }

    record AttemptBody(
            int attempt,
            String hop,
            int tryNumber,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable String outcome,
            @Nullable String errorKind,
            @Nullable String error) {}

    record InFlightBody(
            String siteId,
            String sessionId,
            String userId,
            String slug,
            String state,
            int attempt,
            String sagaKind,
            @Nullable String errorKind,
            @Nullable String lastError,
            Instant sinceState,
            long stuckForMs,
            List<AttemptBody> attempts) {}

    record InFlightList(
            List<InFlightBody> items, @Nullable String nextCursor, long parkedSequences) {}

    record BulkBody(
            @Nullable @Pattern(regexp = STATES) String state,
            @Nullable @Size(min = 1, max = 32) String stuckLongerThan,
            @Nullable @Size(min = 1, max = SiteQueries.PAGE_MAX)
                    List<@NotNull @Size(min = 1, max = 64) @Pattern(regexp = VISIBLE) String>
                            siteIds,
            @NotNull @Size(min = 1, max = 500) @Pattern(regexp = PRINTABLE) String reason,
            @Nullable @Min(1) @Max(SiteQueries.PAGE_MAX) Integer max,
            @Nullable @Size(min = 1, max = 500) String cursor) {}

    record BulkOutcome(
            long matched,
            int done,
            List<Provisionings.Refusal> refused,
            @Nullable String nextCursor) {}

    @GetMapping
    InFlightList list(
            @RequestParam @Nullable @Pattern(regexp = STATES) String state,
            @RequestParam @Nullable @Size(min = 1, max = 32) String stuckLongerThan,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(SiteQueries.PAGE_MAX) int limit,
            @RequestParam @Nullable @Size(min = 1, max = 500) String cursor) {
        Instant now = clock.instant();
        Duration stuck;
        try {
            stuck = duration(stuckLongerThan);
        } catch (DateTimeException noDuration) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_PARAMETER,
                    "stuckLongerThan",
                    "The parameter stuckLongerThan: is no ISO-8601 duration of at least zero.");
        }
        InFlightPage page = sites.inFlight(filter(state, stuck, now), cursor, limit);
        return new InFlightList(
                page.items().stream().map(site -> body(site, now)).toList(),
                page.nextCursor(),
                page.parkedSequences());
    }

    @PostMapping("/start")
    BulkOutcome start(@AsOperator EdgeCall call, @Valid @RequestBody BulkBody body) {
        return act(Act.START, call, body);
    }

    @PostMapping("/retry")
    BulkOutcome retry(@AsOperator EdgeCall call, @Valid @RequestBody BulkBody body) {
        return act(Act.RETRY, call, body);
    }

    @PostMapping("/fail")
    BulkOutcome fail(@AsOperator EdgeCall call, @Valid @RequestBody BulkBody body) {
        return act(Act.FAIL, call, body);
    }

    private BulkOutcome act(Act act, EdgeCall call, BulkBody body) {
        Request request = call.request("ops/provisioning/" + act.word(), body, hash);
        int max = body.max() == null ? SITES_DEFAULT : body.max();
        Matched matched = matched(body, max);
        Provisionings.Outcome outcome =
                provisionings.act(act, matched.targets(), body.reason(), request);
        return new BulkOutcome(
                matched.count(), outcome.done(), outcome.refused(), matched.nextCursor());
    }

    private record Matched(
            long count, List<Provisionings.Target> targets, @Nullable String nextCursor) {}

    private Matched matched(BulkBody body, int max) {
        boolean filtered = body.state() != null || body.stuckLongerThan() != null;
        if (filtered == (body.siteIds() != null)) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_VALUE,
                    "/siteIds",
                    "Name the sites, or filter them by state or stuckLongerThan; not both.");
        }
        if (body.siteIds() != null) {
            List<String> ids = body.siteIds().stream().distinct().toList();
            return new Matched(
                    ids.size(),
                    ids.stream().limit(max).map(id -> new Provisionings.Target(id, null)).toList(),
                    null);
        }
        Duration stuck;
        try {
            stuck = duration(body.stuckLongerThan());
        } catch (DateTimeException noDuration) {
            throw EdgeProblem.at(
                    ProblemCode.INVALID_VALUE,
                    "/stuckLongerThan",
                    "It is no ISO-8601 duration of at least zero.");
        }
        InFlightFilter filter = filter(body.state(), stuck, clock.instant());
        InFlightPage page = sites.inFlight(filter, body.cursor(), max);
        return new Matched(
                sites.countInFlight(filter),
                page.items().stream()
                        .map(site -> new Provisionings.Target(site.siteId(), site.state()))
                        .toList(),
                page.nextCursor());
    }

    private static InFlightFilter filter(
            @Nullable String state, @Nullable Duration stuck, Instant now) {
        InFlightFilter filter = InFlightFilter.ALL;
        if (state != null) {
            filter = filter.withState(state);
        }
        return stuck == null ? filter : filter.withStuckLongerThan(stuck, now);
    }

    private static @Nullable Duration duration(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Duration duration = Duration.parse(text);
        if (duration.isNegative()) {
            throw new DateTimeException("negative");
        }
        return duration;
    }

    private InFlightBody body(InFlightSite site, Instant now) {
        return new InFlightBody(
                site.siteId(),
                site.sessionId(),
                site.userId(),
                site.slug(),
                site.state(),
                site.attempt(),
                site.sagaKind(),
                site.errorKind(),
                site.lastError(),
                site.sinceState(),
                Math.max(0, Duration.between(site.sinceState(), now).toMillis()),
                attempts.of(site.siteId()).stream().map(ProvisioningController::body).toList());
    }

    private static AttemptBody body(HopAttempt it) {
        return new AttemptBody(
                it.attempt(),
                it.hop(),
                it.tryNumber(),
                it.startedAt(),
                it.endedAt(),
                it.outcome(),
                it.errorKind(),
                it.error());
    }
}
