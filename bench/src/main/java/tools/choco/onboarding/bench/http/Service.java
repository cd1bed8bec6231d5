package tools.choco.onboarding.bench.http;

import tools.choco.onboarding.bench.commands.PlainInserts;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;

/**
 * The service under load, with its users, and plain inserts into the database that it writes to.
 */
record Service(Database database, ServiceProcess process, Load load, PlainInserts inserts) {

    static final int CONNECTIONS = 64;

    /** For each of the scale's: nobody amends an answer hundreds of times. */
    private static final int USERS = 8;

    /** Gain from one warm-up to the next below which the service counts as warm. */
    private static final double STEADY = 1.05;

    private static final int WARM_UPS_MAX = 10;

    static Service start(Stage stage, String name, Resources resources) throws Exception {
        var database = stage.database(name);
        var process = resources.closing(ServiceProcess.of(stage, name, database).start());
        var users = HttpUsers.at(process.address(), USERS * stage.scale().users());
        var load = new Load(process.address(), users);
        warmUp(load, stage);
        return new Service(
                database,
                process,
                load,
                resources.closing(
                        new PlainInserts(
                                database,
                                CONNECTIONS,
                                stage.scale().users(),
                                OnboardingStepCompleted.getDescriptor().getFullName())));
    }

    /** Until it gets no faster: the JVM goes on compiling for a minute or two of full load. */
    private static void warmUp(Load load, Stage stage) {
        double before = 0;
        double now = load.asFastAsItGoes(CONNECTIONS, stage.scale().warmUp()).perSecond();
        for (int i = 1; i < WARM_UPS_MAX && now > STEADY * before; i++) {
            before = now;
            now = load.asFastAsItGoes(CONNECTIONS, stage.scale().warmUp()).perSecond();
        }
    }

    /** Half of what it takes at most, in requests a second. */
    double halfLoad(Stage stage) {
        return load.asFastAsItGoes(CONNECTIONS, stage.scale().round().multipliedBy(2)).perSecond()
                / 2;
    }
}
