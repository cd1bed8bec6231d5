package tools.choco.onboarding.bench.history;

import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.provisioning.SiteOutcome;

/** Keeps a service from doing what a history says was done. */
final class Settled {

    /** The processors that act instead of showing: the saga, and what tells sessions of sites. */
    private static final List<String> ACTING = List.of("site-provisioning", SiteOutcome.NAME);

    private Settled() {}

    /** Tells those who act on events that they have seen the log as it is; unless they know. */
    static void all(DataSource database) {
        try (var log = new PostgresEventLog(database)) {
            var tokens = log.tokenStore("fill-log", Duration.ofSeconds(10));
            for (var processor : ACTING) {
                try {
                    log.transactions()
                            .executeInTransaction(
                                    () ->
                                            tokens.initializeTokenSegments(
                                                    processor,
                                                    1,
                                                    log.storageEngine().createHeadToken()));
                } catch (UnableToClaimTokenException e) {
                    // It has a position already, and whatever comes after that is its own affair.
                }
            }
        }
    }
}
