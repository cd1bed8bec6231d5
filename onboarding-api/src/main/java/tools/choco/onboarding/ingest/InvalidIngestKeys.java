package tools.choco.onboarding.ingest;

/** The keys of other systems cannot be used; the message names the entry, never its secret. */
public final class InvalidIngestKeys extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidIngestKeys(String detail) {
        super(detail);
    }
}
