package tools.choco.onboarding.bench.commands;

import org.axonframework.commandhandling.gateway.CommandGateway;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Repeating;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;

/** Row 1: commands that store an event, beside single inserts of the same bytes. */
public final class CommandsBench implements Bench {

    static final int THREADS = 32;

    static final String COMMANDS =
            "commands/s through the command gateway, 32 threads, warm sessions";

    @Override
    public Row row() {
        return new Row(
                "1",
                "commands beside plain inserts",
                COMMANDS,
                "single-row durable inserts/s over plain JDBC, 32 connections, the same bytes and"
                        + " indexes",
                "1/s",
                Row.Aim.atLeast(1.5));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        var scale = stage.scale();
        var database = stage.database("commands");
        var service =
                resources.closing(
                        ServiceInside.on(database, stage.directory().resolve("commands")));
        var users = new AnsweringUsers(service.part(CommandGateway.class), THREADS, scale.users());
        var inserts =
                resources.closing(
                        new PlainInserts(
                                database,
                                THREADS,
                                scale.users(),
                                OnboardingStepCompleted.getDescriptor().getFullName()));
        Repeating.perSecond(THREADS, scale.warmUp(), users::answer);
        Repeating.perSecond(THREADS, scale.warmUp().dividedBy(3), inserts::insert);
        return Comparison.of(
                () -> Repeating.perSecond(THREADS, scale.round(), users::answer),
                () -> Repeating.perSecond(THREADS, scale.round(), inserts::insert));
    }
}
