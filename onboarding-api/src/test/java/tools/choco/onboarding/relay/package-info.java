/** The relay beside a real NATS server and a real log. */
@NullMarked
package tools.choco.onboarding.relay;

import org.jspecify.annotations.NullMarked;
