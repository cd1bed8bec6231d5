package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.ctl.Counterpart.Answer;
import tools.choco.onboarding.ctl.Counterpart.Seen;

/** What the operator's commands ask for, and what they make of the answers. */
class OpsCommandsTest {

    private static final String PROCESSOR =
            "{\"name\":\"funnel_g1\",\"state\":\"dead\",\"position\":\"12\",\"head\":\"20\","
                    + "\"lagEvents\":8,\"lagMs\":1500,\"eventsPerSecond\":0.0,\"building\":false,"
                    + "\"current\":true,\"lastError\":\"it is broken\","
                    + "\"segments\":[{\"segment\":0,\"position\":\"12\",\"claimedBy\":null}]}";
    private static final String SEQUENCE =
            "{\"id\":\"42\",\"processor\":\"funnel_g1\",\"sessionId\":\"s-1\","
                    + "\"eventType\":\"onboarding.started\",\"events\":3,\"tries\":2,"
                    + "\"cause\":\"x.Y\",\"message\":\"Y: it is broken\"}";

    private static final String REPLAY =
            "{\"id\":\"funnel_g2\",\"state\":\"ready\",\"position\":\"12\",\"head\":\"20\","
                    + "\"eventsPerSecond\":1200,\"secondsLeft\":3,\"requestedBy\":\"olga\","
                    + "\"error\":null}";

    private record Outcome(int exitCode, String out, List<Seen> seen) {}

    @Test
    void drawsTheProcessors() throws Exception {
        Outcome outcome = run("{\"items\":[" + PROCESSOR + "]}", "processors");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out().lines())
                .containsExactly(
                        "processor    state  position  lag  behind  events/s  by",
                        "funnel_g1 *  dead   12        8    1.5 s   0         nobody",
                        "",
                        "funnel_g1: it is broken");
        assertThat(outcome.seen().getFirst().route()).isEqualTo("/ops/processors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "stop"})
    void turnsAProcessorOnAndOff(String word) throws Exception {
        Outcome outcome = run(PROCESSOR, "processors", word, "funnel_g1", "--reason=moved");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.seen().getFirst().route())
                .isEqualTo("/ops/processors/funnel_g1/" + word);
        assertThat(outcome.seen().getFirst().body()).isEqualTo("{\"reason\":\"moved\"}");
    }

    @Test
    void splitsASegment() throws Exception {
        Outcome outcome =
                run(PROCESSOR, "processors", "split", "a b", "--segment=1", "--reason=load");

        assertThat(outcome.seen().getFirst().route()).isEqualTo("/ops/processors/a%20b/split");
        assertThat(outcome.seen().getFirst().body())
                .isEqualTo("{\"reason\":\"load\",\"segment\":1}");
    }

    @Test
    void beginsReplaysAndLeavesThem() throws Exception {
        Outcome outcome =
                run(
                        "{\"items\":[" + REPLAY + "]}",
                        "replay",
                        "start",
                        "funnel",
                        "siteview",
                        "--no-wait",
                        "--reason=rehearsal");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out().lines())
                .containsExactly(
                        "replay     state  position  head  events/s  left  by",
                        "funnel_g2  ready  12        20    1,200     3 s   olga");
        assertThat(outcome.seen().getFirst().route()).isEqualTo("/ops/replays");
        assertThat(outcome.seen().getFirst().body())
                .isEqualTo("{\"reason\":\"rehearsal\",\"projections\":[\"funnel\",\"siteview\"]}");
    }

    @Test
    void replaysOneSession() throws Exception {
        Outcome outcome =
                run(
                        "{\"items\":["
                                + REPLAY.replace("\"error\":null", "\"error\":\"no\"")
                                + "]}",
                        "replay",
                        "start",
                        "funnel",
                        "--session=s-1",
                        "--reason=x");

        assertThat(outcome.exitCode()).isEqualTo(OpsCommand.IN_PART);
        assertThat(outcome.seen().getFirst().body())
                .isEqualTo("{\"reason\":\"x\",\"sessionId\":\"s-1\",\"projection\":\"funnel\"}");
    }

    @Test
    void watchesUntilItIsBuilt() throws Exception {
        Outcome outcome = run(REPLAY, "replay", "watch", "funnel_g2");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("funnel_g2  ready");
        assertThat(outcome.seen().getFirst().route()).isEqualTo("/ops/replays/funnel_g2");
    }

    @Test
    void tellsADifferenceByItsExitCode() throws Exception {
        Outcome outcome =
                run(
                        "{\"next\":\"funnel_g2\",\"other\":\"funnel_g1\",\"position\":\"20\","
                                + "\"same\":false,\"tables\":[{\"table\":\"funnel_entry\","
                                + "\"rowsNext\":3,\"rowsOther\":2,\"onlyNext\":1,\"onlyOther\":0,"
                                + "\"changed\":0,\"samples\":[]}]}",
                        "replay",
                        "difference",
                        "funnel_g2");

        assertThat(outcome.exitCode()).isEqualTo(OpsCommand.IN_PART);
        assertThat(outcome.out().lines())
                .containsExactly(
                        "at position 20",
                        "table         funnel_g2  funnel_g1  only here  only there  changed",
                        "funnel_entry  3          2          1          0           0");
        assertThat(outcome.seen().getFirst().route())
                .isEqualTo("/ops/replays/funnel_g2/difference?samples=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"switch", "rollback", "cancel"})
    void actsOnAReplay(String word) throws Exception {
        Outcome outcome = run(REPLAY, "replay", word, "funnel_g2", "--reason=why");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.seen().getFirst().route()).isEqualTo("/ops/replays/funnel_g2/" + word);
        assertThat(outcome.seen().getFirst().body()).isEqualTo("{\"reason\":\"why\"}");
    }

    @Test
    void listsDeadLetters() throws Exception {
        Outcome outcome =
                run(
                        "{\"items\":[" + SEQUENCE + "],\"nextCursor\":\"42\"}",
                        "dead-letters",
                        "list",
                        "--processor=funnel_g1",
                        "--cause=Y");

        assertThat(outcome.out().lines())
                .containsExactly(
                        "id  processor  session  event               events  tries  why",
                        "42  funnel_g1  s-1      onboarding.started  3       2      Y: it is broken",
                        "more: --cursor 42");
        assertThat(outcome.seen().getFirst().route())
                .isEqualTo("/ops/dead-letters?processor=funnel_g1&cause=Y&limit=50");
    }

    @Test
    void saysThatNothingIsParked() throws Exception {
        assertThat(run("{\"items\":[],\"nextCursor\":null}", "dead-letters", "list").out())
                .isEqualTo("nothing is parked\n");
    }

    @Test
    void tellsByItsExitCodeWhatIsStillParked() throws Exception {
        Outcome parked =
                run(
                        "{\"goesOn\":false,\"parked\":" + SEQUENCE + "}",
                        "dead-letters",
                        "retry",
                        "42",
                        "--reason=mended");
        Outcome gone =
                run(
                        "{\"goesOn\":true,\"parked\":null}",
                        "dead-letters",
                        "discard",
                        "42",
                        "--reason=mended");

        assertThat(parked.exitCode()).isEqualTo(4);
        assertThat(parked.out()).isEqualTo("still parked: Y: it is broken\n");
        assertThat(parked.seen().getFirst().route()).isEqualTo("/ops/dead-letters/42/retry");
        assertThat(gone.exitCode()).isZero();
        assertThat(gone.out()).isEqualTo("the sequence goes on\n");
        assertThat(gone.seen().getFirst().route()).isEqualTo("/ops/dead-letters/42/discard");
    }

    @Test
    void retriesManyByAFilter() throws Exception {
        Outcome outcome =
                run(
                        "{\"matched\":2,\"done\":2,\"parked\":[],\"nextCursor\":null}",
                        "dead-letters",
                        "retry",
                        "--session=s-1",
                        "--max=7",
                        "--reason=mended");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).isEqualTo("2 of 2 go on\n");
        assertThat(outcome.seen().getFirst().route()).isEqualTo("/ops/dead-letters/retry");
        assertThat(outcome.seen().getFirst().body())
                .isEqualTo("{\"reason\":\"mended\",\"sessionId\":\"s-1\",\"max\":7}");
    }

    @Test
    void showsASequence() throws Exception {
        Outcome outcome =
                run(
                        "{\"processor\":\"funnel_g1\",\"sequence\":\"s-1\",\"eventCount\":1,"
                                + "\"events\":[{\"id\":\"43\",\"position\":\"9\",\"eventType\":\"a\","
                                + "\"eventId\":\"e\",\"cause\":null,\"message\":null,\"tries\":0}]}",
                        "dead-letters",
                        "show",
                        "43");

        assertThat(outcome.out())
                .startsWith("funnel_g1, sequence s-1, 1 parked\n")
                .endsWith("waits\n");
    }

    @Test
    void listsAndActsOnSites() throws Exception {
        Outcome list =
                run(
                        "{\"items\":[{\"siteId\":\"x\",\"slug\":\"notes\",\"state\":\"failed\","
                                + "\"attempt\":1,\"stuckForMs\":90000,\"lastError\":\"taken\","
                                + "\"attempts\":[]}],\"nextCursor\":null}",
                        "provisioning",
                        "list",
                        "--state=failed",
                        "--stuck-longer-than=PT1H");
        Outcome refused =
                run(
                        "{\"matched\":2,\"done\":1,\"refused\":[{\"siteId\":\"x\","
                                + "\"code\":\"site_not_failed\",\"detail\":\"No.\"}],"
                                + "\"nextCursor\":null}",
                        "provisioning",
                        "retry",
                        "--site=x,y",
                        "--reason=back");

        assertThat(list.out()).contains("notes", "PT1M30S", "taken");
        assertThat(list.seen().getFirst().route())
                .isEqualTo("/ops/provisioning?state=failed&stuckLongerThan=PT1H&limit=50");
        assertThat(refused.exitCode()).isEqualTo(4);
        assertThat(refused.out()).startsWith("1 of 2 done\n").contains("site_not_failed");
        assertThat(refused.seen().getFirst().body())
                .isEqualTo("{\"reason\":\"back\",\"siteIds\":[\"x\",\"y\"]}");
    }

    @Test
    void printsAnswersAsTheyCame() throws Exception {
        assertThat(run("{\"items\":[]}", "processors", "--json").out())
                .isEqualTo("{\"items\":[]}\n");
    }

    private static Outcome run(String answer, String... arguments) throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, answer))) {
            List<String> all = new ArrayList<>(List.of(arguments));
            all.addAll(List.of("--token=t", "--url=" + service.address()));
            StringWriter out = new StringWriter();
            int exitCode =
                    OnboardingCtl.commandLine()
                            .setOut(new PrintWriter(out, true))
                            .execute(all.toArray(String[]::new));
            return new Outcome(exitCode, out.toString(), service.seen());
        }
    }
}
