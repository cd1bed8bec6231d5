package tools.choco.onboarding.bench.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.common.IdentifierFactory;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.bench.measure.Repeating;
import tools.choco.onboarding.session.CompleteStep;
import tools.choco.onboarding.session.SessionAnswer;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.session.StartOnboarding;

/** Users who answer the same form again and again, each time with other answers. */
final class AnsweringUsers {

    private record User(String id, SessionId session, AtomicLong revision) {}

    private final CommandGateway commands;
    private final List<List<User>> usersOfThread = new ArrayList<>();
    private final List<AtomicLong> turns = new ArrayList<>();

    /** Starts a session for each, with one command more, so that all are warm. */
    AnsweringUsers(CommandGateway commands, int threads, int users) throws Exception {
        this.commands = commands;
        for (int thread = 0; thread < threads; thread++) {
            usersOfThread.add(new ArrayList<>());
            turns.add(new AtomicLong());
        }
        Repeating.together(
                threads,
                thread -> {
                    for (int i = thread; i < users; i += threads) {
                        var user =
                                new User(
                                        "bench-user-" + i,
                                        SessionId.of(
                                                IdentifierFactory.getInstance()
                                                        .generateIdentifier()),
                                        new AtomicLong());
                        commands.<SessionAnswer>sendAndWait(
                                new StartOnboarding(
                                        user.session(),
                                        user.id(),
                                        "default",
                                        null,
                                        "web",
                                        request(user)));
                        user.revision().set(1);
                        usersOfThread.get(thread).add(user);
                    }
                });
        Repeating.together(
                threads,
                thread -> {
                    for (var user : usersOfThread.get(thread)) {
                        answer(thread);
                    }
                });
    }

    /**
     * The next answer of one of the thread's users.
     *
     * @throws IllegalStateException if it stored nothing: it would not count
     */
    void answer(int thread) {
        long turn = turns.get(thread).getAndIncrement();
        var users = usersOfThread.get(thread);
        var user = users.get((int) (turn % users.size()));
        SessionAnswer answer =
                commands.sendAndWait(
                        new CompleteStep(
                                user.session(),
                                "profile",
                                new Answers(
                                        """
                                        {"firstName":"Ada %d","lastName":"Lovelace","role":"Engineer"}"""
                                                .formatted(turn)),
                                null,
                                request(user)));
        if (answer.state().revision() != user.revision().incrementAndGet()) {
            throw new IllegalStateException("The command stored no event");
        }
    }

    private static Request request(User user) {
        return Request.of(
                Caller.user(user.id()), IdentifierFactory.getInstance().generateIdentifier());
    }
}
