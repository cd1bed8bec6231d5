package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.choco.onboarding.ctl.Counterpart.Answer;

class StreamCommandTest {

    private static final String AWAY =
            """
            {"stream":"choco:events:onboarding","state":"away","position":"4711","head":"6011",\
            "backlogEvents":1300,"backlogMs":61500,"lastFailure":{"at":"2026-11-21T09:00:00Z",\
            "kind":"stream","detail":"The connection to NATS is lost."}}""";
    private static final String OFF =
            """
            {"stream":"choco:events:onboarding","state":"off","position":null,"head":"12",\
            "backlogEvents":null,"backlogMs":null,"lastFailure":null}""";

    @Test
    void saysHowFarTheStreamIs() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, AWAY))) {
            assertThat(run(service, "stream", "status", "--token=mine").lines())
                    .containsExactly(
                            "choco:events:onboarding: away, position 4711 of 6011",
                            "1,300 events behind, the oldest for 61.5 s",
                            "last failure at 2026-11-21T09:00:00Z: The connection to NATS is lost.");
            assertThat(service.seen().getFirst().route()).isEqualTo("/ops/stream");
        }
    }

    @Test
    void saysThatThereIsNone() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, OFF))) {
            assertThat(run(service, "stream", "status", "--token=mine"))
                    .isEqualTo("choco:events:onboarding: off, position none of 12\n");
        }
    }

    @Test
    void printsTheAnswerAsItCame() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, AWAY))) {
            assertThat(run(service, "stream", "status", "--json", "--token=mine"))
                    .isEqualTo(AWAY + "\n");
        }
    }

    @Test
    void hasTheStreamRebuiltForAReason() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(202, OFF))) {
            run(service, "stream", "rebuild", "--reason=a restored \"log\"", "--token=mine");

            var seen = service.seen().getFirst();
            assertThat(seen.method()).isEqualTo("POST");
            assertThat(seen.route()).isEqualTo("/ops/stream/rebuild");
            assertThat(seen.token()).isEqualTo("mine");
            assertThat(seen.body()).isEqualTo("{\"reason\":\"a restored \\\"log\\\"\"}");
        }
    }

    @Test
    void asksForAnOperatorsTokenWhenItHasNone() throws Exception {
        try (Counterpart service =
                new Counterpart(
                        request ->
                                Answer.of(
                                        200,
                                        request.route().equals("/local/token")
                                                ? "{\"accessToken\":\"a.b.c\"}"
                                                : OFF))) {
            run(service, "stream", "status");

            assertThat(service.seen().getFirst().body()).contains("[\"ops\"]");
            assertThat(service.seen().getLast().token()).isEqualTo("a.b.c");
        }
    }

    @Test
    void wantsAReason() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(202, OFF))) {
            assertThat(execute(service, new StringWriter(), "stream", "rebuild"))
                    .isEqualTo(CommandFailure.USAGE);
            assertThat(execute(service, new StringWriter(), "stream"))
                    .isEqualTo(CommandFailure.USAGE);
            assertThat(service.seen()).isEmpty();
        }
    }

    private static String run(Counterpart service, String... arguments) {
        StringWriter out = new StringWriter();
        assertThat(execute(service, out, arguments)).isZero();
        return out.toString();
    }

    private static int execute(Counterpart service, StringWriter out, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (all.size() > 1) {
            all.add("--url=" + service.address());
        }
        CommandLine line =
                OnboardingCtl.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(new StringWriter()));
        return line.execute(all.toArray(String[]::new));
    }
}
