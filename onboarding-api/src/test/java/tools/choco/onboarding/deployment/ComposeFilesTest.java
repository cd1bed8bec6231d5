package tools.choco.onboarding.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.deployment.DeploymentFiles.DOCKER;
import static tools.choco.onboarding.deployment.DeploymentFiles.PROJECT;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compose files name what there is, and no secret. */
class ComposeFilesTest {

    private static final Pattern SECRET = Pattern.compile(".*(PASSWORD|KEYS|SECRET|TOKEN).*");

    private static Map<?, ?> compose(String file) {
        return (Map<?, ?>) DeploymentFiles.yaml(DOCKER.resolve(file)).getFirst();
    }

    private static Map<?, ?> mapping(Map<?, ?> tree, String key) {
        return tree.get(key) instanceof Map<?, ?> found ? found : Map.of();
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "compose.full.yaml"})
    void setOnlyWhatTheServiceReads(String file) {
        String read =
                DeploymentFiles.text(
                        PROJECT.resolve("onboarding-api/src/main/resources/application.yaml"));
        Set<String> set = new TreeSet<>();
        DeploymentFiles.walk(
                compose(file),
                (key, value) -> {
                    if (key.startsWith("ONBOARDING_")) {
                        set.add(key);
                    }
                });
        assertThat(set)
                .contains("ONBOARDING_ISSUER_URI", "ONBOARDING_MASTER_KEYS")
                .allSatisfy(name -> assertThat(read).contains("${" + name + ":"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "compose.full.yaml"})
    void holdNoSecret(String file) {
        DeploymentFiles.walk(
                compose(file),
                (key, value) -> {
                    if (SECRET.matcher(key).matches()) {
                        assertThat((String) value).as(key).startsWith("${").contains(":?");
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "compose.full.yaml"})
    void useImagesOfOneVersion(String file) {
        assertThat(DeploymentFiles.values(compose(file), "image"))
                .isNotEmpty()
                .allMatch(image -> image.matches("[a-z/]+:v?\\d+\\.\\d+.*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "compose.full.yaml"})
    void mountFilesThatAreThereAndVolumesThatAreDeclared(String file) {
        Map<?, ?> compose = compose(file);
        List<String> mounts = new ArrayList<>();
        DeploymentFiles.walk(
                mapping(compose, "services"),
                (key, value) -> {
                    if (key.equals("volumes")) {
                        ((List<?>) value).forEach(mount -> mounts.add(String.valueOf(mount)));
                    }
                });
        assertThat(mounts).isNotEmpty();
        for (String mount : mounts) {
            String source = mount.substring(0, mount.indexOf(':'));
            if (source.startsWith(".")) {
                assertThat(DOCKER.resolve(source).normalize()).exists();
            } else {
                assertThat(mapping(compose, "volumes").containsKey(source)).as(source).isTrue();
            }
        }
        for (String dockerfile : DeploymentFiles.values(compose, "dockerfile")) {
            assertThat(PROJECT.resolve(dockerfile)).exists();
        }
        assertThat(DeploymentFiles.values(compose, "context"))
                .allSatisfy(
                        context ->
                                assertThat(DOCKER.resolve(context).normalize()).isEqualTo(PROJECT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "compose.full.yaml"})
    void waitOnlyForServicesThatSayHowTheyAre(String file) {
        Map<?, ?> services = mapping(compose(file), "services");
        DeploymentFiles.walk(
                compose(file),
                (key, value) -> {
                    if (key.equals("depends_on")) {
                        ((Map<?, ?>) value)
                                .forEach(
                                        (name, how) -> {
                                            assertThat(services.containsKey(name)).isTrue();
                                            assertThat(how)
                                                    .isEqualTo(
                                                            Map.of("condition", "service_healthy"));
                                            // The image of the service brings a check of its own.
                                            assertThat(
                                                            name.toString().startsWith("onboarding")
                                                                    || mapping(
                                                                                    services,
                                                                                    name.toString())
                                                                            .containsKey(
                                                                                    "healthcheck"))
                                                    .isTrue();
                                        });
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "compose.full.yaml"})
    void publishPortsOnLoopbackOnly(String file) {
        assertThat(DeploymentFiles.values(compose(file), "ports"))
                .isNotEmpty()
                .allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"prometheus/prometheus.yaml", "prometheus/alerts.yaml"})
    void givePrometheusTheFilesThatItIsToldOf(String file) {
        List<String> mounts =
                DeploymentFiles.values(
                        mapping(compose("compose.full.yaml"), "services"), "volumes");
        assertThat(mounts).anyMatch(mount -> mount.startsWith("./" + file + ":"));
        for (String rules :
                DeploymentFiles.values(
                        DeploymentFiles.yaml(Path.of(DOCKER + "/prometheus/prometheus.yaml")),
                        "rule_files")) {
            assertThat(mounts).anyMatch(mount -> mount.contains(":" + rules));
        }
    }
}
