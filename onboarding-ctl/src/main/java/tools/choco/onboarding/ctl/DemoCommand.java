package tools.choco.onboarding.ctl;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends a crowd of made-up users through onboarding. */
@Command(
        name = "demo",
        header = "Send made-up users through onboarding, draw their funnel and count their sites.",
        description = {
            "",
            "Works against a service in the 'local' profile. Each user has a token of their own"
                    + " and goes by the flow's"
                    + " manifest: some drop off, come back, skip, make mistakes, change their"
                    + " mind or begin again. Every"
                    + " write has an Idempotency-Key and is sent again with it while the service"
                    + " does not answer, so the"
                    + " service may be killed and started again in the middle.",
            "",
            "Users who come to the site step ask for sites: with GitHub linked, without, welcome"
                    + " sites, some of them adopted later, and a few want two sites in one"
                    + " repository, of which one fails. The sites' ends are awaited for a"
                    + " minute.",
            "",
            "The traffic has the source 'demo' and stays out of funnels that do not include test"
                    + " traffic."
        },
        footer = {
            "",
            "Examples:",
            "  Three hundred users, eight at a time:",
            "    onboardingctl demo",
            "",
            "  The same behaviour once more, and a record of every acknowledged write:",
            "    onboardingctl demo --seed 42 --journal acknowledged.tsv"
        })
final class DemoCommand implements Callable<Integer> {

    @Mixin private ServiceOptions serviceOptions = new ServiceOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "300",
            description = "How many users. Default: ${DEFAULT-VALUE}.")
    private int users;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many of them at a time. Default: ${DEFAULT-VALUE}.")
    private int concurrency;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            description =
                    "The same number gives the same behaviour, ids and keys apart. Default:"
                            + " another one each time.")
    private @Nullable Long seed;

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            description =
                    "Append a line 'key TAB route TAB status' at the moment a write is seen"
                            + " acknowledged.")
    private @Nullable Path journalFile;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "How long a request is sent again while the service does not answer."
                            + " Default: ${DEFAULT-VALUE}.")
    private long patienceSeconds;

    @Override
    public Integer call() throws InterruptedException {
        requireWithin("--users", users, 1, 1_000_000);
        requireWithin("--concurrency", concurrency, 1, 1_000);
        requireWithin("--patience", patienceSeconds, 0, 86_400);
        long chosen = seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed;
        var out = spec.commandLine().getOut();
        Clock clock = Clock.systemUTC();
        Instant begun = clock.instant();
        try (Service service = serviceOptions.service();
                Journal journal = journalFile == null ? Journal.none() : Journal.at(journalFile);
                Progress progress = Progress.of("users", users)) {
            Patience patience =
                    new Patience(
                            service,
                            Duration.ofSeconds(patienceSeconds),
                            clock,
                            pause -> {
                                progress.note("waiting for the service");
                                Thread.sleep(pause);
                            });
            Demo demo = new Demo(service, patience, Thread::sleep, clock, journal);
            Demo.Outcome outcome = demo.play(users, concurrency, chosen, progress);
            Demo.Funnel funnel = outcome.funnel();
            out.println();
            out.println(
                    Demo.summary(
                            demo.tally(),
                            patience,
                            chosen,
                            Duration.between(begun, clock.instant())));
            out.print(FunnelBars.forTerminal().draw(funnel.answer()));
            if (!funnel.complete()) {
                out.println("the funnel is behind: it does not hold everything that happened yet");
            }
            out.println();
            out.print(DemoSites.table(outcome.sites()));
            out.flush();
            String trouble = demo.tally().firstTrouble();
            if (trouble != null) {
                throw CommandFailure.failed(
                        "%d users were refused what they needed, the first with %s"
                                .formatted(demo.tally().ended(Tally.Ending.STUCK), trouble));
            }
            return 0;
        }
    }

    private void requireWithin(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw serviceOptions.usage(
                    "%s: %d is not between %d and %d".formatted(option, value, least, most));
        }
    }
}
