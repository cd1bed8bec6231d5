package tools.choco.onboarding.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.User;

@ExtendWith(SharedService.class)
class RefusalRecorderTest {

    private final JdbcClient jdbc;
    private final User user;

    RefusalRecorderTest(RunningService service) {
        this.jdbc = JdbcClient.create(service.database().dataSource());
        this.user = User.of(service);
    }

    @Test
    void notesCodeAndPointersButNoValues() {
        String session = user.started("default");
        user.complete(session, "profile", "{\"firstName\":\"Ada\",\"lastName\":7}", null);

        assertThat(refusals(session))
                .singleElement()
                .satisfies(
                        refused -> {
                            assertThat(refused.getSessionId()).isEqualTo(session);
                            assertThat(refused.getUserId()).isEqualTo(user.subject());
                            assertThat(refused.getCommand()).isEqualTo("complete_step");
                            assertThat(refused.getStepId()).isEqualTo("profile");
                            assertThat(refused.getCode()).isEqualTo("answers_invalid");
                            assertThat(refused.getIssuesList())
                                    .singleElement()
                                    .asString()
                                    .startsWith("/answers/lastName ");
                            assertThat(refused.toString()).doesNotContain("Ada");
                        });
    }

    @Test
    void notesThoseOfASite() {
        String session = user.started("default");
        var site = user.requestSite(session, user.subject(), "platform_template");
        user.act(site.required("/siteId"), "adopt");

        assertThat(refusals(session))
                .singleElement()
                .satisfies(
                        refused -> {
                            assertThat(refused.getCommand()).isEqualTo("adopt_site");
                            assertThat(refused.getCode()).isEqualTo("github_link_required");
                        });
    }

    @Test
    void leavesTheSessionAsItWas() {
        String session = user.started("default");
        user.finish(session);

        assertThat(refusals(session))
                .singleElement()
                .extracting(CommandRefused::getCode)
                .isEqualTo("requirements_open");
        assertThat(user.read(session).required("/revision")).isEqualTo("1");
    }

    @Test
    void keepsNoMoreThanItMay() {
        String session = user.started("default");
        for (int i = 0; i < SessionRefusals.REFUSALS_MAX + 5; i++) {
            user.choose(session, "nowhere");
        }

        assertThat(refusals(session)).hasSize(SessionRefusals.REFUSALS_MAX);
    }

    @Test
    void notesNothingOfAStranger(RunningService service) {
        String session = user.started("default");
        User.of(service).choose(session, "blog");

        assertThat(refusals(session)).isEmpty();
    }

    @Test
    void notesWhatAValueOfTheDomainRefuses() {
        String session = user.started("default");
        user.requestSite(session, "No Slug!", "user_git");
        user.requestSite(session, "admin", "user_git");

        assertThat(refusals(session))
                .extracting(CommandRefused::getCommand, CommandRefused::getCode)
                .containsExactly(
                        tuple("request_site", "slug_invalid"),
                        tuple("request_site", "slug_reserved"));
        assertThat(refusals(session).toString()).doesNotContain("No Slug!");
    }

    @Test
    void notesWhatTheControllerRefuses() {
        String session = user.started("default");
        var site = user.requestSite(session, user.subject(), "platform_template");
        user.linkGithub();
        Answer answer =
                user.client()
                        .post(
                                "/sites/" + site.required("/siteId") + "/adopt",
                                "{\"githubRepo\":\"somebody-else/notes\"}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(refusals(session))
                .extracting(CommandRefused::getCommand, CommandRefused::getCode)
                .containsExactly(tuple("adopt_site", "github_repo_invalid"));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"sessionId":"%s","stepId":"profile","revision":"Ada"}   | wrong_type      | /revision wrong_type
                    {"sessionId":"%s","stepId":"profile","Ada":1}            | unknown_field   | unknown_field
                    {"sessionId":"%s","stepId":"profile","revision":-1}      | invalid_value   | /revision invalid_value
                    {"Ada":[{}],"sessionId":"%s","stepId":"profile","x":Ada} | malformed_json  |
                    """)
    void notesWhatCannotBeRead(String body, String code, @Nullable String issue) {
        String session = user.started("default");
        Answer answer = user.client().post("/onboarding/step", body.formatted(session));

        assertThat(answer.required("/code")).isEqualTo(code);
        assertThat(refusals(session))
                .singleElement()
                .satisfies(
                        refused -> {
                            assertThat(refused.getCommand()).isEqualTo("complete_step");
                            assertThat(refused.getStepId()).isEqualTo("profile");
                            assertThat(refused.getCode()).isEqualTo(code);
                            assertThat(refused.getIssuesList())
                                    .isEqualTo(issue == null ? List.of() : List.of(issue));
                            assertThat(refused.toString()).doesNotContain("Ada");
                        });
    }

    @Test
    void notesWhatIsRefusedForItsHeaders() {
        String session = user.started("default");
        user.with("If-Match", "W/1").choose(session, "blog");

        assertThat(refusals(session))
                .extracting(CommandRefused::getCommand, CommandRefused::getCode)
                .containsExactly(tuple("select_path", "invalid_if_match"));
    }

    @Test
    void namesNoStepThatTheSessionWasNotOffered() {
        String session = user.started("default");
        user.skip(session, "ada@example.org");

        assertThat(refusals(session))
                .singleElement()
                .satisfies(
                        refused -> {
                            assertThat(refused.getCode()).isEqualTo("step_unknown");
                            assertThat(refused.getStepId()).isEmpty();
                        });
    }

    @Test
    void namesNoMemberThatTheClientMadeUp() {
        String session = user.started("default");
        user.complete(session, "profile", "{\"firstName\":\"Ada\",\"Lovelace\":7}", null);

        assertThat(refusals(session))
                .singleElement()
                .satisfies(
                        refused -> {
                            assertThat(refused.getIssuesList()).contains("/answers unknown_member");
                            assertThat(refused.toString()).doesNotContain("Lovelace");
                        });
    }

    @Test
    void notesNothingUnreadableOfAStranger(RunningService service) {
        String session = user.started("default");
        User stranger = User.of(service);
        stranger.requestSite(session, "No Slug!", "user_git");
        stranger.client().post("/onboarding/step", "{\"sessionId\":\"" + session + "\",");

        assertThat(refusals(session)).isEmpty();
    }

    @Test
    void showsThemToAnalysts(RunningService service) {
        String session = user.started("default");
        user.requestSite(session, "No Slug!", "user_git");

        Answer story = service.analyst().get("/sessions/" + session + "/timeline");
        assertThat(story.at("/items/1/eventType")).isEqualTo("refusal.command_refused");
        assertThat(story.at("/items/1/fields/code")).isEqualTo("slug_invalid");
    }

    private List<CommandRefused> refusals(String session) {
        return jdbc
                .sql("SELECT payload FROM events WHERE aggregate_id = ?::uuid ORDER BY sequence")
                .param(RefusalsId.of(new SessionId(session)).value())
                .query(byte[].class)
                .list()
                .stream()
                .map(RefusalRecorderTest::parsed)
                .toList();
    }

    private static CommandRefused parsed(byte[] payload) {
        try {
            return CommandRefused.parseFrom(payload);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
