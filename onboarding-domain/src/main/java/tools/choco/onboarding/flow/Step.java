package tools.choco.onboarding.flow;

import org.jspecify.annotations.Nullable;

/**
 * A step of a flow.
 *
 * @param key kebab-case, unique within the flow
 * @param title as shown to the user
 * @param kind what it asks for
 * @param ordinal position in the flow, from 1
 * @param required whether the session cannot complete without it; a required step is never
 *     skippable
 * @param skippable whether the user may skip it
 * @param answerSchema JSON Schema (2020-12) of the answers as JSON text; null unless the kind is
 *     FORM
 */
public record Step(
        String key,
        String title,
        StepKind kind,
        int ordinal,
        boolean required,
        boolean skippable,
        @Nullable String answerSchema) {}
