package tools.choco.onboarding.wiring;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How instances share the processors.
 *
 * @param claimTimeout silence of an instance after which others take over its segments
 */
@Validated
@ConfigurationProperties("onboarding.processors")
record ProcessorSettings(@DefaultValue("PT10S") Duration claimTimeout) {

    ProcessorSettings {
        if (claimTimeout.toMillis() < 500) {
            throw new IllegalArgumentException(
                    "onboarding.processors.claim-timeout is at least 500 ms");
        }
    }

    /** Pause before a claim is renewed. */
    Duration claimExtension() {
        return claimTimeout.dividedBy(2);
    }
}
