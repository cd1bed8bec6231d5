/** Reading the log from its start, beside a bare cursor. */
@NullMarked
package tools.choco.onboarding.bench.reading;

import org.jspecify.annotations.NullMarked;
