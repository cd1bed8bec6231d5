/**
 * The default host: git repositories and rendered sites in a directory, served on a port of their
 * own, so that nothing a user writes shares an origin with the API.
 */
@NullMarked
package tools.choco.onboarding.hosting.local;

import org.jspecify.annotations.NullMarked;
