package tools.choco.onboarding.ingest;

import tools.choco.onboarding.external.ExternalEvent;

/** One member of a batch, as far as it could be read. */
sealed interface Incoming {

    /** Place in the batch, from 0. */
    int index();

    /** An event that says all that it has to. */
    record Event(int index, String source, String sessionId, ExternalEvent event)
            implements Incoming {}

    /** Something that cannot be taken. */
    record Refused(int index, RefusalCode code, String detail) implements Incoming {}
}
