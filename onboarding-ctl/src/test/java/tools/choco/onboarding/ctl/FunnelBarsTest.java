package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FunnelBarsTest {

    private static final JsonNode FUNNEL =
            Service.JSON.readTree(
                    """
                    {"funnelId": "onboarding", "from": "2026-07-01", "to": "2026-07-02",
                     "order": "ordered", "window": "30d", "started": 200,
                     "stages": [
                       {"stage": "started", "offered": 200, "sessions": 200, "skipped": 0, "fromPrevious": null, "fromStart": 1.0},
                       {"stage": "profile", "offered": 200, "sessions": 150, "skipped": 0, "fromPrevious": 0.75, "fromStart": 0.75},
                       {"stage": "a-step-with-a-long-name", "offered": 120, "sessions": 1, "skipped": 9, "fromPrevious": 0.00667, "fromStart": 0.005},
                       {"stage": "completed", "offered": 200, "sessions": 0, "skipped": 0, "fromPrevious": 0.0, "fromStart": 0.0}],
                     "outcomes": {"converted": 0, "dropped": 12, "parkedOnUs": 3},
                     "asOf": {"position": "815", "time": "2026-07-02T10:00:00Z"}, "parkedSequences": 1}
                    """);

    @Test
    void drawsABarAsLongAsTheShareOfTheStart() {
        assertThat(FunnelBars.in(StandardCharsets.US_ASCII).draw(FUNNEL))
                .isEqualTo(
                        """
                        onboarding, 2026-07-01 to 2026-07-02, ordered, 30d: 200 sessions started

                        stage                   sessions                reached of prev. offered skipped
                        started                      200 #############   100.0%        -     200       0
                        profile                      150 #########        75.0%    75.0%     200       0
                        a-step-with-a-long-name        1 #                 0.5%     0.7%     120       9
                        completed                      0                   0.0%     0.0%     200       0

                        dropped 12, parked on us 3

                        as of 2026-07-02T10:00:00Z, log position 815
                        not counted: 1 parked sequence
                        """);
    }

    @Test
    void givesLongNamesTheRoomOfTheBars() {
        JsonNode portal =
                Service.JSON.readTree(
                        """
                        {"funnelId": "portal", "started": 20, "stages": [
                           {"stage": "onboarding.completed", "offered": 20, "sessions": 20, "skipped": 0},
                           {"stage": "a-stage-with-a-very-long-name", "offered": 20, "sessions": 10, "skipped": 0}]}
                        """);
        assertThat(FunnelBars.in(StandardCharsets.US_ASCII).draw(portal).lines())
                .anySatisfy(
                        it -> assertThat(it).startsWith("onboarding.completed           20 ###"))
                .anySatisfy(
                        it -> assertThat(it).startsWith("a-stage-with-a-very-lon~       10 ###"))
                .allSatisfy(it -> assertThat(it.length()).isLessThanOrEqualTo(80));
    }

    @Test
    void usesBlocksWhereTheCharsetHasThem() {
        assertThat(FunnelBars.in(StandardCharsets.UTF_8).draw(FUNNEL))
                .contains("150 " + "█".repeat(9) + " ")
                .doesNotContain("#");
    }

    @Test
    void drawsAnEmptyFunnel() {
        JsonNode empty =
                Service.JSON.readTree(
                        """
                        {"funnelId": "onboarding", "started": 0, "stages": [
                           {"stage": "started", "offered": 0, "sessions": 0, "skipped": 0}],
                         "asOf": {"position": "0", "time": null}}
                        """);

        assertThat(FunnelBars.in(StandardCharsets.US_ASCII).draw(empty))
                .contains("0 sessions started", "as of the empty log, log position 0")
                .doesNotContain("#");
    }
}
