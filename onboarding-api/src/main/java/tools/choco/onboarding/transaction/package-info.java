/**
 * Work of ours that commits together with Axon's: rows, saga, token and scheduled task, all or
 * nothing.
 */
@NullMarked
package tools.choco.onboarding.transaction;

import org.jspecify.annotations.NullMarked;
