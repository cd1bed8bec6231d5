package tools.choco.onboarding.siteview;

import java.util.Locale;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SagaKind;
import tools.choco.onboarding.projection.BrokenHistory;
import tools.choco.onboarding.projection.LoggedEvent;

/** The words that the tables have for the values of the schema, for instance {@code user_git}. */
final class Word {

    private Word() {}

    static String of(HostingMode mode, LoggedEvent event) {
        return word(mode, "HOSTING_MODE_", event);
    }

    static String of(LifecycleStage stage, LoggedEvent event) {
        return word(stage, "LIFECYCLE_STAGE_", event);
    }

    static String of(ProvisioningState state, LoggedEvent event) {
        return word(state, "PROVISIONING_STATE_", event);
    }

    static String of(SagaKind kind, LoggedEvent event) {
        return word(kind, "SAGA_KIND_", event);
    }

    static String of(ErrorKind kind, LoggedEvent event) {
        return word(kind, "ERROR_KIND_", event);
    }

    static String of(DeployStatus status, LoggedEvent event) {
        return word(status, "DEPLOY_STATUS_", event);
    }

    private static String word(Enum<?> value, String prefix, LoggedEvent event) {
        String name = value.name();
        if (!name.startsWith(prefix) || name.endsWith("_UNSPECIFIED")) {
            throw new BrokenHistory(event, "one of its values is of a newer schema");
        }
        return name.substring(prefix.length()).toLowerCase(Locale.ROOT);
    }
}
