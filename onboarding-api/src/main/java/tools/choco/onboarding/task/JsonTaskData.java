package tools.choco.onboarding.task;

import com.github.kagkarlsson.scheduler.serializer.Serializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Data of tasks as JSON: an operator can read them, and a later version of the service too. */
final class JsonTaskData implements Serializer {

    private static final byte[] NONE = {};

    private final JsonMapper json = new JsonMapper();

    @Override
    public byte[] serialize(@Nullable Object data) {
        return data == null ? NONE : json.writeValueAsBytes(data);
    }

    @Override
    @SuppressWarnings("NullAway") // Null is what the scheduler hands to a task without data.
    public <T> T deserialize(Class<T> type, byte @Nullable [] data) {
        return data == null || data.length == 0 || type == Void.class
                ? null
                : json.readValue(data, type);
    }
}
