package tools.choco.onboarding.axonserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import tools.choco.onboarding.eventlog.testing.FakeAxonServer;

/** Profile {@code axonserver} against a fake: proves our side of the protocol, and nothing else. */
class FakeAxonServerEndToEndTest extends EndToEnd {

    private final FakeAxonServer server = FakeAxonServer.started();

    @Override
    String[] settings() {
        return AxonServerProfile.at(server.address());
    }

    @AfterAll
    @Override
    void end() {
        super.end();
        try (server) {
            assertThat(server.handledBy()).hasSizeGreaterThanOrEqualTo(2);
            assertThat(server.events()).isNotEmpty();
        }
    }
}
