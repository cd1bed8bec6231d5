package tools.choco.onboarding.session.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.eventlog.testing.StatementLog;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.User;

/**
 * What a request sends to the database by itself, beside the writer's batches that carry its
 * events: the costs that the architecture page promises.
 */
class StatementsTest {

    private static final String LAST = "SELECT max(sequence) FROM events WHERE aggregate_id = ?";
    private static final String LOAD = "WHERE aggregate_id = ? AND sequence >= ?";
    private static final String FIND_SITES = "FROM site_claims WHERE session_id";

    private static final String FIND_CLAIM = "SELECT session_id FROM session_claims";

    private static final StatementLog statements = new StatementLog();
    private static RunningService service;

    @BeforeAll
    static void start() {
        service = RunningService.watched(statements);
    }

    @AfterAll
    static void end() {
        service.close();
    }

    /** A request on a session of the quick flow. */
    record Call(String name, int status, Function<Warm, Answer> send) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** A user whose session and key are in memory. */
    record Warm(User user, String session) {}

    static Stream<Call> appending() {
        return Stream.of(
                new Call("step", 200, it -> it.user().complete(it.session(), "workspace-hub")),
                new Call("amend", 200, it -> complete(it, "Grace")),
                new Call("skip", 200, it -> it.user().skip(it.session(), "tools")),
                new Call("reopen", 200, it -> it.user().reopen(it.session(), "profile")));
    }

    static Stream<Call> appendingNothing() {
        return Stream.of(
                new Call("read", 200, it -> it.user().read(it.session())),
                new Call(
                        "repeat of a key",
                        200,
                        it -> it.user().withKey("warm").complete(it.session(), "profile")),
                new Call(
                        "repeat of an effect",
                        200,
                        it -> it.user().complete(it.session(), "profile")),
                new Call("stranger", 404, it -> User.of(service).read(it.session())));
    }

    static Stream<Call> refused() {
        return Stream.of(
                new Call(
                        "invalid answers",
                        422,
                        it -> it.user().complete(it.session(), "profile", "{}", null)),
                new Call("failed precondition", 412, StatementsTest::mismatch),
                new Call("open requirements", 422, it -> it.user().finish(it.session())));
    }

    @ParameterizedTest
    @MethodSource("appending")
    void readNothingToAppendToAWarmSession(Call call) {
        Warm warm = warm("quick");

        assertThat(sentBy(call, warm)).isEmpty();
    }

    @Test
    void askForTheSitesOfASessionThatWasOfferedOne() {
        Warm warm = warm("default");
        Call path = new Call("path", 200, it -> it.user().choose(it.session(), "blog"));

        assertThat(sentBy(path, warm)).singleElement().asString().contains(FIND_SITES);
    }

    @ParameterizedTest
    @MethodSource("appendingNothing")
    void askForTheLastSequenceOnceToAppendNothing(Call call) {
        Warm warm = warm("quick");

        assertThat(sentBy(call, warm)).containsExactly(LAST);
        assertThat(sentBy(call, warm)).as("again").containsExactly(LAST);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void askForTheLastSequenceToRefuseAndToNoteIt(Call call) {
        Warm warm = warm("quick");

        assertThat(sentBy(call, warm))
                .satisfiesExactly(
                        check -> assertThat(check).isEqualTo(LAST),
                        owner -> assertThat(owner).isEqualTo(LAST),
                        notes -> assertThat(notes).contains(LOAD));
        assertThat(sentBy(call, warm)).as("with its notes warm").containsExactly(LAST, LAST);
    }

    @Test
    void readTheEventsOnceOfAColdSession() {
        User user = User.of(service);
        String session = user.started("quick");
        String other = user.started("default");
        service.restart();

        User back = new User(user.subject(), service.user(user.subject()));
        Warm cold = new Warm(back, session);
        // The first read of a process also learns the kinds of events.
        back.read(other);
        Call skip = appending().filter(it -> it.name().equals("skip")).findFirst().orElseThrow();
        // The reason is sealed, with a key that has to be read or made.
        assertThat(sentBy(skip, cold))
                .filteredOn(statement -> !statement.contains("user_keys"))
                .singleElement()
                .asString()
                .contains(LOAD);
        assertThat(sentBy(new Call("read", 200, it -> it.user().read(session)), cold))
                .containsExactly(LAST);
    }

    @Test
    void findTheClaimOfTheUser() {
        User user = User.of(service);
        statements.clear();
        user.started("quick");
        assertThat(sent())
                .satisfiesExactly(
                        find -> assertThat(find).contains(FIND_CLAIM),
                        claim -> assertThat(claim).contains("INSERT INTO session_claims"),
                        winner -> assertThat(winner).contains(FIND_CLAIM),
                        load -> assertThat(load).contains(LOAD));

        for (Call again :
                List.of(
                        new Call("start", 200, it -> it.user().start("quick")),
                        new Call("mine", 200, it -> it.user().mine("quick")))) {
            assertThat(sentBy(again, new Warm(user, "")))
                    .satisfiesExactly(
                            find -> assertThat(find).contains(FIND_CLAIM),
                            check -> assertThat(check).isEqualTo(LAST));
        }
    }

    @Test
    void moveTheClaimToReset() {
        Warm warm = warm("quick");
        statements.clear();
        assertThat(warm.user().reset(warm.session()).status()).isEqualTo(201);

        assertThat(sent())
                .satisfiesExactly(
                        move -> assertThat(move).contains("UPDATE session_claims"),
                        successor -> assertThat(successor).isEqualTo(LAST));
    }

    private static Warm warm(String flow) {
        User user = User.of(service);
        String session = user.started(flow);
        assertThat(user.withKey("warm").complete(session, "profile").status()).isEqualTo(200);
        return new Warm(user, session);
    }

    private static Answer complete(Warm warm, String firstName) {
        return warm.user()
                .complete(
                        warm.session(),
                        "profile",
                        "{\"firstName\":\"" + firstName + "\",\"lastName\":\"Hopper\"}",
                        null);
    }

    private static Answer mismatch(Warm warm) {
        return warm.user().with("If-Match", "\"1\"").complete(warm.session(), "profile");
    }

    private static List<String> sentBy(Call call, Warm warm) {
        statements.clear();
        Answer answer = call.send().apply(warm);
        assertThat(answer.status()).as(answer.text()).isEqualTo(call.status());
        return sent();
    }

    /** By the threads that serve requests, one after the other. */
    private static List<String> sent() {
        return statements.by(thread -> thread.startsWith("tomcat-handler-"));
    }
}
