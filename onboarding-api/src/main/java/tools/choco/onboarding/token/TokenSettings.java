package tools.choco.onboarding.token;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Whose bearer tokens are accepted.
 *
 * @param issuerUri issuer of the tokens; needed outside the {@code local} profile
 * @param jwkSetUri where the issuer's keys are; found through the issuer's metadata if it is not
 *     given
 * @param audience audience a token must name
 * @param clockSkew how far the issuer's clock may be off
 * @param verifiedFor how long a signature that was found good is taken for good, and so how long a
 *     key that its issuer withdraws may still be accepted; 0 verifies each time
 * @param verifiedMax tokens so remembered at most
 */
@Validated
@ConfigurationProperties("onboarding.token")
public record TokenSettings(
        @Nullable String issuerUri,
        @Nullable String jwkSetUri,
        @DefaultValue("choco-onboarding") @NotBlank String audience,
        @DefaultValue("PT30S") Duration clockSkew,
        @DefaultValue("PT1M") @DurationMin(seconds = 0) @DurationMax(hours = 1)
                Duration verifiedFor,
        @DefaultValue("10000") @Min(0) int verifiedMax) {}
