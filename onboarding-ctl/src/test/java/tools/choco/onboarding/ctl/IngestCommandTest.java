package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.ctl.Counterpart.Answer;
import tools.choco.onboarding.ctl.Counterpart.Script;
import tools.choco.onboarding.ctl.Counterpart.Seen;
import tools.jackson.databind.JsonNode;

class IngestCommandTest {

    @TempDir private Path directory;

    @Test
    void sendsEveryLineOnceAndReportsRefusedOnesByNumber() throws Exception {
        Path file = file("{\"id\":\"a\"}", "", "nonsense", "{\"id\":\"bad\"}", "{\"id\":\"c\"} {}");
        try (Counterpart service = new Counterpart(taking(new HashSet<>()))) {
            Outcome outcome = run(service, file, "--batch", "1");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.out())
                    .startsWith(
                            """
                            line 3: malformed_json: The line is not one JSON value.
                            line 4: missing_field: It lacks something.
                            line 5: malformed_json: The line is not one JSON value.
                            1 accepted, 0 repeated, 3 refused of 4 lines from line 1 on""");
            assertThat(service.seen())
                    .extracting(Seen::body)
                    .containsExactly("[{\"id\":\"a\"}]", "[{\"id\":\"bad\"}]");
            assertThat(run(service, file, "--restart").out().lines().limit(3))
                    .extracting(it -> it.substring(0, 7))
                    .containsExactly("line 3:", "line 4:", "line 5:");
        }
    }

    @Test
    void goesOnWhereItWasBrokenOff() throws Exception {
        Path file = file("{\"id\":\"a\"}", "{\"id\":\"b\"}", "{\"id\":\"c\"}", "{\"id\":\"d\"}");
        Set<String> known = new HashSet<>();
        Script taking = taking(known);
        AtomicInteger requests = new AtomicInteger();
        Script dying =
                request ->
                        requests.incrementAndGet() == 2 ? Answer.SILENCE : taking.answer(request);
        try (Counterpart service = new Counterpart(dying)) {
            Outcome broken = run(service, file, "--batch", "2", "--patience", "0");
            assertThat(broken.exitCode()).isEqualTo(3);

            Outcome rest = run(service, file, "--batch", "2", "--json");

            assertThat(rest.exitCode()).isZero();
            JsonNode counts = Service.JSON.readTree(rest.out());
            assertThat(counts.path("firstLine").asInt()).isEqualTo(3);
            assertThat(counts.path("accepted").asInt()).isEqualTo(2);
            assertThat(known).containsExactlyInAnyOrder("a", "b", "c", "d");
        }
    }

    @Test
    void countsWhatWasSentBefore() throws Exception {
        Path file = file("{\"id\":\"a\"}", "{\"id\":\"b\"}");
        try (Counterpart service = new Counterpart(taking(new HashSet<>()))) {
            run(service, file);

            assertThat(run(service, file).out())
                    .startsWith("0 accepted, 0 repeated, 0 refused of 0");
            assertThat(run(service, file, "--restart").out())
                    .startsWith("0 accepted, 2 repeated, 0 refused of 2 lines");
        }
    }

    @Test
    void goesOnInAFileThatGrewButNotInAnotherOne() throws Exception {
        Path file = file("{\"id\":\"a\"}");
        Set<String> known = new HashSet<>();
        try (Counterpart service = new Counterpart(taking(known))) {
            run(service, file);
            file("{\"id\":\"a\"}", "{\"id\":\"b\"}");
            assertThat(run(service, file).out()).startsWith("1 accepted, 0 repeated");
            file("{\"id\":\"c\"}", "{\"id\":\"d\"}", "{\"id\":\"e\"}");

            Outcome other = run(service, file);

            assertThat(other.exitCode()).isEqualTo(1);
            assertThat(other.err()).contains("mark_of_another_file");
            assertThat(known).containsExactlyInAnyOrder("a", "b");
        }
    }

    @Test
    void keepsFromTheServiceWhatIsNoJsonWithinABatch() throws Exception {
        String deepest = "[".repeat(500) + "]".repeat(500);
        Path file =
                file(
                        "\uFEFF{\"id\":\"a\"}",
                        deepest,
                        "{\"id\":\"b\"},{\"id\":\"c\"}",
                        "{\"id\":\"b\"}],[{\"id\":\"c\"}",
                        "{\0\"\0i\0",
                        "]");
        Set<String> known = new HashSet<>();
        try (Counterpart service = new Counterpart(taking(known))) {
            Outcome outcome = run(service, file);

            assertThat(outcome.out()).contains("1 accepted, 0 repeated, 5 refused of 6 lines");
            assertThat(service.seen()).extracting(Seen::body).containsExactly("[{\"id\":\"a\"}]");
        }
    }

    @Test
    void sendsABatchAgainWhileTheServiceIsBusy() throws Exception {
        Path file = file("{\"id\":\"a\"}");
        AtomicInteger requests = new AtomicInteger();
        Script taking = taking(new HashSet<>());
        Script busy =
                request ->
                        requests.incrementAndGet() == 1
                                ? Answer.problem(503, "unavailable", "Wait.")
                                : taking.answer(request);
        try (Counterpart service = new Counterpart(busy)) {
            assertThat(run(service, file).exitCode()).isZero();
            assertThat(service.seen()).hasSize(2);
        }
    }

    @Test
    void keepsRefusedLinesInAFile() throws Exception {
        Path file = file("{\"id\":\"bad\"}");
        Path refused = directory.resolve("refused.tsv");
        try (Counterpart service = new Counterpart(taking(new HashSet<>()))) {
            run(service, file, "--refused", refused.toString());

            assertThat(refused).hasContent("1\tmissing_field\tIt lacks something.");
        }
    }

    @Test
    void saysThatThereIsNoFile() throws Exception {
        try (Counterpart service = new Counterpart(taking(new HashSet<>()))) {
            Outcome outcome = run(service, directory.resolve("none"));

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains("file_unreadable");
        }
    }

    private Path file(String... lines) throws IOException {
        return Files.write(directory.resolve("history.ndjson"), List.of(lines));
    }

    /** A service that knows what it has, and refuses what is called bad. */
    private static Script taking(Set<String> known) {
        return request -> {
            int accepted = 0;
            int repeated = 0;
            var answer = Service.JSON.createObjectNode();
            var refusals = answer.putArray("refusals");
            JsonNode batch = Service.JSON.readTree(request.body());
            for (int i = 0; i < batch.size(); i++) {
                String id = batch.get(i).path("id").asString("");
                if (id.equals("bad")) {
                    refusals.addObject()
                            .put("index", i)
                            .put("code", "missing_field")
                            .put("detail", "It lacks something.");
                } else if (known.add(id)) {
                    accepted++;
                } else {
                    repeated++;
                }
            }
            answer.put("accepted", accepted).put("repeated", repeated);
            return Answer.of(202, answer.toString());
        };
    }

    private static Outcome run(Counterpart service, Path file, String... arguments) {
        List<String> all =
                new ArrayList<>(
                        List.of("ingest", "--url", service.address() + "/", file.toString()));
        all.addAll(Arrays.asList(arguments));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                OnboardingCtl.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(all.toArray(String[]::new));
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    record Outcome(int exitCode, String out, String err) {}
}
