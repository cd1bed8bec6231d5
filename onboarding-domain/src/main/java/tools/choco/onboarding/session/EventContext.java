package tools.choco.onboarding.session;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventMetadata;

/**
 * What the log says about an event beside its payload.
 *
 * @param eventId its id
 * @param revision number of the event within its session, from 1
 * @param metadata see {@link EventMetadata}
 */
record EventContext(String eventId, long revision, Map<String, ?> metadata) {

    String actor() {
        return text(EventMetadata.ACTOR, "");
    }

    @Nullable String idempotencyKey() {
        return metadata.get(EventMetadata.IDEMPOTENCY_KEY) instanceof String key ? key : null;
    }

    String requestHash() {
        return text(EventMetadata.REQUEST_HASH, "");
    }

    private String text(String name, String otherwise) {
        return metadata.get(name) instanceof String value ? value : otherwise;
    }
}
