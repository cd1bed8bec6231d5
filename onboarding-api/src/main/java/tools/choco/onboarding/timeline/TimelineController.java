package tools.choco.onboarding.timeline;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The timeline of a session. */
@RestController
class TimelineController {

    private static final String PAGE_DEFAULT = "50";
    private static final int PAGE_MAX = 500;
    private static final String START = "0";

    private final Timelines timelines;

    TimelineController(Timelines timelines) {
        this.timelines = timelines;
    }

    /** A cursor is the position after which the page begins. */
    @GetMapping("/sessions/{sessionId}/timeline")
    TimelinePage timeline(
            @PathVariable String sessionId,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(PAGE_MAX) int limit,
            @RequestParam @Nullable @Pattern(regexp = "[0-9]{1,18}") String cursor) {
        return timelines.page(sessionId, Long.parseLong(cursor == null ? START : cursor), limit);
    }
}
