package tools.choco.onboarding.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.events.refusal.v1.CommandRefused;
import tools.choco.onboarding.session.SessionId;
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
