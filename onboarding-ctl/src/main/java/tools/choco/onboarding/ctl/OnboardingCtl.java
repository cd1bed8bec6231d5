package tools.choco.onboarding.ctl;

import java.io.PrintWriter;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The command line itself: what there is, how it fails. */
@Command(
        name = "onboardingctl",
        header = "The onboarding service from the command line, over its HTTP API.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = OnboardingCtl.Version.class,
        scope = CommandLine.ScopeType.INHERIT,
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the service refused, or the command failed: one line on standard error says why",
            "2:the command line was not understood",
            "3:the service could not be reached",
            "4:done in part: some were refused or are still parked; they are listed"
        },
        subcommands = {
            TokenCommand.class,
            FunnelCommand.class,
            DemoCommand.class,
            ProcessorsCommand.class,
            ReplayCommand.class,
            DeadLettersCommand.class,
            ProvisioningCommand.class,
            EraseCommand.class,
            StreamCommand.class,
            IngestCommand.class
        })
final class OnboardingCtl extends CommandGroup {

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Ready to execute; answers with the exit code. */
    static CommandLine commandLine() {
        return new CommandLine(new OnboardingCtl())
                .registerConverter(LocalDate.class, OnboardingCtl::day)
                .setParameterExceptionHandler(OnboardingCtl::reportUsage)
                .setExecutionExceptionHandler(OnboardingCtl::reportFailure);
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException notADay) {
            throw new TypeConversionException("'" + text + "' is not a day like 2026-07-01");
        }
    }

    private static int reportUsage(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        report(
                command,
                "%s (see '%s --help')"
                        .formatted(mistake.getMessage(), command.getCommandSpec().qualifiedName()));
        return CommandFailure.USAGE;
    }

    private static int reportFailure(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof CommandFailure known) {
            report(command, known.line());
            return known.exitCode();
        }
        report(command, "failed: " + failure);
        return CommandFailure.REFUSED;
    }

    private static void report(CommandLine command, String line) {
        PrintWriter err = command.getErr();
        err.println("onboardingctl: " + line.replaceAll("\\s+", " "));
        err.flush();
    }

    /** The version of the jar, as its manifest has it. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = OnboardingCtl.class.getPackage().getImplementationVersion();
            return new String[] {"onboardingctl " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
