package tools.choco.onboarding.funnel;

/**
 * A stage as a session was offered it.
 *
 * @param name name of the stage
 * @param step id of the step behind it; empty if there is none
 * @param rule index of its rule among the stages of the funnel
 */
record OfferedStage(String name, String step, int rule) {}
