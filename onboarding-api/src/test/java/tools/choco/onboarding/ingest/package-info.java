/** Events of other systems, over HTTP and where an order of steps matters. */
@NullMarked
package tools.choco.onboarding.ingest;

import org.jspecify.annotations.NullMarked;
