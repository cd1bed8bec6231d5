/** What all operators' routes share: whatever they change is written down with actor and reason. */
@NullMarked
package tools.choco.onboarding.ops;

import org.jspecify.annotations.NullMarked;
