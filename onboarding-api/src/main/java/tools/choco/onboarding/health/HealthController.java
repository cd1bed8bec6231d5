package tools.choco.onboarding.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.ops.processor.Processors;

/** Liveness says that the process answers; readiness that it can do its work. */
@RestController
class HealthController {

    private static final int DATABASE_WAIT_SECONDS = 2;

    private final DataSource database;
    private final Processors processors;

    HealthController(DataSource database, Processors processors) {
        this.database = database;
        this.processors = processors;
    }

    /** {@code UP} or {@code DOWN}, as a whole and for each part. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Health(String status, Map<String, Part> components) {}

    /** {@code UP} or {@code DOWN}. */
    record Part(String status) {}

    @GetMapping("/health")
    ResponseEntity<Health> live() {
        return answer(Map.of());
    }

    @GetMapping("/health/ready")
    ResponseEntity<Health> ready() {
        boolean processing = processors.areHealthy();
        Map<String, Part> components = new LinkedHashMap<>();
        components.put("database", new Part(status(isDatabaseReachable())));
        components.put("processors", new Part(status(processing)));
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
        boolean up = components.values().stream().allMatch(new Part(status(true))::equals);
        return ResponseEntity.status(up ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .cacheControl(CacheControl.noStore())
                .body(new Health(status(up), components));
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
