package tools.choco.onboarding.flow.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.answer.form.CanonicalJson;
import tools.choco.onboarding.answer.form.JsonAnswerForms;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;

class FlowFilesTest {

    @TempDir Path directory;

    @Test
    void loadsTheDefaultFlow() {
        Flow flow = shipped("default");
        assertThat(flow.steps())
                .extracting(Step::key)
                .containsExactly(
                        "profile",
                        "work-profile",
                        "tools",
                        "invite",
                        "preferences",
                        "workspace-hub",
                        "path",
                        "site");
        assertThat(flow.steps().stream().filter(Step::required).map(Step::key))
                .containsExactly("profile", "work-profile", "workspace-hub", "path", "site");
        assertThat(flow.steps().stream().filter(Step::skippable).map(Step::key))
                .containsExactly("tools", "invite", "preferences");
        assertThat(flow.paths())
                .extracting(path -> path.key())
                .containsExactly("blog", "docs", "portfolio");
    }

    @Test
    void loadsTheQuickFlow() {
        Flow flow = shipped("quick");
        assertThat(flow.steps()).hasSize(3).allMatch(step -> step.kind() == StepKind.FORM);
        assertThat(flow.paths()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "profile | {'firstName':'Ada','lastName':'L','role':'x','avatarUrl':'https://a.test/b.png'} |",
                "profile | {'firstName':'Ada'} | /answers/lastName required",
                "profile | {'firstName':'Ada','lastName':'L','avatarUrl':'javascript:x'} | /answers/avatarUrl bad_format",
                "work-profile | {'jobTitle':'Engineer','teamName':'T','timezone':'America/Argentina/Ushuaia','teamSize':'2-5','role':'lead','functions':['design'],'intents':['try-out'],'experience':'expert'} |",
                "work-profile | {'jobTitle':'Engineer','timezone':'not a zone'} | /answers/timezone bad_format",
                "work-profile | {'jobTitle':'Engineer','timezone':'UTC\\n'} | /answers/timezone bad_format",
                "work-profile | {'jobTitle':'Engineer','teamSize':'7'} | /answers/teamSize not_allowed",
                "tools | {'tools':['git','figma']} |",
                "tools | {'tools':['git','git']} | /answers/tools not_unique",
                "invite | {'emails':['a@b.test']} |",
                "invite | {'emails':['a']} | /answers/emails/0 bad_format",
                "preferences | {} |",
                "preferences | {'theme':'dark','language':'de-AT','productNews':false,'weeklySummary':true} |",
                "preferences | {'colour':'red'} | /answers/colour unknown_member",
                "workspace-hub | {'workspaceId':'w-1'} |",
                "workspace-hub | {} | /answers/workspaceId required"
            })
    void checksAnswersOfTheDefaultFlow(String step, String answers, String issue) {
        List<Issue> issues =
                new JsonAnswerForms()
                        .check(
                                shipped("default").step(step).orElseThrow(),
                                JsonAnswerForms.answers(
                                        CanonicalJson.parse(answers.replace('\'', '"'))));
        assertThat(issues.stream().map(each -> each.pointer() + " " + each.code()))
                .isEqualTo(issue == null ? List.of() : List.of(issue));
    }

    @Test
    void boundsTheInvitations() {
        String addresses =
                String.join(
                        ",",
                        IntStream.range(0, 21)
                                .mapToObj(i -> "\"u%d@a.test\"".formatted(i))
                                .toList());
        assertThat(
                        new JsonAnswerForms()
                                .check(
                                        shipped("default").step("invite").orElseThrow(),
                                        JsonAnswerForms.answers(
                                                CanonicalJson.parse(
                                                        "{\"emails\":[%s]}".formatted(addresses)))))
                .extracting(Issue::code)
                .containsExactly("too_many");
    }

    @Test
    void loadsTheExampleOfTheDocument() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "flows.md"));
        String start = "```yaml\n";
        int from = document.indexOf(start) + start.length();
        Files.writeString(
                directory.resolve("team.yaml"),
                document.substring(from, document.indexOf("```", from)));
        assertThat(FlowFiles.shippedAnd(directory))
                .extracting(each -> each.flow().id())
                .containsExactly("default", "quick", "team");
    }

    @Test
    void overridesAndAddsFromADirectory() throws IOException {
        write("mine.yaml", "quick", 7);
        write("more.yml", "extra", 1);
        write(".hidden.yaml", "hidden", 1);
        write("notes.txt", "notes", 1);
        List<FlowDefinition> flows = FlowFiles.shippedAnd(directory);
        assertThat(flows)
                .extracting(each -> each.flow().id() + " " + each.flow().version())
                .containsExactly("default 1", "extra 1", "quick 7");
        assertThat(flows.getLast().file()).isEqualTo(directory.resolve("mine.yaml").toString());
    }

    @Test
    void refusesTwoFilesWithOneFlow() throws IOException {
        write("a.yaml", "extra", 1);
        write("b.yaml", "extra", 2);
        assertThatExceptionOfType(InvalidFlow.class)
                .isThrownBy(() -> FlowFiles.shippedAnd(directory))
                .withMessage(
                        "%s:1: the flow 'extra' is repeated, %s has it"
                                .formatted(
                                        directory.resolve("b.yaml"), directory.resolve("a.yaml")));
    }

    @Test
    void refusesAFileThatIsTooLarge() throws IOException {
        Files.writeString(directory.resolve("big.yaml"), "#".repeat(300 * 1024));
        assertThatExceptionOfType(InvalidFlow.class)
                .isThrownBy(() -> FlowFiles.shippedAnd(directory))
                .withMessage(
                        directory.resolve("big.yaml") + ":1: the file is larger than 262144 bytes");
    }

    @Test
    void refusesADirectoryThatIsNotThere() {
        assertThatExceptionOfType(InvalidFlow.class)
                .isThrownBy(() -> FlowFiles.shippedAnd(directory.resolve("absent")))
                .withMessage(directory.resolve("absent") + ": not a directory that can be read");
    }

    private void write(String file, String id, int version) throws IOException {
        Files.writeString(directory.resolve(file), Flows.yaml(id, version, "A flow"));
    }

    private static Flow shipped(String id) {
        return FlowFiles.shipped().stream()
                .map(FlowDefinition::flow)
                .filter(flow -> flow.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
