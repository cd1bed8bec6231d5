package tools.choco.onboarding.ctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends a file with the history of another system. */
@Command(
        name = "ingest",
        header = "Send a file of another system's events, one JSON object a line.",
        description = {
            "",
            "Sends the file in signed batches, one after the other. How far it has come stands in"
                    + " FILE.ingested, so"
                    + " that a run that was broken off goes on there; an event that is sent again"
                    + " is recognised by its id and"
                    + " counted as a repeat. A line that is refused is reported with its number;"
                    + " the others go on.",
            "",
            "While the service does not answer or is overloaded, a batch is sent again."
        },
        footer = {
            "",
            "Examples:",
            "  A history, to a service in the 'local' profile:",
            "    onboardingctl ingest history.ndjson",
            "",
            "  With the key of the source, and the refused lines in a file:",
            "    ONBOARDING_INGEST_SECRET=whsec_... onboardingctl ingest history.ndjson --refused"
                    + " refused.tsv",
            "",
            "  From the first line on, once more:",
            "    onboardingctl ingest history.ndjson --restart"
        })
final class IngestCommand implements Callable<Integer> {

    /** Of the {@code local} profile; no secret. */
    private static final String LOCAL_SECRET = "whsec_Zm9yLXRyeWluZy1vdXQtb24tbG9vcGJhY2stb25seSE=";

    @Mixin private ServiceOptions serviceOptions = new ServiceOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "FILE", description = "The events, as NDJSON.")
    private Path file = Path.of("history.ndjson");

    @Option(
            names = "--secret",
            paramLabel = "SECRET",
            defaultValue = "${env:ONBOARDING_INGEST_SECRET:-" + LOCAL_SECRET + "}",
            description =
                    "The source's key, as whsec_... Default: $ONBOARDING_INGEST_SECRET, else that"
                            + " of the 'local' profile.")
    private String secret = LOCAL_SECRET;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Events in one request, at most 5000. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--restart", description = "Begin with the first line, whatever was sent.")
    private boolean restart;

    @Option(
            names = "--refused",
            paramLabel = "FILE",
            description = "Append a line 'number TAB code TAB detail' for each refused line.")
    private @Nullable Path refusedFile;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "How long a batch is sent again while the service does not take it. Default:"
                            + " ${DEFAULT-VALUE}.")
    private long patienceSeconds;

    @Option(names = "--json", description = "Print the counts as JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        requireWithin("--batch", batch, 1, 5_000);
        requireWithin("--patience", patienceSeconds, 0, 86_400);
        long size = sizeOf(file);
        try (Service service = serviceOptions.service();
                RefusedLines refused = RefusedLines.to(refusedFile);
                Progress progress = Progress.of("bytes", size)) {
            Backfill backfill =
                    new Backfill(
                            service,
                            signer(),
                            Duration.ofSeconds(patienceSeconds),
                            batch,
                            progress,
                            refused);
            Backfill.Result result = backfill.run(file, restart);
            report(result, refused);
            return result.refused() == 0 ? 0 : CommandFailure.REFUSED;
        }
    }

    private void report(Backfill.Result result, RefusedLines refused) {
        var out = spec.commandLine().getOut();
        if (json) {
            var counts =
                    Service.JSON
                            .createObjectNode()
                            .put("lines", result.lines())
                            .put("accepted", result.accepted())
                            .put("repeated", result.repeated())
                            .put("refused", result.refused())
                            .put("firstLine", result.firstLine())
                            .put("durationMs", result.duration().toMillis());
            var lines = counts.putArray("refusals");
            for (RefusedLines.Line line : refused.first()) {
                lines.addObject()
                        .put("line", line.number())
                        .put("code", line.code())
                        .put("detail", line.detail());
            }
            out.println(counts);
            return;
        }
        for (RefusedLines.Line line : refused.first()) {
            out.printf("line %d: %s: %s%n", line.number(), line.code(), line.detail());
        }
        long more = result.refused() - refused.first().size();
        if (more > 0) {
            out.printf("and %d more; --refused FILE keeps them all%n", more);
        }
        out.printf(
                Locale.ROOT,
                "%d accepted, %d repeated, %d refused of %d lines from line %d on, in %.1f s (%.0f"
                        + " events/s)%n",
                result.accepted(),
                result.repeated(),
                result.refused(),
                result.lines(),
                result.firstLine(),
                result.duration().toMillis() / 1_000.0,
                result.lines() * 1_000.0 / Math.max(1, result.duration().toMillis()));
    }

    private Signer signer() {
        try {
            return Signer.of(secret);
        } catch (IllegalArgumentException unusable) {
            throw serviceOptions.usage("--secret: it is not whsec_ and a key in base64");
        }
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException missing) {
            throw CommandFailure.failed("file_unreadable: cannot read " + file);
        }
    }

    private void requireWithin(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw serviceOptions.usage(
                    "%s: %d is not between %d and %d".formatted(option, value, min, max));
        }
    }
}
