package tools.choco.onboarding.launch;

import java.lang.management.ManagementFactory;

/** What this process is called among those that share its database. */
public final class Instance {

    /** The server cuts the names of sessions here. */
    private static final int SESSION_LENGTH_MAX = 63;

    private static final String PREFIX = "onboarding ";

    private Instance() {}

    /** Process id and host; claims of segments carry it. */
    public static String name() {
        return ManagementFactory.getRuntimeMXBean().getName();
    }

    /** How the database sessions of an instance are called, {@code application_name}. */
    public static String session(String name) {
        String session = PREFIX + name;
        return session.substring(0, Math.min(session.length(), SESSION_LENGTH_MAX));
    }
}
