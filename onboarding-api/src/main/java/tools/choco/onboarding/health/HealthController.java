package tools.choco.onboarding.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.eventlog.AxonServerEventLog;
import tools.choco.onboarding.ops.processor.Processors;

/** Liveness says that the process answers; readiness that it can do its work. */
@RestController
class HealthController {

    private static final int DATABASE_WAIT_SECONDS = 2;

    private final DataSource database;
    private final Processors processors;
    private final @Nullable AxonServerEventLog remoteLog;

    HealthController(
            DataSource database,
            Processors processors,
            ObjectProvider<AxonServerEventLog> remoteLog) {
        this.database = database;
        this.processors = processors;
        this.remoteLog = remoteLog.getIfAvailable();
    }

    /** {@code UP} or {@code DOWN}, as a whole and for each part. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Health(String status, Map<String, Part> components) {}

    /**
     * {@code UP} or {@code DOWN}.
     *
     * @param reason why it is down, where that is known; null otherwise
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Part(String status, @Nullable String reason) {

        static Part of(boolean up) {
            return new Part(HealthController.status(up), null);
        }
    }

    @GetMapping("/health")
    ResponseEntity<Health> live() {
        return answer(Map.of());
    }

    @GetMapping("/health/ready")
    ResponseEntity<Health> ready() {
        boolean processing = processors.areHealthy();
        Map<String, Part> components = new LinkedHashMap<>();
        components.put("database", Part.of(isDatabaseReachable()));
        components.put("processors", Part.of(processing));
        if (remoteLog != null) {
            String missing = remoteLog.unavailability().orElse(null);
            components.put("log", new Part(status(missing == null), missing));
        }
        return answer(components);
    }

    private boolean isDatabaseReachable() {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(DATABASE_WAIT_SECONDS);
        } catch (SQLException unreachable) {
            return false;
        }
    }

    private static ResponseEntity<Health> answer(Map<String, Part> components) {
        boolean up = components.values().stream().allMatch(Part.of(true)::equals);
        return ResponseEntity.status(up ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .cacheControl(CacheControl.noStore())
                .body(new Health(status(up), components));
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
