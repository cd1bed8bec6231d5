package tools.choco.onboarding.eventlog;

import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.SimpleSerializedType;

/** What an event is, as far as its stored names go. */
record EventKind(String aggregateType, String payloadType, String payloadRevision) {

    SerializedType serializedType() {
        return new SimpleSerializedType(payloadType, payloadRevision);
    }
}
