package tools.choco.onboarding.bench.commands;

import org.axonframework.commandhandling.gateway.CommandGateway;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Repeating;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;

/** Row 2: the same commands to the same aggregate, beside Axon as its starter configures it. */
public final class StockAxonBench implements Bench {

    /** As many as the service has by default. */
    private static final int CONNECTIONS = 20;

    @Override
    public Row row() {
        return new Row(
                "2",
                "commands beside stock Axon",
                CommandsBench.COMMANDS,
                "the same on Axon as its starter configures it: JPA, Jackson, no cache",
                "1/s",
                Row.Aim.atLeast(30));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        var scale = stage.scale();
        int threads = CommandsBench.THREADS;
        var service =
                resources.closing(
                        ServiceInside.on(
                                stage.database("stock"), stage.directory().resolve("stock")));
        var pool = resources.closing(stage.database("stock_jpa").pool(CONNECTIONS));
        var stock = resources.closing(new StockAxon(pool, service));
        var ours = new AnsweringUsers(service.part(CommandGateway.class), threads, scale.users());
        var theirs = new AnsweringUsers(stock.commands(), threads, scale.users());
        Repeating.perSecond(threads, scale.warmUp(), ours::answer);
        Repeating.perSecond(threads, scale.warmUp(), theirs::answer);
        return Comparison.of(
                () -> Repeating.perSecond(threads, scale.round(), ours::answer),
                () -> Repeating.perSecond(threads, scale.round(), theirs::answer));
    }
}
