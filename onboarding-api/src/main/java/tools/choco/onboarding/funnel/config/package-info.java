/**
 * Funnels as configuration: YAML files that ship with the service or lie in a directory.
 *
 * <p>Files come in at the start, and an invalid one stops it; what leaves are definitions.
 */
@NullMarked
package tools.choco.onboarding.funnel.config;

import org.jspecify.annotations.NullMarked;
