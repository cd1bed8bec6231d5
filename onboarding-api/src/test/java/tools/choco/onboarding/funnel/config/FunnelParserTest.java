package tools.choco.onboarding.funnel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

class FunnelParserTest {

    private static final String OWN =
            """
            id: sites
            title: Sites
            order: strict
            window: 14d
            stages:
              - stage: requested
                events:
                  - type: site.provision_requested
                    where: [{field: attempt, in: [1, 2]}]
              - stage: tools-done
                events: [onboarding.step_completed]
                step: {id: tools}
                window: 6h
              - stage: live
                events:
                  - site.welcome_provisioned
                  - type: site.state_changed
                    where: [{field: to_state, not: [failed]}]
            exits:
              - stage: given_up
                events: [onboarding.reset]
            dimensions:
              - {name: source, values: [web, docs]}
              - {name: path}
            """;

    private static final String OTHER =
            """
            id: domains
            title: Domains
            services: [hosting-portal]
            order: any
            furthest: true
            stages:
              - {stage: one, events: [any.thing at all]}
              - stage: two
                events: [two]
                notOfferedWhen: {type: three, where: [{field: data.status, not: [ok]}]}
            dimensions:
              - {name: service}
              - {name: plan, field: data.plan, values: [basic]}
            """;

    @TempDir private Path directory;

    @Test
    void shipsTwoFunnels() {
        List<FunnelDefinition> shipped = FunnelFiles.shipped();

        assertThat(shipped)
                .extracting(FunnelDefinition::funnelId)
                .containsExactly("onboarding", "portal");
        FunnelDefinition onboarding = shipped.getFirst();
        assertThat(onboarding.sessions()).isEqualTo(Sessions.OWN);
        assertThat(onboarding.stages())
                .extracting(StageRule::stage)
                .containsExactly(
                        "started", "", "path_selected", "site_requested", "site_live", "completed");
        assertThat(onboarding.dimensionNames())
                .containsExactly("flow", "version", "variant", "source", "path", "hosting");
        assertThat(onboarding.order()).isEqualTo(Order.ANY);
        assertThat(onboarding.furthest()).isFalse();
        FunnelDefinition portal = shipped.getLast();
        assertThat(portal.stages())
                .extracting(StageRule::stage)
                .containsExactly(
                        "onboarding.started",
                        "domain.validated",
                        "dns.applied",
                        "account.created",
                        "infra.synced",
                        "onboarding.completed");
        assertThat(portal.exits())
                .extracting(StageRule::stage)
                .containsExactly("onboarding.failed");
        assertThat(portal.order()).isEqualTo(Order.ANY);
        assertThat(portal.furthest()).isTrue();
    }

    @Test
    void readsAFunnelOfOurOwnSessions() {
        FunnelDefinition funnel = parse(OWN);

        assertThat(funnel)
                .isEqualTo(
                        new FunnelDefinition(
                                "sites",
                                "Sites",
                                Sessions.OWN,
                                List.of(
                                        StageRule.of(
                                                "requested",
                                                new EventRule(
                                                        "site.provision_requested",
                                                        List.of(
                                                                new Condition(
                                                                        "attempt",
                                                                        false,
                                                                        Set.of("1", "2"))))),
                                        new StageRule(
                                                "tools-done",
                                                List.of(event("onboarding.step_completed")),
                                                new StepRule.Named("tools"),
                                                Window.SIX_HOURS,
                                                null),
                                        StageRule.of(
                                                "live",
                                                event("site.welcome_provisioned"),
                                                new EventRule(
                                                        "site.state_changed",
                                                        List.of(
                                                                new Condition(
                                                                        "to_state",
                                                                        true,
                                                                        Set.of("failed")))))),
                                List.of(StageRule.of("given_up", event("onboarding.reset"))),
                                List.of(
                                        new Dimension("source", "", Set.of("web", "docs")),
                                        new Dimension("path", "", Set.of())),
                                Order.STRICT,
                                false,
                                Window.TWO_WEEKS,
                                funnel.hash()));
    }

    @Test
    void readsAFunnelOfAnotherServicesSessions() {
        FunnelDefinition funnel = parse(OTHER);

        assertThat(funnel)
                .isEqualTo(
                        new FunnelDefinition(
                                "domains",
                                "Domains",
                                new Sessions(Set.of("hosting-portal")),
                                List.of(
                                        StageRule.of("one", event("any.thing at all")),
                                        new StageRule(
                                                "two",
                                                List.of(event("two")),
                                                null,
                                                Window.UNLIMITED,
                                                new EventRule(
                                                        "three",
                                                        List.of(
                                                                new Condition(
                                                                        "data.status",
                                                                        true,
                                                                        Set.of("ok")))))),
                                List.of(),
                                List.of(
                                        new Dimension("service", "", Set.of()),
                                        new Dimension("plan", "data.plan", Set.of("basic"))),
                                Order.ANY,
                                true,
                                Window.UNLIMITED,
                                funnel.hash()));
    }

    @Test
    void standsForAStageEachStep() {
        FunnelDefinition funnel =
                parse(
                        OWN.replace("stage: requested", "stage: site_requested")
                                .replace("stage: live", "stage: site_live")
                                .replace(
                                        "  - stage: tools-done",
                                        "  - steps: form\n  - stage: tools_done"));

        assertThat(funnel.stages().get(1))
                .isEqualTo(StageRule.eachStep(new StepRule.OfKind(StepKind.STEP_KIND_FORM)));
    }

    @Test
    void hashesWhatTheNumbersDependOn() {
        String hash = parse(OWN).hash();

        assertThat(hash).matches("[0-9a-f]{64}");
        assertThat(parse("# a comment\n" + OWN).hash()).isEqualTo(hash);
        assertThat(parse(OWN.replace("title: Sites", "title: Other")).hash()).isEqualTo(hash);
        assertThat(parse(OWN.replace("window: 14d", "window: 7d")).hash()).isEqualTo(hash);
        assertThat(parse(OWN.replace("window: 6h", "window: 1h")).hash()).isNotEqualTo(hash);
        assertThat(parse(OWN.replace("[web, docs]", "[web]")).hash()).isNotEqualTo(hash);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    id: sites             | id: Sites            | :1: id: 'Sites' is not kebab-case
                    title: Sites          | name: Sites          | :2: the funnel has no field 'name', only dimensions
                    order: strict         | order: loose         | :3: order: 'loose' is not one of ordered, strict, any
                    order: strict         | furthest: true       | :3: furthest goes with the order any
                    window: 14d           | window: 2d           | :4: window: '2d' is not one of 1h, 6h, 1d, 3d, 7d, 14d, 30d, 90d, unlimited
                    stage: live           | stage: requested     | :14: the stage 'requested' is repeated
                    stage: given_up       | stage: live          | :20: the stage 'live' is repeated
                    stage: live           | stage: Live!         | :14: stage: 'Live!' is not lower-case words
                    stage: live           | steps: form          | :16: 'events' does not go with 'steps'
                    [onboarding.reset]    | [onboarding.rest]    | :21: no event has the type 'onboarding.rest', only onboarding.started
                    [onboarding.reset]    | []                   | :21: there are no events
                    field: to_state       | field: state         | :18: site.state_changed has no field 'state' that could be compared, only site_id
                    field: to_state       | field: occurred_at   | :18: site.state_changed has no field 'occurred_at' that could
                    not: [failed]         | not: [broken]        | :18: to_state is never 'broken', only awaiting_github
                    not: [failed]         | is: failed           | :18: the condition has no field 'is', only field, in, not
                    not: [failed]         | not: [failed], in: [live] | :18: a condition has either 'in' or 'not'
                    step: {id: tools}     | step: {kind: forms}  | :12: kind: 'forms' is not one of form, path, site
                    {name: path}          | {name: plan}         | :24: our own sessions have no dimension 'plan', only flow
                    {name: path}          | {name: source}       | :24: the dimension lacks 'values'
                    {name: path}          | {name: path, field: x} | :24: the dimension 'path' is no field
                    window: 14d           | services: [portal]   | :12: 'step' goes with our own sessions
                    """)
    void refusesWithTheLine(String from, String to, String message) {
        assertThat(OWN).contains(from);
        assertRefused(OWN.replace(from, to), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    , values: [basic]     | ''                   | :13: the dimension lacks 'values'
                    field: data.plan,     | ''                   | :13: the dimension lacks 'field'
                    field: data.plan      | field: data..plan    | :13: field: 'data..plan' is not names
                    [hosting-portal]      | []                   | :3: there are no services
                    order: any            | order: ordered       | :5: furthest goes with the order any
                    """)
    void refusesWithTheLineOfOthersToo(String from, String to, String message) {
        assertThat(OTHER).contains(from);
        assertRefused(OTHER.replace(from, to), message);
    }

    @Test
    void refusesAStageThatCouldBeAStep() {
        assertRefused(
                OWN.replace("  - stage: tools-done", "  - steps: form\n  - stage: tools-done"),
                ":10: beside a stage each step, a stage 'live' could be a step's");
    }

    @Test
    void refusesTooManyStages() {
        String stage = "  - {stage: s%d, events: [onboarding.reset]}\n";
        StringBuilder stages = new StringBuilder("id: many\ntitle: Many\nstages:\n");
        for (int i = 0; i <= FunnelParser.STAGES_MAX; i++) {
            stages.append(stage.formatted(i));
        }

        assertRefused(stages.toString(), ":34: there are more than 30 stages");
    }

    @Test
    void overridesAndAddsFromADirectory() throws IOException {
        Files.writeString(directory.resolve("a.yaml"), OWN);
        Files.writeString(directory.resolve("b.yml"), OWN.replace("id: sites", "id: portal"));
        Files.writeString(directory.resolve("c.txt"), "no funnel");

        assertThat(FunnelFiles.shippedAnd(directory))
                .extracting(FunnelDefinition::funnelId, FunnelDefinition::title)
                .containsExactly(
                        tuple("onboarding", "Onboarding"),
                        tuple("portal", "Sites"),
                        tuple("sites", "Sites"));

        Files.writeString(directory.resolve("d.yaml"), OWN);
        assertThatExceptionOfType(InvalidFunnel.class)
                .isThrownBy(() -> FunnelFiles.shippedAnd(directory))
                .withMessageEndingWith(
                        "d.yaml:1: the funnel 'sites' is repeated, %s has it"
                                .formatted(directory.resolve("a.yaml")));
    }

    private static void assertRefused(String content, String message) {
        assertThatExceptionOfType(InvalidFunnel.class)
                .isThrownBy(() -> parse(content))
                .withMessageStartingWith("funnel.yaml" + message);
    }

    private static FunnelDefinition parse(String content) {
        return FunnelParser.parse("funnel.yaml", content.getBytes(StandardCharsets.UTF_8))
                .definition();
    }

    private static EventRule event(String type) {
        return new EventRule(type, List.of());
    }
}
