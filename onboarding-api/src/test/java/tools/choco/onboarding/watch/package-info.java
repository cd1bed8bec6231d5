/** Streams over HTTP, between instances, and through failures. */
@NullMarked
package tools.choco.onboarding.watch;

import org.jspecify.annotations.NullMarked;
