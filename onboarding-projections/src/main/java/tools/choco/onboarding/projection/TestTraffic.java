package tools.choco.onboarding.projection;

/** Tells traffic that is no user's from the rest. */
public final class TestTraffic {

    private TestTraffic() {}

    /** Whether a session of that source is left out of numbers and lists unless asked for. */
    public static boolean isTest(String source) {
        return source.startsWith("test-") || source.equals("demo");
    }
}
