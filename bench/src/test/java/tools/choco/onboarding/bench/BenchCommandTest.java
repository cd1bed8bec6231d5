package tools.choco.onboarding.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandTest {

    private static final Path SERVICE =
            Path.of("..", "onboarding-api/target/onboarding-api-1.0.0-SNAPSHOT-service.jar");

    @TempDir private Path directory;

    /** Those left out are other questions or sizes of a kind that is here. */
    private static final List<String> ROWS =
            List.of(
                    "1", "2", "3", "4", "visible", "5", "6a", "6b", "7", "8", "10b", "11", "12a",
                    "13", "14");

    @Test
    void measuresARowOfEveryKind() throws Exception {
        var results = directory.resolve("results.json");
        var document = directory.resolve("benches.md");
        Files.writeString(
                document,
                "before\n<!-- table: begin -->\nof last year\n<!-- table: end -->\nafter\n");

        var output =
                run(
                        "--size=tiny",
                        "--rows=" + String.join(",", ROWS),
                        "--directory=" + directory.resolve("data"),
                        "--service=" + SERVICE,
                        "--results=" + results,
                        "--docs=" + document);

        var written = JsonMapper.builder().build().readTree(Files.readString(results));
        assertThat(written.get("machine").get("cores").intValue()).isPositive();
        assertThat(written.get("settings").stringValue())
                .contains("fsync on", "synchronous_commit on");
        var ids = new ArrayList<String>();
        for (var row : written.get("rows")) {
            ids.add(row.get("id").stringValue());
            assertMeasured(row, output);
        }
        assertThat(ids).containsExactlyElementsOf(ROWS);
        assertThat(Files.readString(document))
                .startsWith("before\n<!-- table: begin -->\n")
                .endsWith("<!-- table: end -->\nafter\n")
                .doesNotContain("of last year")
                .contains("| 6b |");
    }

    @Test
    void namesTheRowsThereAreWhenAskedForAnother() {
        var error = new StringWriter();

        int exit = BenchCommand.parser().setErr(new PrintWriter(error)).execute("--rows=1,99");

        assertThat(exit).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(error.toString()).contains("no row 99", "1, 2, 3");
    }

    private static void assertMeasured(JsonNode row, String output) {
        var id = row.get("id").stringValue();
        if (row.has("skipped")) {
            // Only what needs a program beside us may be left out, and only where it is not there.
            assertThat(id).as("%s%n%s", row, output).isIn("7", "14");
            if (id.equals("7")) {
                assertThat(Files.exists(SERVICE)).isFalse();
            } else {
                assertThat(row.get("skipped").stringValue())
                        .isEqualTo("nats-server is not installed");
            }
        } else {
            assertThat(row.get("a").doubleValue()).as(output).isPositive();
            assertThat(row.get("ratio").doubleValue()).as(output).isPositive();
            assertThat(row.get("ratioMin").doubleValue())
                    .isLessThanOrEqualTo(row.get("ratioMax").doubleValue());
        }
    }

    private static String run(String... arguments) {
        var output = new StringWriter();
        int exit = BenchCommand.parser().setOut(new PrintWriter(output)).execute(arguments);
        assertThat(exit).as(output.toString()).isZero();
        return output.toString();
    }
}
