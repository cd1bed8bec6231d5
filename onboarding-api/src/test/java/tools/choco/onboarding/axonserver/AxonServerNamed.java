package tools.choco.onboarding.axonserver;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs tests where {@code AXON_SERVER} names a real server, as {@code host:port}. Where it does not
 * it says so, and with {@code REQUIRE_AXON_SERVER=1} fails them.
 */
public final class AxonServerNamed implements ExecutionCondition {

    private static final String MISSING =
            "PROFILE axonserver IS NOT TESTED against a real Axon Server: AXON_SERVER=host:port names none";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext test) {
        ConditionEvaluationResult result = evaluate(System.getenv());
        if (result.isDisabled()) {
            System.err.println("\n*** " + MISSING + " ***\n");
        }
        return result;
    }

    static ConditionEvaluationResult evaluate(Map<String, String> environment) {
        if (address(environment).isPresent()) {
            return ConditionEvaluationResult.enabled("AXON_SERVER names one");
        }
        if ("1".equals(environment.get("REQUIRE_AXON_SERVER"))) {
            throw new ExtensionConfigurationException(
                    MISSING + ", and REQUIRE_AXON_SERVER asks for one");
        }
        return ConditionEvaluationResult.disabled(MISSING);
    }

    static Optional<String> address(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("AXON_SERVER")).filter(it -> !it.isBlank());
    }
}
