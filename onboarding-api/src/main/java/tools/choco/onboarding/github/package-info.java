/**
 * The GitHub accounts that users link. A token comes in once, is kept sealed, and leaves for the
 * host only.
 */
@NullMarked
package tools.choco.onboarding.github;

import org.jspecify.annotations.NullMarked;
