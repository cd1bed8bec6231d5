package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.ctl.Counterpart.Answer;

class EraseCommandTest {

    private static final String ERASED =
            """
            {"userId":"ada","keysDestroyed":2,"githubLinkRemoved":true}""";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void erasesAndSaysWhatIsGone() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, ERASED))) {
            assertThat(erase(service, "ada", "--reason=ticket 4711", "--yes")).isZero();

            assertThat(out).hasToString("ada is erased: 2 keys destroyed, GitHub unlinked\n");
            var seen = service.seen().getFirst();
            assertThat(seen.method()).isEqualTo("POST");
            assertThat(seen.route()).isEqualTo("/ops/users/ada/erase");
            assertThat(seen.token()).isEqualTo("mine");
            assertThat(seen.body()).isEqualTo("{\"reason\":\"ticket 4711\"}");
        }
    }

    @Test
    void saysThatNothingWasLeftToErase() throws Exception {
        try (Counterpart service =
                new Counterpart(
                        request ->
                                Answer.of(
                                        200,
                                        """
                                        {"userId":"ada","keysDestroyed":0,\
                                        "githubLinkRemoved":false}"""))) {
            assertThat(erase(service, "ada", "--reason=restored", "--yes")).isZero();

            assertThat(out).hasToString("ada is erased: 0 keys destroyed, no GitHub link\n");
        }
    }

    @Test
    void printsTheAnswerAsItCame() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, ERASED))) {
            assertThat(erase(service, "ada", "--reason=x", "--yes", "--json")).isZero();

            assertThat(out).hasToString(ERASED + "\n");
        }
    }

    @Test
    void takesAnIdAsItIs() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, ERASED))) {
            erase(service, "auth0|a/b c", "--reason=x", "--yes");

            assertThat(service.seen().getFirst().route())
                    .isEqualTo("/ops/users/auth0%7Ca%2Fb%20c/erase");
        }
    }

    @Test
    void doesNothingUnlessItIsMeant() throws Exception {
        try (Counterpart service = new Counterpart(request -> Answer.of(200, ERASED))) {
            assertThat(erase(service, "ada", "--reason=x")).isEqualTo(CommandFailure.USAGE);
            assertThat(err.toString()).contains("cannot be taken back").contains("--yes");
            assertThat(erase(service, "ada", "--yes")).isEqualTo(CommandFailure.USAGE);
            assertThat(erase(service, "--reason=x", "--yes")).isEqualTo(CommandFailure.USAGE);
            assertThat(service.seen()).isEmpty();
        }
    }

    @Test
    void saysWhyTheServiceRefused() throws Exception {
        try (Counterpart service =
                new Counterpart(
                        request ->
                                Answer.problem(
                                        404,
                                        "user_unknown",
                                        "Nothing was ever known of that user."))) {
            assertThat(erase(service, "nobody", "--reason=x", "--yes"))
                    .isEqualTo(CommandFailure.REFUSED);

            assertThat(err.toString()).contains("Nothing was ever known of that user.");
        }
    }

    private int erase(Counterpart service, String... arguments) {
        List<String> all = new ArrayList<>(List.of("erase"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--token=mine", "--url=" + service.address()));
        return OnboardingCtl.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
    }
}
