package tools.choco.onboarding;

import java.util.Locale;
import java.util.regex.Pattern;

/** The kebab-case keys by which flows, steps and paths are named. */
public final class Keys {

    /** Longest key, in characters. */
    public static final int KEY_LENGTH_MAX = 64;

    private static final Pattern KEBAB = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private Keys() {}

    /** Whether {@code key} is kebab-case and not too long. */
    public static boolean isKey(String key) {
        return key.length() <= KEY_LENGTH_MAX && KEBAB.matcher(key).matches();
    }

    /**
     * The stored form of a key that came in as kebab-case, snake_case or camelCase; what is none of
     * these comes back as no key would look, and so matches nothing.
     */
    public static String canonical(String key) {
        return HUMP.matcher(key).replaceAll("-").replace('_', '-').toLowerCase(Locale.ROOT);
    }
}
