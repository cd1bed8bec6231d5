package tools.choco.onboarding.session.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;

@ExtendWith(SharedService.class)
class ParallelStartsTest {

    private static final int STARTS = 100;

    @Test
    void startOneSession(RunningService service) throws Exception {
        User user = User.of(service);
        CountDownLatch go = new CountDownLatch(1);
        List<Answer> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> starts = new ArrayList<>();
            for (int i = 0; i < STARTS; i++) {
                starts.add(
                        threads.submit(
                                () -> {
                                    go.await();
                                    return user.start("default");
                                }));
            }
            go.countDown();
            for (Future<Answer> start : starts) {
                answers.add(start.get());
            }
        }

        assertThat(answers).extracting(Answer::status).containsOnly(200, 201);
        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(1);
        assertThat(answers)
                .extracting(answer -> answer.required("/sessionId"))
                .containsOnly(user.mine("default").required("/sessionId"));
        Tables tables = Tables.of(service);
        assertThat(tables.eventTypes(answers.getFirst().required("/sessionId")))
                .containsExactly("OnboardingStarted");
        assertThat(tables.eventsNaming(user.subject())).isEqualTo(1);
    }
}
