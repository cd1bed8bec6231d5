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

    static Service start(Stage stage, String name, Resources resources) throws Exception {
        var database = stage.database(name);
        var process = resources.closing(ServiceProcess.of(stage, name, database).start());
        var users = HttpUsers.at(process.address(), stage.scale().users());
        var load = new Load(process.address(), users);
        load.asFastAsItGoes(CONNECTIONS, stage.scale().warmUp());
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

    /** Half of what it takes at most, in requests a second. */
    double halfLoad(Stage stage) {
        return load.asFastAsItGoes(CONNECTIONS, stage.scale().round().multipliedBy(2)).perSecond()
                / 2;
    }
}
