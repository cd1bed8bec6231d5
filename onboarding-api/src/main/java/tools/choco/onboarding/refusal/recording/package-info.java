/** Takes note of what users are refused, beside the answer that tells them. */
@NullMarked
package tools.choco.onboarding.refusal.recording;

import org.jspecify.annotations.NullMarked;
