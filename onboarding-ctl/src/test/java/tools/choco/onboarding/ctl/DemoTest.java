package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.ctl.Counterpart.Seen;
import tools.choco.onboarding.ctl.DemoSites.Fate;
import tools.choco.onboarding.ctl.Tally.Ending;

class DemoTest {

    private static final int USERS = 400;
    private static final long SEED = 42;

    @TempDir private Path directory;

    @Test
    void bringsEveryStoryToAnEnd() throws Exception {
        Run run = play(new OnboardingScript(0), 8);

        assertThat(run.tally().ended()).isEqualTo(USERS);
        assertThat(run.tally().firstTrouble()).isNull();
        assertThat(run.tally().ended(Ending.STUCK)).isZero();
        assertThat(run.tally().ended(Ending.COMPLETED)).isPositive();
        assertThat(run.tally().ended(Ending.SITE_ASKED)).isGreaterThan(USERS / 4);
        assertThat(run.tally().ended(Ending.SITE_OPEN)).isPositive();
        assertThat(run.tally().ended(Ending.DROPPED)).isPositive();
        assertThat(run.tally().sessions()).isGreaterThan(USERS);
        assertThat(run.tally().replayed()).isPositive();
        assertThat(run.tally().refusals()).containsOnlyKeys("answers_invalid", "requirements_open");
        assertThat(run.funnel().complete()).isTrue();
        assertThat(run.funnel().answer().path("started").longValue())
                .isEqualTo(run.tally().sessions());
        assertThat(run.routes())
                .contains(
                        "/onboarding/start",
                        "/onboarding/step",
                        "/onboarding/step/skip",
                        "/onboarding/step/reopen",
                        "/onboarding/path",
                        "/onboarding/reset",
                        "/onboarding/complete");
    }

    @Test
    void behavesTheSameForTheSameSeedHoweverItIsServed() throws Exception {
        OnboardingScript calm = new OnboardingScript(0);
        OnboardingScript rough = new OnboardingScript(7);

        play(calm, 1);
        Run run = play(rough, 16);

        assertThat(run.retries()).isPositive();
        assertThat(rough.stories()).isEqualTo(calm.stories());
    }

    @Test
    void journalsWhatWasAcknowledgedAndRepeatsItUnderItsKey() throws Exception {
        OnboardingScript rough = new OnboardingScript(5);

        Run run = play(rough, 8);

        assertThat(run.journal())
                .allMatch(
                        line ->
                                line.matches(
                                        "[0-9a-f-]{36}\t/(onboarding|sites|users)/[a-z0-9/-]+\t20[012]"));
        Set<String> keys =
                run.journal().stream()
                        .map(line -> line.substring(0, line.indexOf('\t')))
                        .collect(Collectors.toSet());
        // Silence was outlasted every time, so all that had an effect was acknowledged in the end.
        assertThat(keys).isEqualTo(rough.effects().keySet());
        assertThat(rough.effects().values()).containsOnly(1);
        assertThat(run.tally().acknowledged()).isEqualTo(run.journal().size());
        assertThat(run.seen())
                .filteredOn(request -> !request.method().equals("GET"))
                .filteredOn(request -> !request.route().equals("/local/token"))
                .allMatch(request -> !request.key().isEmpty());
    }

    @Test
    void waitsForTheSitesAndTellsWhatBecameOfThem() throws Exception {
        OnboardingScript script = new OnboardingScript(0);

        Run run = play(script, 8);

        assertThat(run.sites())
                .containsOnlyKeys(Fate.LIVE, Fate.PARKED, Fate.FAILED, Fate.WELCOME)
                .isEqualTo(script.fates());
        assertThat(DemoSites.table(run.sites()).lines())
                .hasSize(5)
                .contains("%6d  failed".formatted(run.sites().get(Fate.FAILED)));
    }

    @Test
    void drawsTheFunnelOnlyWhenItHoldsTheLastEvent() throws Exception {
        OnboardingScript script = new OnboardingScript(0);

        Run run = play(script, 8);

        assertThat(run.funnel().answer().path("asOf").path("position").asString())
                .isEqualTo(Integer.toString(script.effects().size()));
    }

    @Test
    void tellsItsProgressInLinesWhereNothingCanBeRedrawn() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Progress progress =
                Progress.inLines(
                        new PrintStream(out, true, StandardCharsets.UTF_8), "users", 300)) {
            progress.begin();
            for (int i = 0; i < 300; i++) {
                progress.note("busy");
                progress.step();
            }
        }

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .hasSize(10)
                .startsWith("users: 30 of 300")
                .endsWith("users: 300 of 300");
    }

    private Run play(OnboardingScript script, int concurrency)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile(directory, "journal", ".tsv");
        PrintStream nowhere =
                new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try (Counterpart counterpart = new Counterpart(script);
                Service service = new Service(counterpart.address());
                Journal journal = Journal.at(file);
                Progress progress = Progress.inLines(nowhere, "users", USERS)) {
            Patience patience =
                    new Patience(service, Duration.ofSeconds(60), Clock.systemUTC(), pause -> {});
            Demo demo = new Demo(service, patience, pause -> {}, Clock.systemUTC(), journal);
            Demo.Outcome outcome = demo.play(USERS, concurrency, SEED, progress);
            return new Run(
                    demo.tally(),
                    outcome.funnel(),
                    outcome.sites(),
                    patience.retries(),
                    Files.readAllLines(file),
                    counterpart.seen());
        }
    }

    private record Run(
            Tally tally,
            Demo.Funnel funnel,
            Map<DemoSites.Fate, Integer> sites,
            long retries,
            List<String> journal,
            List<Seen> seen) {

        Set<String> routes() {
            return seen.stream().map(Seen::route).collect(Collectors.toSet());
        }
    }
}
