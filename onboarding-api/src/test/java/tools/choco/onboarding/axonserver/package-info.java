/** The service from end to end, on each of the places that its log can be kept. */
@NullMarked
package tools.choco.onboarding.axonserver;

import org.jspecify.annotations.NullMarked;
