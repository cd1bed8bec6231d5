package tools.choco.onboarding.health;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Everything the service measures, in Prometheus' text format. */
@RestController
class MetricsController {

    private static final String TEXT_FORMAT = "text/plain;version=0.0.4;charset=utf-8";

    private final PrometheusMeterRegistry meters;

    MetricsController(PrometheusMeterRegistry meters) {
        this.meters = meters;
    }

    @GetMapping(path = "/metrics", produces = TEXT_FORMAT)
    String scrape() {
        return meters.scrape();
    }
}
