/** The stream out, beside a client that only publishes. */
@NullMarked
package tools.choco.onboarding.bench.stream;

import org.jspecify.annotations.NullMarked;
