package tools.choco.onboarding.evaluation;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.choco.onboarding.events.v1.StepKind;
import tools.choco.onboarding.funnel.Condition;
import tools.choco.onboarding.funnel.Dimension;
import tools.choco.onboarding.funnel.EventRule;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.Order;
import tools.choco.onboarding.funnel.Sessions;
import tools.choco.onboarding.funnel.StageRule;
import tools.choco.onboarding.funnel.StepRule;
import tools.choco.onboarding.funnel.Window;

/** Funnels that together use everything that a definition can say. */
public final class Funnels {

    /** As it ships. */
    public static final FunnelDefinition ONBOARDING =
            new FunnelDefinition(
                    "onboarding",
                    "Onboarding",
                    Sessions.OWN,
                    List.of(
                            StageRule.of("started", event("onboarding.started")),
                            StageRule.eachStep(new StepRule.OfKind(StepKind.STEP_KIND_FORM)),
                            ofStep(
                                    "path_selected",
                                    StepKind.STEP_KIND_PATH,
                                    "onboarding.path_selected"),
                            ofStep(
                                    "site_requested",
                                    StepKind.STEP_KIND_SITE,
                                    "site.provision_requested"),
                            ofStep(
                                    "site_live",
                                    StepKind.STEP_KIND_SITE,
                                    "site.provision_completed",
                                    "site.welcome_provisioned"),
                            StageRule.of("completed", event("onboarding.completed"))),
                    List.of(),
                    List.of(
                            any("flow"),
                            any("version"),
                            any("variant"),
                            new Dimension("source", "", Set.of("web", "docs", "test-load")),
                            any("path"),
                            any("hosting")),
                    Order.ANY,
                    false,
                    Window.MONTH,
                    "hash");

    /** As it ships. */
    public static final FunnelDefinition PORTAL =
            new FunnelDefinition(
                    "portal",
                    "Portal",
                    new Sessions(Set.of("hosting-portal", "partner-portal")),
                    List.of(
                            StageRule.of("onboarding.started", event("onboarding.started")),
                            StageRule.of("domain.validated", event("domain.validated")),
                            StageRule.of("dns.applied", event("dns.applied")),
                            StageRule.of("account.created", event("account.created")),
                            new StageRule(
                                    "infra.synced",
                                    List.of(event("infra.synced")),
                                    null,
                                    Window.UNLIMITED,
                                    new EventRule(
                                            "onboarding.completed",
                                            List.of(
                                                    new Condition(
                                                            "data.infra_status",
                                                            true,
                                                            Set.of("ok"))))),
                            StageRule.of("onboarding.completed", event("onboarding.completed"))),
                    List.of(StageRule.of("onboarding.failed", event("onboarding.failed"))),
                    List.of(any("service"), new Dimension("plan", "data.plan", Set.of("basic"))),
                    Order.ANY,
                    true,
                    Window.WEEK,
                    "hash");

    /** Of sites: a first stage that is not the session's start, conditions, windows, an exit. */
    public static final FunnelDefinition SITES =
            new FunnelDefinition(
                    "sites",
                    "Sites",
                    Sessions.OWN,
                    List.of(
                            StageRule.of(
                                    "requested",
                                    event(
                                            "site.provision_requested",
                                            in("hosting_mode", "user_git"))),
                            new StageRule(
                                    "hosted",
                                    List.of(
                                            event(
                                                    "site.state_changed",
                                                    in("to_state", "vercel_created"),
                                                    not("attempt", "3"))),
                                    null,
                                    Window.THREE_DAYS,
                                    null),
                            new StageRule(
                                    "tools_chosen",
                                    List.of(
                                            event(
                                                    "onboarding.step_completed",
                                                    in("step_id", "tools"))),
                                    new StepRule.Named("tools"),
                                    Window.WEEK,
                                    null),
                            new StageRule(
                                    "live",
                                    List.of(event("site.state_changed", in("to_state", "live"))),
                                    null,
                                    Window.UNLIMITED,
                                    null)),
                    List.of(StageRule.of("given_up", event("onboarding.reset"))),
                    List.of(any("hosting")),
                    Order.STRICT,
                    false,
                    Window.UNLIMITED,
                    "hash");

    /** Of another service, in order, with windows, and one event for two stages. */
    public static final FunnelDefinition DOMAINS =
            new FunnelDefinition(
                    "domains",
                    "Domains",
                    new Sessions(Set.of("hosting-portal")),
                    List.of(
                            StageRule.of("validated", event("domain.validated")),
                            new StageRule(
                                    "applied",
                                    List.of(event("dns.applied"), event("infra.synced")),
                                    null,
                                    Window.DAY,
                                    null),
                            new StageRule(
                                    "synced",
                                    List.of(event("infra.synced"), event("account.created")),
                                    null,
                                    Window.SIX_HOURS,
                                    null),
                            StageRule.of(
                                    "done",
                                    event(
                                            "onboarding.completed",
                                            in("data.infra_status", "ok", "failed")))),
                    List.of(StageRule.of("failed", event("onboarding.failed"))),
                    List.of(),
                    Order.ORDERED,
                    false,
                    Window.DAY,
                    "hash");

    public static final List<FunnelDefinition> ALL = List.of(ONBOARDING, PORTAL, SITES, DOMAINS);

    private Funnels() {}

    private static EventRule event(String type, Condition... conditions) {
        return new EventRule(type, List.of(conditions));
    }

    private static Condition in(String field, String... values) {
        return new Condition(field, false, Set.of(values));
    }

    private static Condition not(String field, String value) {
        return new Condition(field, true, Set.of(value));
    }

    private static Dimension any(String name) {
        return new Dimension(name, "", Set.of());
    }

    private static StageRule ofStep(String stage, StepKind kind, String... events) {
        return new StageRule(
                stage,
                Stream.of(events).map(Funnels::event).toList(),
                new StepRule.OfKind(kind),
                Window.UNLIMITED,
                null);
    }
}
