package tools.choco.onboarding.launch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Says so where nothing but a trigger keeps the service from rewriting the log. */
@Component
class LogProtectionNotice {

    private static final Logger log = LoggerFactory.getLogger(LogProtectionNotice.class);

    private final Database database;

    LogProtectionNotice(Database database) {
        this.database = database;
    }

    @EventListener(ApplicationReadyEvent.class)
    void warn() {
        if (!database.isLogProtected()) {
            log.warn(
                    "The database user of this service may change its own event log; only a trigger"
                            + " refuses. Name another as ONBOARDING_DATABASE_OWNER: see"
                            + " docs/operations.md, Database users.");
        }
    }
}
