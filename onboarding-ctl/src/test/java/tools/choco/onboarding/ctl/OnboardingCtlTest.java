package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.choco.onboarding.ctl.Counterpart.Answer;
import tools.choco.onboarding.ctl.Counterpart.Script;

class OnboardingCtlTest {

    private static final String TOKEN_ANSWER =
            "{\"accessToken\":\"abc.def.ghi\",\"tokenType\":\"Bearer\"}";
    private static final String FUNNEL_ANSWER =
            "{\"funnelId\":\"onboarding\",\"started\":1,\"stages\":[{\"stage\":\"started\",\"sessions\":1}]}";

    private static final Script SERVICE =
            request ->
                    Answer.of(
                            200,
                            request.route().equals("/local/token") ? TOKEN_ANSWER : FUNNEL_ANSWER);

    @Test
    void printsTheTokenAndNothingElse() throws Exception {
        try (Counterpart service = new Counterpart(SERVICE)) {
            Outcome outcome =
                    run(service, "token", "--sub", "alice", "--scope", "ops,analytics:read");

            assertThat(outcome).isEqualTo(new Outcome(0, "abc.def.ghi\n", ""));
            assertThat(service.seen().getFirst().body())
                    .isEqualTo("{\"sub\":\"alice\",\"scopes\":[\"ops\",\"analytics:read\"]}");
        }
    }

    @Test
    void printsAnswersAsTheyCame() throws Exception {
        try (Counterpart service = new Counterpart(SERVICE)) {
            assertThat(run(service, "token", "--json").out()).isEqualTo(TOKEN_ANSWER + "\n");
            assertThat(run(service, "funnel", "--json").out()).isEqualTo(FUNNEL_ANSWER + "\n");
        }
    }

    @Test
    void drawsTheFunnelOfTheRangeAskedFor() throws Exception {
        try (Counterpart service = new Counterpart(SERVICE)) {
            Outcome outcome =
                    run(
                            service,
                            "funnel",
                            "--from=2026-07-01",
                            "--to=2026-07-31",
                            "--filter=source=a b&c",
                            "--filter=flow=quick",
                            "--include-test",
                            "--token=mine");

            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.out()).contains("1 session started");
            assertThat(service.seen()).hasSize(1);
            assertThat(service.seen().getFirst().token()).isEqualTo("mine");
            assertThat(service.seen().getFirst().route())
                    .isEqualTo(
                            "/funnels/onboarding?from=2026-07-01&to=2026-07-31"
                                    + "&filter.source=a%20b%26c&filter.flow=quick&includeTest=true");
        }
    }

    @Test
    void asksForALocalTokenWhenItHasNone() throws Exception {
        try (Counterpart service = new Counterpart(SERVICE)) {
            run(service, "funnel");

            assertThat(service.seen().getFirst().body()).contains("[\"analytics:read\"]");
            assertThat(service.seen().getLast().token()).isEqualTo("abc.def.ghi");
        }
    }

    @Test
    void exitsWithOneWhenTheServiceRefuses() throws Exception {
        try (Counterpart service =
                new Counterpart(
                        request ->
                                Answer.problem(
                                        403, "insufficient_scope", "The token\nlacks it."))) {
            assertThat(run(service, "funnel", "--token=mine"))
                    .isEqualTo(
                            new Outcome(
                                    1,
                                    "",
                                    "onboardingctl: insufficient_scope: The token lacks it.\n"));
        }
    }

    @Test
    void exitsWithOneWhenTheAnswerIsNotTheServices() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, "<html>"))) {
            Outcome outcome = run(service, "funnel", "--token=mine");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertOneLine(outcome);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"token", "funnel", "demo"})
    void exitsWithThreeWhenNobodyAnswers(String command) throws Exception {
        Counterpart gone = new Counterpart(SERVICE);
        gone.close();

        Outcome outcome = run(gone, command);

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).startsWith("onboardingctl: not_reachable: ");
        assertOneLine(outcome);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "dance",
                "funnel --from yesterday",
                "funnel --from 2026-07-02 --to 2026-07-01",
                "funnel --filter source",
                "token --url ftp://example.org",
                "token --url nonsense",
                "demo --users 0",
                "demo --users many",
                "demo --concurrency 0",
                "demo --patience -1",
                "processors dance",
                "processors stop",
                "processors stop funnel_g1",
                "replay start funnel",
                "replay start --reason x",
                "replay start a b --session s --reason x",
                "replay switch funnel_g2",
                "dead-letters",
                "dead-letters retry 42",
                "dead-letters retry --reason x",
                "dead-letters retry 42 --all --reason x",
                "provisioning",
                "provisioning list --stuck-longer-than long",
                "provisioning fail --reason x",
                "provisioning fail --site a --state failed --reason x",
                "ingest",
                "ingest a.ndjson --batch 0",
                "ingest a.ndjson --batch 5001"
            })
    void exitsWithTwoWhenItDoesNotUnderstand(String arguments) {
        Outcome outcome = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("--help'");
        assertOneLine(outcome);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token",
                "funnel",
                "demo",
                "ingest",
                "processors",
                "processors start",
                "processors stop",
                "processors split",
                "processors merge",
                "replay",
                "replay start",
                "replay watch",
                "replay difference",
                "replay switch",
                "replay rollback",
                "replay cancel",
                "dead-letters",
                "dead-letters list",
                "dead-letters show",
                "dead-letters retry",
                "dead-letters discard",
                "provisioning",
                "provisioning list",
                "provisioning start",
                "provisioning retry",
                "provisioning fail"
            })
    void teachesWithExamples(String command) {
        Outcome outcome = run((command + " --help").split(" "));

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("Examples:", "onboardingctl " + command, "Exit codes:");
        assertThat(outcome.out()).doesNotContain("\u001b");
    }

    @Test
    void saysThatTheJournalCannotBeWritten() throws Exception {
        try (Counterpart service = new Counterpart(SERVICE)) {
            Outcome outcome = run(service, "demo", "--journal", "/nowhere/at/all.tsv");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains("journal_unwritable");
        }
    }

    private static void assertOneLine(Outcome outcome) {
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).endsWith("\n").containsOnlyOnce("\n");
    }

    private static Outcome run(Counterpart service, String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "--url", service.address() + "/"));
        all.addAll(Arrays.asList(arguments));
        return run(all.toArray(String[]::new));
    }

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                OnboardingCtl.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .setColorScheme(
                                CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                        .execute(arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    record Outcome(int exitCode, String out, String err) {}
}
