/**
 * The work of provisioning: durable tasks, one for each hop of a site, that call the host and
 * report to the site; what starts them, and what watches them.
 */
@NullMarked
package tools.choco.onboarding.provisioning;

import org.jspecify.annotations.NullMarked;
