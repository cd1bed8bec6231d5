/** Durable tasks: work and deadlines that live in the database and outlive the process. */
@NullMarked
package tools.choco.onboarding.task;

import org.jspecify.annotations.NullMarked;
