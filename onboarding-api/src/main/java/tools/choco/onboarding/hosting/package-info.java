/** What a host of sites asks of the rest of the service: who may use git, whom a push concerns. */
@NullMarked
package tools.choco.onboarding.hosting;

import org.jspecify.annotations.NullMarked;
