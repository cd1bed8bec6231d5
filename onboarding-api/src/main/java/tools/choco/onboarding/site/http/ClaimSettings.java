package tools.choco.onboarding.site.http;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Limits of the claims on slugs, which are never given back.
 *
 * @param sitesPerSessionMax sites that a session may ask for
 */
@Validated
@ConfigurationProperties("onboarding.claims")
public record ClaimSettings(@DefaultValue("20") @Min(1) @Max(1_000) int sitesPerSessionMax) {}
