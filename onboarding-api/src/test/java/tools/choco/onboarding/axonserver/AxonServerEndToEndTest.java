package tools.choco.onboarding.axonserver;

import org.junit.jupiter.api.extension.ExtendWith;

/** Profile {@code axonserver} against the real server that {@code AXON_SERVER} names. */
@ExtendWith(AxonServerNamed.class)
class AxonServerEndToEndTest extends EndToEnd {

    @Override
    String[] settings() {
        return AxonServerProfile.at(AxonServerNamed.address(System.getenv()).orElseThrow());
    }
}
