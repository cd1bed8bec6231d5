package tools.choco.onboarding.axonserver;

/** Settings of the profile. */
final class AxonServerProfile {

    private AxonServerProfile() {}

    static String[] at(String address) {
        return new String[] {
            "spring.profiles.active=local,axonserver",
            "onboarding.axon-server.servers=" + address,
            "onboarding.axon-server.reconnect-interval=PT0.2S"
        };
    }
}
