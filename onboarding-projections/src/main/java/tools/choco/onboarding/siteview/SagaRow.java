package tools.choco.onboarding.siteview;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row of {@code provisioning_sagas}. */
record SagaRow(
        String siteId,
        String state,
        int attempt,
        @Nullable String lastError,
        @Nullable String errorKind,
        String sagaKind,
        Instant updatedAt) {

    static SagaRow begun(String siteId, int attempt, String sagaKind, Instant at) {
        return new SagaRow(siteId, "requested", attempt, null, null, sagaKind, at);
    }

    SagaRow movedTo(String next, int itsAttempt, Instant at) {
        return new SagaRow(siteId, next, itsAttempt, lastError, errorKind, sagaKind, at);
    }

    SagaRow failed(String kind, String message) {
        return new SagaRow(siteId, state, attempt, message, kind, sagaKind, updatedAt);
    }
}
