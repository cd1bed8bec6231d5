package tools.choco.onboarding.sessionview;

/**
 * A version of a flow that sessions were offered.
 *
 * @param flowId the flow
 * @param flowVersion its version, from 1
 */
public record FlowVersion(String flowId, int flowVersion) {}
