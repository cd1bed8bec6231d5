/**
 * The HTTP contract as the service shows it: the document itself, and a page to browse it and try
 * it out.
 *
 * <p>What is served is the checked-in file, byte for byte. Both are public and need no other host.
 */
@NullMarked
package tools.choco.onboarding.contract;

import org.jspecify.annotations.NullMarked;
