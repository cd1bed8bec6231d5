package tools.choco.onboarding.projection;

/** Text that came from a client, as the read models keep it. */
public final class StoredText {

    private StoredText() {}

    /**
     * The text with NUL replaced, for which PostgreSQL has no place: one such event must not stop a
     * read model. Queries ask for the same form.
     */
    public static String of(String text) {
        return text.replace('\0', '\uFFFD');
    }
}
