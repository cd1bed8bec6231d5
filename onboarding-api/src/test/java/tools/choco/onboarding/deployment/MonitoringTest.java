package tools.choco.onboarding.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static tools.choco.onboarding.deployment.DeploymentFiles.DOCKER;
import static tools.choco.onboarding.deployment.DeploymentFiles.PROJECT;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts and dashboard ask for what the service measures, and the handbook knows every alert. */
@ExtendWith(SharedService.class)
class MonitoringTest {

    /** Longer than the pause between two looks at the database. */
    private static final Duration WAIT = Duration.ofSeconds(30);

    private static final Pattern METRIC =
            Pattern.compile("\\b(?:onboarding|http|hikaricp|jvm|process)_[a-z0-9_]+");

    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z][a-z0-9_]*)[{ ]");

    private static List<String> alertExpressions() {
        return DeploymentFiles.values(
                DeploymentFiles.yaml(DOCKER.resolve("prometheus/alerts.yaml")), "expr");
    }

    private static List<String> alertNames() {
        return DeploymentFiles.values(
                DeploymentFiles.yaml(DOCKER.resolve("prometheus/alerts.yaml")), "alert");
    }

    private static JsonNode dashboard() {
        return JsonMapper.shared()
                .readTree(
                        DeploymentFiles.text(DOCKER.resolve("grafana/dashboards/onboarding.json")));
    }

    private static List<String> panelExpressions() {
        return dashboard().get("panels").values().stream()
                .flatMap(panel -> panel.get("targets").values().stream())
                .map(target -> target.get("expr").asString())
                .toList();
    }

    private static Set<String> named(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        pattern.matcher(text)
                .results()
                .map(match -> match.groupCount() == 0 ? match.group() : match.group(1))
                .forEach(found::add);
        return found;
    }

    @Test
    void askForMetricsThatARunningServiceHas(RunningService service) {
        User.of(service).started("quick");
        Set<String> asked = new HashSet<>();
        Stream.concat(alertExpressions().stream(), panelExpressions().stream())
                .forEach(
                        expression -> {
                            Set<String> metrics = named(METRIC, expression);
                            assertThat(metrics.isEmpty() && !expression.startsWith("up{"))
                                    .as(expression)
                                    .isFalse();
                            asked.addAll(metrics);
                        });

        assertThat(asked).hasSizeGreaterThan(20);
        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(named(SAMPLE, service.operator().get("/metrics").text()))
                                        .containsAll(asked));
    }

    @Test
    void measureSitesLagAndTheFunnelOfToday(RunningService service) {
        User.of(service).started("quick");
        service.awaitReadModels();

        await().atMost(WAIT)
                .untilAsserted(
                        () -> {
                            String metrics = service.operator().get("/metrics").text();
                            for (ProvisioningState state : ProvisioningState.values()) {
                                assertThat(metrics)
                                        .contains(
                                                "onboarding_sites{state=\""
                                                        + state.wireName()
                                                        + "\"} ");
                            }
                            assertThat(value(metrics, "funnel_today_reached{stage=\"started\"}"))
                                    .isPositive();
                            assertThat(
                                            value(
                                                    metrics,
                                                    "funnel_today_sessions{outcome=\"in_flight\"}"))
                                    .isPositive();
                            assertThat(
                                            value(
                                                    metrics,
                                                    "processor_lag_events{processor=\"funnel_g1\"}"))
                                    .isZero();
                            assertThat(
                                            value(
                                                    metrics,
                                                    "processor_lag_seconds{processor=\"funnel_g1\"}"))
                                    .isZero();
                            assertThat(metrics)
                                    .contains("onboarding_processor_lag_events{processor=\"site-");
                        });
    }

    private static double value(String metrics, String sample) {
        return Pattern.compile("(?m)^onboarding_" + Pattern.quote(sample) + " (\\S+)$")
                .matcher(metrics)
                .results()
                .map(match -> match.group(1))
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElse(Double.NaN);
    }

    @Test
    void haveAParagraphForEveryAlert() {
        String handbook = DeploymentFiles.text(PROJECT.resolve("docs/operations.md"));
        Set<String> described =
                Pattern.compile("(?m)^\\*\\*([A-Z]\\w+)\\*\\*.{80,}")
                        .matcher(handbook)
                        .results()
                        .map((MatchResult match) -> match.group(1))
                        .collect(Collectors.toSet());

        assertThat(alertNames()).isNotEmpty().doesNotHaveDuplicates();
        assertThat(described).isEqualTo(Set.copyOf(alertNames()));
    }

    @Test
    void readADataSourceThatIsProvisioned() {
        List<String> provided =
                DeploymentFiles.values(
                        DeploymentFiles.yaml(
                                DOCKER.resolve("grafana/provisioning/datasources/prometheus.yaml")),
                        "uid");
        assertThat(dashboard().get("panels").values())
                .isNotEmpty()
                .allSatisfy(
                        panel ->
                                assertThat(provided)
                                        .contains(panel.get("datasource").get("uid").asString()));
        assertThat(dashboard().get("panels").values())
                .extracting(panel -> panel.get("id").asInt())
                .doesNotHaveDuplicates();
    }

    @Test
    void findTheServicesOfTheComposeFile() {
        List<String> targets =
                DeploymentFiles.values(
                        DeploymentFiles.yaml(DOCKER.resolve("prometheus/prometheus.yaml")),
                        "targets");
        String compose = DeploymentFiles.text(DOCKER.resolve("compose.full.yaml"));

        assertThat(targets)
                .isNotEmpty()
                .allSatisfy(
                        target ->
                                assertThat(compose)
                                        .contains(
                                                "\n  "
                                                        + target.substring(0, target.indexOf(':'))
                                                        + ":\n"));
    }
}
