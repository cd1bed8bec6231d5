package tools.choco.onboarding.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.deployment.DeploymentFiles.DOCKER;
import static tools.choco.onboarding.deployment.DeploymentFiles.PROJECT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NodeList;
import tools.jackson.databind.json.JsonMapper;

/** What can be said of the Dockerfile without building it. */
class DockerfileTest {

    private static final Set<String> INSTRUCTIONS =
            Set.of(
                    "FROM",
                    "WORKDIR",
                    "COPY",
                    "RUN",
                    "ENV",
                    "USER",
                    "VOLUME",
                    "EXPOSE",
                    "HEALTHCHECK",
                    "ENTRYPOINT");

    private record Instruction(String name, String arguments) {

        List<String> words() {
            return Stream.of(arguments.split("\\s+")).filter(it -> !it.startsWith("--")).toList();
        }
    }

    private final List<Instruction> instructions = instructions();

    private static List<Instruction> instructions() {
        String whole =
                DeploymentFiles.text(DOCKER.resolve("Dockerfile"))
                        .replaceAll("(?m)^#.*\\n", "")
                        .replaceAll("\\\\\\n\\s*", " ");
        return whole.lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.split(" ", 2))
                .map(parts -> new Instruction(parts[0], parts.length > 1 ? parts[1] : ""))
                .toList();
    }

    private List<Instruction> named(String name) {
        return instructions.stream().filter(it -> it.name().equals(name)).toList();
    }

    private List<Instruction> lastStage() {
        return instructions.subList(
                instructions.lastIndexOf(named("FROM").getLast()), instructions.size());
    }

    @Test
    void hasOnlyInstructionsThatAreMeant() {
        assertThat(instructions).extracting(Instruction::name).isSubsetOf(INSTRUCTIONS);
    }

    @Test
    void standsOnPinnedImagesAndOnStagesOfItsOwn() {
        List<String> stages = new ArrayList<>();
        for (Instruction from : named("FROM")) {
            List<String> words = from.words();
            String image = words.getFirst();
            if (!stages.contains(image)) {
                assertThat(image).matches("[a-z/-]+:\\d+\\.\\d+.*").doesNotContain("latest");
            }
            stages.add(words.getLast());
        }
        named("COPY").stream()
                .map(Instruction::arguments)
                .filter(it -> it.startsWith("--from="))
                .forEach(
                        it ->
                                assertThat(stages)
                                        .contains(
                                                it.substring("--from=".length(), it.indexOf(' '))));
    }

    @Test
    void copiesWhatIsThere() {
        List<Path> copied =
                named("COPY").stream()
                        .filter(it -> !it.arguments().contains("--from="))
                        .flatMap(it -> it.words().subList(0, it.words().size() - 1).stream())
                        .map(PROJECT::resolve)
                        .toList();
        assertThat(copied).isNotEmpty().allSatisfy(path -> assertThat(path).exists());
    }

    @Test
    void copiesEveryModuleThatTheBuildNames() throws Exception {
        List<String> copied =
                named("COPY").stream().flatMap(it -> it.words().stream()).distinct().toList();
        NodeList modules =
                DocumentBuilderFactory.newDefaultInstance()
                        .newDocumentBuilder()
                        .parse(PROJECT.resolve("pom.xml").toFile())
                        .getElementsByTagName("module");
        assertThat(modules.getLength()).isPositive();
        for (int i = 0; i < modules.getLength(); i++) {
            String module = modules.item(i).getTextContent();
            assertThat(copied).containsAnyOf(module, module + "/pom.xml");
        }
    }

    @Test
    void leavesNothingOutThatItCopies() {
        List<String> let =
                DeploymentFiles.text(DOCKER.resolve("Dockerfile.dockerignore"))
                        .lines()
                        .filter(line -> line.startsWith("!"))
                        .map(line -> line.substring(1))
                        .toList();
        named("COPY").stream()
                .filter(it -> !it.arguments().contains("--from="))
                .flatMap(it -> it.words().subList(0, it.words().size() - 1).stream())
                .forEach(
                        source ->
                                assertThat(let)
                                        .anyMatch(
                                                pattern ->
                                                        Path.of(source)
                                                                .startsWith(
                                                                        pattern.replace(
                                                                                "onboarding-*",
                                                                                Path.of(source)
                                                                                        .getName(0)
                                                                                        .toString()))));
    }

    @Test
    void runsAsAUserWithAFixedNumber() {
        List<String> names = lastStage().stream().map(Instruction::name).toList();
        assertThat(names.indexOf("USER")).isPositive().isLessThan(names.indexOf("ENTRYPOINT"));
        assertThat(named("USER"))
                .extracting(Instruction::arguments)
                .allMatch(user -> user.matches("[1-9]\\d{3,}:[1-9]\\d{3,}"));
    }

    @Test
    void startsTheServiceItself() {
        String[] command =
                JsonMapper.shared()
                        .readValue(named("ENTRYPOINT").getFirst().arguments(), String[].class);
        assertThat(command).startsWith("java").endsWith("-jar", "/opt/onboarding/onboarding.jar");
        String training = DeploymentFiles.text(DOCKER.resolve("train.sh"));
        // A cache made with another collector would not be used.
        assertThat(Arrays.stream(command).filter(it -> it.startsWith("-XX:+Use")))
                .isNotEmpty()
                .allMatch(training::contains);
        assertThat(lastStage())
                .extracting(Instruction::name)
                .contains("HEALTHCHECK", "VOLUME", "EXPOSE");
    }

    @Test
    void hasScriptsThatCanBeRead() throws IOException, InterruptedException {
        try (Stream<Path> files = Files.walk(DOCKER)) {
            for (Path script : files.filter(it -> it.toString().endsWith(".sh")).toList()) {
                Process check =
                        new ProcessBuilder("bash", "-n", script.toString()).inheritIO().start();
                assertThat(check.waitFor()).as(script.toString()).isZero();
                assertThat(script).isExecutable();
            }
        }
    }
}
