/** What operators see of the stream out, and can do to it. */
@NullMarked
package tools.choco.onboarding.ops.stream;

import org.jspecify.annotations.NullMarked;
