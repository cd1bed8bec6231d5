package tools.choco.onboarding.session.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;

class IdempotencyTest {

    private static final int OTHER_COMMANDS = 70;
    private static final String KEY = "retry-me";

    private static RunningService service;
    private static Tables tables;

    @BeforeAll
    static void start() {
        service = RunningService.start();
        tables = Tables.of(service);
    }

    @AfterAll
    static void end() {
        service.close();
    }

    /**
     * A write.
     *
     * @param name of the command
     * @param prepare brings a user to where it can be done; returns the session
     * @param call does it, by whoever may
     * @param other another request that is refused under the same key
     */
    record Write(
            String name,
            Function<User, String> prepare,
            BiFunction<User, String, Answer> call,
            BiFunction<User, String, Answer> other) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** A write that was done once, with what it was answered. */
    private record Done(Write write, User user, String session, Answer first, long events) {}

    static Stream<Write> writes() {
        return Stream.of(
                new Write(
                        "start",
                        user -> "",
                        (user, session) -> start(user, "newsletter"),
                        (user, session) -> start(user, "search")),
                new Write(
                        "step",
                        user -> user.started("quick"),
                        (user, session) -> user.complete(session, "profile"),
                        (user, session) ->
                                user.complete(
                                        session,
                                        "profile",
                                        "{\"firstName\":\"A\",\"lastName\":\"B\"}",
                                        null)),
                new Write(
                        "skip",
                        user -> user.started("quick"),
                        (user, session) -> user.skip(session, "tools"),
                        (user, session) -> user.skip(session, "profile")),
                new Write(
                        "reopen",
                        user -> {
                            String session = user.started("quick");
                            user.skip(session, "tools");
                            return session;
                        },
                        (user, session) -> user.reopen(session, "tools"),
                        (user, session) -> user.reopen(session, "profile")),
                new Write(
                        "path",
                        user -> user.started("default"),
                        (user, session) -> user.choose(session, "blog"),
                        (user, session) -> user.choose(session, "docs")),
                new Write(
                        "complete",
                        user -> {
                            String session = user.started("quick");
                            user.complete(session, "profile");
                            user.complete(session, "workspace-hub");
                            return session;
                        },
                        User::finish,
                        // The body has nothing but the session, so another route it is.
                        User::reset),
                new Write(
                        "reset",
                        user -> user.started("quick"),
                        User::reset,
                        (user, session) ->
                                user.client()
                                        .post(
                                                "/onboarding/reset",
                                                "{\"sessionId\":\"%s\",\"reason\":\"again\"}"
                                                        .formatted(session))),
                new Write(
                        "operator's reset",
                        user -> user.started("quick"),
                        (user, session) -> operatorReset(session, "ticket 1"),
                        (user, session) -> operatorReset(session, "ticket 2")));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void answersARepeatWithTheSameState(Write write) {
        Done done = once(write);

        assertReplayed(done);
        assertReplayed(done);
    }

    @ParameterizedTest
    @MethodSource("writes")
    void refusesAnotherRequestUnderAUsedKey(Write write) {
        Done done = once(write);

        Answer other = write.other().apply(done.user().withKey(KEY), done.session());

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.at("/code")).isEqualTo("idempotency_key_reused");
        assertThat(eventsOf(done.user())).isEqualTo(done.events());
        assertReplayed(done);
    }

    @Test
    void remembersWhatOthersDidMeanwhileAndOverARestart() {
        List<Done> all = writes().map(IdempotencyTest::once).toList();
        for (int i = 0; i < OTHER_COMMANDS; i++) {
            assertThat(User.of(service).withKey(KEY).start("quick").status()).isEqualTo(201);
        }
        all.forEach(IdempotencyTest::assertReplayed);

        service.restart();

        all.forEach(
                done ->
                        assertReplayed(
                                new Done(
                                        done.write(),
                                        new User(
                                                done.user().subject(),
                                                service.user(done.user().subject())),
                                        done.session(),
                                        done.first(),
                                        done.events())));
    }

    @Test
    void answersARepeatWithThePresentState() {
        User user = User.of(service);
        String session = user.started("quick");
        user.withKey(KEY).skip(session, "tools");
        Answer later = user.complete(session, "profile");

        Answer repeat = user.withKey(KEY).skip(session, "tools");

        assertThat(repeat.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(repeat.json()).isEqualTo(later.json());
        assertThat(repeat.header("ETag")).isEqualTo("\"3\"");
    }

    @Test
    void answersARepeatBeforeAnyRule() {
        User user = User.of(service);
        String session = user.started("quick");
        user.withKey(KEY).complete(session, "profile");
        user.complete(session, "workspace-hub");
        user.finish(session);

        Answer repeat = user.withKey(KEY).with("If-Match", "\"1\"").complete(session, "profile");

        assertThat(repeat.status()).isEqualTo(200);
        assertThat(repeat.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test
    void takesTheSameBodyInAnotherOrderForTheSame() {
        User user = User.of(service).withKey(KEY);
        String session = user.started("quick");
        User second = user.withKey("other-key");
        second.complete(session, "profile", "{\"firstName\":\"A\",\"lastName\":\"B\"}", null);
        Answer repeat =
                second.complete(
                        session, "profile", "{ \"lastName\":\"B\",\"firstName\":\"A\" }", null);

        assertThat(repeat.status()).isEqualTo(200);
        assertThat(repeat.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test
    void doesNotRememberRefusals() {
        User user = User.of(service);
        String session = user.started("quick");
        User keyed = user.withKey(KEY);
        assertThat(keyed.skip(session, "profile").at("/code")).isEqualTo("step_not_skippable");

        Answer accepted = keyed.skip(session, "tools");

        assertThat(accepted.status()).isEqualTo(200);
        assertThat(accepted.header("Idempotent-Replayed")).isNull();
    }

    @Test
    void takesTheKeyOfAnotherUserForAnotherKey() {
        User one = User.of(service).withKey(KEY);
        User two = User.of(service).withKey(KEY);
        Answer first = one.start("quick");
        Answer second = two.start("default");

        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("Idempotent-Replayed")).isNull();
        assertThat(operatorReset(first.required("/sessionId"), "the user's key").status())
                .isEqualTo(201);
    }

    private static Done once(Write write) {
        User user = User.of(service);
        String prepared = write.prepare().apply(user);
        Answer first = write.call().apply(user.withKey(KEY), prepared);
        assertThat(first.status()).as(write.name()).isIn(200, 201);
        assertThat(first.header("Idempotent-Replayed")).isNull();
        return new Done(write, user, prepared, first, eventsOf(user));
    }

    private static void assertReplayed(Done done) {
        Answer repeat = done.write().call().apply(done.user().withKey(KEY), done.session());
        assertThat(repeat.status()).as(done.write().name()).isEqualTo(done.first().status());
        assertThat(repeat.json()).as(done.write().name()).isEqualTo(done.first().json());
        assertThat(repeat.header("ETag")).isEqualTo(done.first().header("ETag"));
        assertThat(repeat.header("Location")).isEqualTo(done.first().header("Location"));
        assertThat(repeat.header("Idempotent-Replayed")).as(done.write().name()).isEqualTo("true");
        assertThat(eventsOf(done.user())).as(done.write().name()).isEqualTo(done.events());
    }

    /** Events of all the user's sessions: a repeat must not begin one beside the first either. */
    private static long eventsOf(User user) {
        return tables.eventsNaming(user.subject());
    }

    private static Answer start(User user, String source) {
        return user.client()
                .post(
                        "/onboarding/start",
                        "{\"flowId\":\"quick\",\"source\":\"%s\"}".formatted(source));
    }

    private static Answer operatorReset(String session, String reason) {
        return service.operator()
                .with("Idempotency-Key", KEY)
                .post(
                        "/ops/sessions/" + session + "/reset",
                        "{\"reason\":\"%s\"}".formatted(reason));
    }
}
