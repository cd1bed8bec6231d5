package tools.choco.onboarding.flow;

/** The flows that are offered today, and every version that was ever served. */
public interface FlowCatalog {

    /** Id of the flow that a start without a flow id means. */
    String defaultFlowId();

    /**
     * The version of a flow that is offered today.
     *
     * @throws tools.choco.onboarding.Refused with {@code FLOW_UNKNOWN} if no such flow is
     *     configured
     */
    Flow offered(String flowId);

    /**
     * A version that was served before, whether or not it is still offered.
     *
     * @throws IllegalStateException if it never was: a session cannot have been offered it
     */
    Flow served(String flowId, int version);
}
