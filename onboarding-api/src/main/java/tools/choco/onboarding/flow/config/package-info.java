/**
 * Flows as configuration: YAML files that ship with the service or lie in a directory.
 *
 * <p>Files come in at the start, and an invalid one stops it; what leaves is the catalogue of the
 * flows offered today and of every version that was ever served, which PostgreSQL remembers.
 */
@NullMarked
package tools.choco.onboarding.flow.config;

import org.jspecify.annotations.NullMarked;
