package tools.choco.onboarding.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelaySettingsTest {

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  "})
    void isOffWithoutAServer(@Nullable String url) {
        assertThat(Relaying.settings(url).isOn()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nats://127.0.0.1:4222",
                " tls://user:secret@nats.example.org ",
                "nats://a:4222, nats://b:4222",
                "wss://nats.example.org/path"
            })
    void takesServers(String url) {
        assertThat(Relaying.settings(url).isOn()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:4222",
                "http://user:secret@nats.example.org",
                "nats://user:secret@",
                "nats://user:secret@a b",
                "nats://a:4222,,nats://user:secret@b:4222",
                "secret"
            })
    void refusesWhatIsNoServerAndQuotesNothing(String url) {
        assertThatThrownBy(() -> Relaying.settings(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("onboarding.nats.url is ")
                .hasMessageNotContaining("secret");
    }

    @Test
    void refusesTimesOutOfBounds() {
        assertThatThrownBy(() -> with(Duration.ofHours(2), Duration.ofSeconds(5)))
                .hasMessage("onboarding.nats.duplicate-window is from PT1S to PT1H");
        assertThatThrownBy(() -> with(Duration.ofMinutes(2), Duration.ZERO))
                .hasMessage("onboarding.nats.acknowledge-timeout is from PT0.1S to PT1M");
    }

    private static RelaySettings with(Duration duplicateWindow, Duration acknowledgeTimeout) {
        return new RelaySettings(
                null,
                null,
                1,
                duplicateWindow,
                2_048,
                1 << 24,
                acknowledgeTimeout,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
    }
}
