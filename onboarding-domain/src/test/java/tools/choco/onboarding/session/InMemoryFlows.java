package tools.choco.onboarding.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.flow.Path;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;
import tools.choco.onboarding.flow.Template;

/**
 * Two small flows; the schema of a form is, for {@link FlatForms}, the member that must be there.
 */
final class InMemoryFlows implements FlowCatalog {

    static final Duration RESUME_THRESHOLD = Duration.ofMinutes(30);
    static final Duration IDLE_LIMIT = Duration.ofDays(3);

    private static final List<Path> PATHS =
            List.of(new Path("blog", "A blog"), new Path("docs", "Documentation"));

    /** Ends with a site. */
    static final Flow GUIDED =
            new Flow(
                    "guided",
                    3,
                    "a".repeat(64),
                    "The guided tour",
                    List.of("calm", "bold"),
                    List.of(
                            required("profile", StepKind.FORM, 1, "firstName"),
                            optional("tools", 2, "tools"),
                            required("workspace-hub", StepKind.FORM, 3, "workspaceId"),
                            required("path", StepKind.PATH, 4, null),
                            required("site", StepKind.SITE, 5, null)),
                    PATHS,
                    List.of(
                            new Template("plain", "Plain"),
                            new Template("blog-starter", "Blog"),
                            new Template("docs", "Documentation")),
                    RESUME_THRESHOLD,
                    IDLE_LIMIT);

    /** Has no site. */
    static final Flow QUICK =
            new Flow(
                    "quick",
                    3,
                    "b".repeat(64),
                    "The quick tour",
                    List.of("calm"),
                    List.of(
                            required("profile", StepKind.FORM, 1, "firstName"),
                            optional("tools", 2, "tools"),
                            required("path", StepKind.PATH, 3, null)),
                    PATHS,
                    List.of(),
                    RESUME_THRESHOLD,
                    IDLE_LIMIT);

    private final Map<String, Flow> offered = new HashMap<>();
    private final Map<String, Flow> served = new HashMap<>();

    InMemoryFlows() {
        offer(GUIDED);
        offer(QUICK);
    }

    void offer(Flow flow) {
        offered.put(flow.id(), flow);
        served.put(flow.id() + " " + flow.version(), flow);
    }

    @Override
    public String defaultFlowId() {
        return GUIDED.id();
    }

    @Override
    public Flow offered(String flowId) {
        Flow flow = offered.get(flowId);
        if (flow == null) {
            throw Refused.because(Refusal.FLOW_UNKNOWN, "There is no such flow.");
        }
        return flow;
    }

    @Override
    public Flow served(String flowId, int version) {
        Flow flow = served.get(flowId + " " + version);
        if (flow == null) {
            throw new IllegalStateException("never served");
        }
        return flow;
    }

    private static Step required(String key, StepKind kind, int ordinal, @Nullable String member) {
        return new Step(key, "Step " + key, kind, ordinal, true, false, member);
    }

    private static Step optional(String key, int ordinal, String member) {
        return new Step(key, "Step " + key, StepKind.FORM, ordinal, false, true, member);
    }
}
