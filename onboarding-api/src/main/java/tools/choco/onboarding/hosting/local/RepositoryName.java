package tools.choco.onboarding.hosting.local;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Name of a repository; as on GitHub, upper and lower case are the same.
 *
 * @param owner name of an account
 * @param name within the account
 */
record RepositoryName(String owner, String name) {

    private static final Pattern FORM =
            Pattern.compile(
                    "([A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})/([A-Za-z0-9_-][A-Za-z0-9._-]{0,99})");

    /** Reads {@code owner/name}; nothing if it is no such name. */
    static Optional<RepositoryName> parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches() && !form.group(2).toLowerCase(Locale.ROOT).endsWith(".git")
                ? Optional.of(new RepositoryName(form.group(1), form.group(2)))
                : Optional.empty();
    }

    /** The same for all spellings. */
    String key() {
        return (owner + "/" + name).toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return owner + "/" + name;
    }
}
