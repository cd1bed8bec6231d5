package tools.choco.onboarding.axonserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

class AxonServerNamedTest {

    @Test
    void runsAgainstTheServerThatIsNamed() {
        assertThat(
                        AxonServerNamed.evaluate(
                                        Map.of(
                                                "AXON_SERVER",
                                                "127.0.0.1:8124",
                                                "REQUIRE_AXON_SERVER",
                                                "1"))
                                .isDisabled())
                .isFalse();
    }

    @Test
    void skipsWithoutAServer() {
        assertThat(AxonServerNamed.evaluate(Map.of())).matches(it -> it.isDisabled());
        assertThat(AxonServerNamed.evaluate(Map.of("AXON_SERVER", "")))
                .matches(it -> it.isDisabled());
    }

    @Test
    void failsWhereAServerIsRequired() {
        assertThatThrownBy(() -> AxonServerNamed.evaluate(Map.of("REQUIRE_AXON_SERVER", "1")))
                .isInstanceOf(ExtensionConfigurationException.class)
                .hasMessageContaining("REQUIRE_AXON_SERVER");
    }
}
