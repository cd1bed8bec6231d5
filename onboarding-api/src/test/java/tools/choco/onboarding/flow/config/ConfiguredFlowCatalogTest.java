package tools.choco.onboarding.flow.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.answer.form.JsonAnswerForms;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Step;

class ConfiguredFlowCatalogTest {

    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

    private TestDatabase database;

    @BeforeEach
    void create() {
        database = TestDatabase.create();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void offersWhatIsConfigured() {
        var catalog = catalog(FlowFiles.shipped());
        assertThat(catalog.defaultFlowId()).isEqualTo("default");
        assertThat(catalog.offered("quick").steps()).hasSize(3);
        assertThat(catalog.offered("default").templates()).isNotEmpty();
        assertThat(catalog.offered("quick").templates()).isEmpty();
    }

    @Test
    void refusesAFlowThatIsNotOffered() {
        var catalog = catalog(FlowFiles.shipped());
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> catalog.offered("absent"))
                .satisfies(
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.FLOW_UNKNOWN));
    }

    @Test
    void refusesADefaultFlowThatIsNotConfigured() {
        assertThatExceptionOfType(InvalidFlow.class)
                .isThrownBy(() -> catalog(List.of(Flows.definition("other", 1, "Other"))))
                .withMessage("The default flow 'default' is not among the flows: other");
    }

    @Test
    void stillKnowsAVersionThatIsNoLongerOffered() {
        Flow first = Flows.definition("default", 1, "First").flow();
        catalog(List.of(Flows.definition("default", 1, "First")));
        var catalog = catalog(List.of(Flows.definition("default", 2, "Second")));

        assertThat(catalog.offered("default").version()).isEqualTo(2);
        assertThat(catalog.served("default", 2)).isEqualTo(catalog.offered("default"));
        Flow served = catalog.served("default", 1);
        assertThat(served)
                .usingRecursiveComparison()
                .ignoringFields("steps.answerSchema")
                .isEqualTo(first);
        assertThat(catalog.served("default", 1)).isSameAs(served);
        Step profile = served.step("profile").orElseThrow();
        assertThat(new JsonAnswerForms().check(profile, new Answers("{\"name\":\"too long\"}")))
                .hasSize(1);
    }

    @Test
    void neverServedWhatWasNeverOffered() {
        var catalog = catalog(FlowFiles.shipped());
        assertThatIllegalStateException().isThrownBy(() -> catalog.served("default", 99));
        assertThatIllegalStateException().isThrownBy(() -> catalog.served("absent", 1));
    }

    @Test
    void startsAgainOnTheSameContent() {
        catalog(FlowFiles.shipped());
        catalog(FlowFiles.shipped());
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void refusesOtherContentUnderAVersionThatWasServedAndNotesNothing() {
        catalog(List.of(Flows.definition("default", 1, "First")));
        assertThatExceptionOfType(InvalidFlow.class)
                .isThrownBy(
                        () ->
                                catalog(
                                        List.of(
                                                Flows.definition("added", 1, "Added"),
                                                Flows.definition("default", 1, "Changed"))))
                .satisfies(
                        invalid ->
                                assertThat(invalid.getMessage())
                                        .startsWith("default.yaml:2: the flow 'default' was served")
                                        .contains("as version 1 with other content")
                                        .endsWith("give the changed content a new version"));
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void agreesWhenSeveralInstancesStart() throws Exception {
        Callable<ConfiguredFlowCatalog> start = () -> catalog(FlowFiles.shipped());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<ConfiguredFlowCatalog> each :
                    threads.invokeAll(List.of(start, start, start, start))) {
                assertThat(each.get().offered("quick").steps()).hasSize(3);
            }
        }
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void refusesContentThatWasChangedInTheDatabase() {
        catalog(List.of(Flows.definition("default", 1, "First")));
        JdbcClient.create(database.dataSource())
                .sql("UPDATE flow_versions SET content = jsonb_set(content, '{title}', '\"X\"')")
                .update();
        var catalog = catalog(List.of(Flows.definition("default", 2, "Second")));
        assertThatIllegalStateException()
                .isThrownBy(() -> catalog.served("default", 1))
                .withMessageContaining("has another hash");
    }

    private ConfiguredFlowCatalog catalog(List<FlowDefinition> flows) {
        return new ConfiguredFlowCatalog(
                flows, "default", new PostgresFlowRegistry(database.dataSource(), CLOCK));
    }

    private int count() {
        return JdbcClient.create(database.dataSource())
                .sql("SELECT count(*) FROM flow_versions")
                .query(Integer.class)
                .single();
    }
}
