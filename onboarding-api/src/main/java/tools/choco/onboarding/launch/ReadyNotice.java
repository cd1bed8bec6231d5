package tools.choco.onboarding.launch;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Tells whoever started the service by hand what to do next. */
@Component
@Profile("local")
class ReadyNotice {

    private final Environment environment;
    private final Home home;

    ReadyNotice(Environment environment, Home home) {
        this.environment = environment;
        this.home = home;
    }

    @EventListener(ApplicationReadyEvent.class)
    void print() {
        String address = "http://127.0.0.1:" + environment.getProperty("local.server.port");
        System.out.printf(
                """

                Onboarding is ready at %1$s

                  API page   %1$s/docs
                  a token    curl -s %1$s/local/token -H 'Content-Type: application/json' \\
                               -d '{"sub": "ada", "scopes": ["onboarding:write"]}'
                  data       %2$s  (logs/onboarding.log, postgres/)
                  end it     Ctrl-C

                """,
                address, home.directory());
    }
}
