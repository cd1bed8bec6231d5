/** The manifest: what a flow asks, as the front end needs it to draw the steps. */
@NullMarked
package tools.choco.onboarding.flow.http;

import org.jspecify.annotations.NullMarked;
