package tools.choco.onboarding.launch;

import java.util.List;
import java.util.stream.Collectors;
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
    private final List<NoticeLine> more;

    ReadyNotice(Environment environment, Home home, List<NoticeLine> more) {
        this.environment = environment;
        this.home = home;
        this.more = more;
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
                %3$s  data       %2$s  (logs/onboarding.log, postgres/, hosting/)
                  end it     Ctrl-C

                """,
                address,
                home.directory(),
                more.stream()
                        .map(it -> "  %-10s %s%n".formatted(it.label(), it.text().get()))
                        .collect(Collectors.joining()));
    }
}
