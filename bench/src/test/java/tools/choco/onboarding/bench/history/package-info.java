@NullMarked
package tools.choco.onboarding.bench.history;

import org.jspecify.annotations.NullMarked;
