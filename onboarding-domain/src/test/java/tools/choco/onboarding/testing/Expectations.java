package tools.choco.onboarding.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.axonframework.eventhandling.EventMessage;
import org.hamcrest.BaseMatcher;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;

/** What Axon's fixtures are told to expect, in assertions of AssertJ. */
public final class Expectations {

    private Expectations() {}

    /** A refusal for that reason, without a list of issues. */
    public static Matcher<Object> refused(Refusal refusal) {
        return satisfying(
                Refused.class,
                refused -> {
                    assertThat(refused.refusal()).isEqualTo(refusal);
                    assertThat(refused.issues()).isEmpty();
                });
    }

    /** Events of which the assertions hold. */
    @SuppressWarnings("unchecked")
    public static Matcher<List<EventMessage<?>>> events(
            Consumer<List<EventMessage<?>>> assertions) {
        return (Matcher<List<EventMessage<?>>>)
                (Matcher<?>)
                        satisfying(
                                List.class,
                                events -> assertions.accept((List<EventMessage<?>>) events));
    }

    /** What the events say, without their metadata. */
    public static List<Object> payloads(List<? extends EventMessage<?>> events) {
        return events.stream().<Object>map(EventMessage::getPayload).toList();
    }

    /**
     * A value of that type of which the assertions hold; their own failure is what the test
     * reports.
     */
    public static <T> Matcher<Object> satisfying(Class<T> type, Consumer<? super T> assertions) {
        return new BaseMatcher<>() {
            @Override
            public boolean matches(Object actual) {
                assertThat(actual).isInstanceOf(type);
                assertions.accept(type.cast(actual));
                return true;
            }

            @Override
            public void describeTo(Description description) {
                description.appendText("a " + type.getSimpleName() + " that meets the assertions");
            }
        };
    }
}
