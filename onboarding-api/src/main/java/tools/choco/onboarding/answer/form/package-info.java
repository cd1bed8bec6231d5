/**
 * What JSON says about answers: their canonical text, and whether they follow a step's JSON Schema.
 *
 * <p>Bodies and schemas come in as JSON; canonical answers and issues leave. Nothing here repeats a
 * value in a message, and nothing is ever loaded from elsewhere.
 */
@NullMarked
package tools.choco.onboarding.answer.form;

import org.jspecify.annotations.NullMarked;
