package tools.choco.onboarding.token;

import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
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
 */
@Validated
@ConfigurationProperties("onboarding.token")
public record TokenSettings(
        @Nullable String issuerUri,
        @Nullable String jwkSetUri,
        @DefaultValue("choco-onboarding") @NotBlank String audience,
        @DefaultValue("PT30S") Duration clockSkew) {}
