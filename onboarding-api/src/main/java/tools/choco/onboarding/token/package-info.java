/** Bearer tokens: who may call, and the issuer that the {@code local} profile brings along. */
@NullMarked
package tools.choco.onboarding.token;

import org.jspecify.annotations.NullMarked;
