package tools.choco.onboarding.site;

import java.util.Set;
import java.util.regex.Pattern;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;

/**
 * Name of a site in its address.
 *
 * @param value 3 to 40 characters: lower-case letters, digits and single hyphens; begins with a
 *     letter, ends with a letter or digit
 */
public record Slug(String value) {

    /** Fewest characters. */
    public static final int LENGTH_MIN = 3;

    /** Most characters. */
    public static final int LENGTH_MAX = 40;

    private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    /** Names that are ours, on the sites' address or where a reader would take them for ours. */
    private static final Set<String> RESERVED =
            Set.of(
                    "about",
                    "account",
                    "admin",
                    "api",
                    "app",
                    "assets",
                    "auth",
                    "cdn",
                    "choco",
                    "dashboard",
                    "docs",
                    "favicon",
                    "git",
                    "health",
                    "help",
                    "hooks",
                    "internal",
                    "local",
                    "localhost",
                    "login",
                    "logout",
                    "mail",
                    "metrics",
                    "onboarding",
                    "ops",
                    "public",
                    "robots",
                    "root",
                    "security",
                    "sitemap",
                    "sites",
                    "slugs",
                    "static",
                    "status",
                    "support",
                    "system",
                    "users",
                    "welcome",
                    "well-known",
                    "www");

    /**
     * A slug as a client sent it.
     *
     * @throws Refused with {@code SLUG_INVALID} if it has another form, with {@code SLUG_RESERVED}
     *     if no site may have it
     */
    public static Slug parse(String value) {
        if (value.length() < LENGTH_MIN
                || value.length() > LENGTH_MAX
                || !FORM.matcher(value).matches()) {
            throw Refused.because(
                    Refusal.SLUG_INVALID,
                    "A slug has 3 to 40 lower-case letters, digits and single hyphens, and begins"
                            + " with a letter.");
        }
        if (RESERVED.contains(value)) {
            throw Refused.because(Refusal.SLUG_RESERVED, "That slug is reserved.");
        }
        return new Slug(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
