@NullMarked
package tools.choco.onboarding.bench;

import org.jspecify.annotations.NullMarked;
