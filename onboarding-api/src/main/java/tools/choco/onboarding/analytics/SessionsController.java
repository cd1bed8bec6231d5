package tools.choco.onboarding.analytics;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.Keys;
import tools.choco.onboarding.sessionview.SessionFilter;
import tools.choco.onboarding.sessionview.SessionPage;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.choco.onboarding.sessionview.SessionStatus;

/** The list of sessions, from the {@code sessionview} read model; never answers. */
@RestController
class SessionsController {

    private static final String PAGE_DEFAULT = "50";

    private final SessionQueries sessions;
    private final Clock clock;

    SessionsController(SessionQueries sessions, Clock clock) {
        this.sessions = sessions;
        this.clock = clock;
    }

    @GetMapping("/sessions")
    SessionPage list(
            @RequestParam @Nullable @Pattern(regexp = "active|abandoned|completed|reset")
                    String status,
            @RequestParam @Nullable @Size(min = 1, max = 64) String flowId,
            @RequestParam @Nullable @Size(min = 1, max = 255) String userId,
            @RequestParam @Nullable @Size(min = 1, max = 64) String step,
            @RequestParam @Nullable @DurationFormat(style = DurationFormat.Style.ISO8601)
                    Duration idleLongerThan,
            @RequestParam(defaultValue = "false") boolean includeTest,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(SessionQueries.PAGE_MAX)
                    int limit,
            @RequestParam @Nullable @Size(min = 1, max = 500) String cursor) {
        SessionFilter filter =
                new SessionFilter(
                        status == null ? null : SessionStatus.of(status),
                        flowId == null ? null : Keys.canonical(flowId),
                        userId,
                        step == null ? null : Keys.canonical(step),
                        null,
                        includeTest);
        return sessions.page(
                idleLongerThan == null
                        ? filter
                        : filter.withIdleLongerThan(idleLongerThan, clock.instant()),
                cursor,
                limit);
    }
}
