/**
 * What users were refused: a bounded stream of codes beside each session, for those who ask why
 * people drop out.
 */
@NullMarked
package tools.choco.onboarding.refusal;

import org.jspecify.annotations.NullMarked;
