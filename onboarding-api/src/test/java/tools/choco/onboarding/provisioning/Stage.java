package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ThrowingRunnable;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventhandling.EventMessage;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.context.support.GenericApplicationContext;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;

/**
 * A running service whose host, routing and checkpoints a test can act on, site by site; one for
 * all the tests that ask for it.
 */
final class Stage implements AutoCloseable {

    static final int TRIES_MAX = 3;

    /** Of every request for a site. */
    static final String CORRELATION = "asked-on-stage";

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final AtomicInteger SLUGS = new AtomicInteger();

    private final RecordingHost host = new RecordingHost();
    private final Map<String, Runnable> atCheckpoint = new ConcurrentHashMap<>();
    private final Set<String> poisoned = ConcurrentHashMap.newKeySet();
    private final RunningService service;

    private Stage() {
        service =
                RunningService.startWith(
                        this::replaceParts,
                        "onboarding.provisioning.backoff-initial=PT0.02S",
                        "onboarding.provisioning.backoff-max=PT0.1S",
                        "onboarding.provisioning.tries-max=" + TRIES_MAX,
                        "onboarding.tasks.polling=PT0.05S");
    }

    /** Gives tests the one stage. */
    static final class Shared implements ParameterResolver {

        private static final ExtensionContext.Namespace NAMESPACE =
                ExtensionContext.Namespace.create(Stage.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
            return parameter.getParameter().getType() == Stage.class;
        }

        @Override
        public Stage resolveParameter(ParameterContext parameter, ExtensionContext test) {
            return test.getRoot()
                    .getStore(NAMESPACE)
                    .computeIfAbsent(Stage.class, type -> new Stage(), Stage.class);
        }
    }

    private void replaceParts(GenericApplicationContext context) {
        host.replaceHosting(context);
        context.registerBean(
                "testCheckpoints",
                Checkpoints.class,
                () -> this::reached,
                it -> it.setPrimary(true));
        context.registerBean(
                "testHops",
                Hops.class,
                () -> {
                    ProvisioningTasks tasks = context.getBean(ProvisioningTasks.class);
                    return hop -> {
                        tasks.schedule(hop);
                        if (poisoned.contains(hop.siteId())) {
                            throw new IllegalStateException("poison of the test");
                        }
                    };
                },
                it -> it.setPrimary(true));
    }

    private void reached(String place, String siteId) {
        Runnable action = atCheckpoint.remove(place + " " + siteId);
        if (action != null) {
            action.run();
        }
    }

    RunningService service() {
        return service;
    }

    RecordingHost host() {
        return host;
    }

    Tables tables() {
        return Tables.of(service);
    }

    /** Does that once, when the work on a site comes to a place. */
    void at(String place, SiteId site, Runnable action) {
        atCheckpoint.put(place + " " + site, action);
    }

    /** Makes the saga fail at every event of a site, or lets it work again. */
    void setPoisoned(SiteId site, boolean isPoisoned) {
        if (isPoisoned) {
            poisoned.add(site.value());
        } else {
            poisoned.remove(site.value());
        }
    }

    /** The id of the site that is asked for next, if it is asked for in that session. */
    SiteId next(String session) {
        return SiteId.of(new SessionId(session), slug(SLUGS.get() + 1));
    }

    /** Asks for a site of the user's own. */
    SiteId request(User user, String session) {
        return request(user, session, "user_git");
    }

    /** Asks for a site; {@code hostingMode} as the API has it. */
    SiteId request(User user, String session, String hostingMode) {
        Answer answer =
                user.with("X-Request-Id", CORRELATION)
                        .requestSite(session, slug(SLUGS.incrementAndGet()).value(), hostingMode);
        assertThat(answer.status()).as(answer.text()).isIn(201, 202);
        return new SiteId(answer.required("/siteId"));
    }

    /** Asks for a site in a session of its own. */
    SiteId request(User user) {
        return request(user, user.started("default"));
    }

    /** Asks for a site at whose next calls of an operation the host fails. */
    SiteId requestFailing(User user, String operation, HostingFailure.Kind kind, int times) {
        String session = user.started("default");
        SiteId site = next(session);
        failNext(site, operation, kind, times);
        assertThat(request(user, session)).isEqualTo(site);
        return site;
    }

    void failNext(SiteId site, String operation, HostingFailure.Kind kind, int times) {
        for (int i = 0; i < times; i++) {
            host.atNext(
                    operation,
                    site.value(),
                    () -> {
                        throw new HostingFailure(kind, "as the test says", null);
                    });
        }
    }

    SiteState read(SiteId site) {
        SiteAnswer answer =
                service.part(CommandGateway.class)
                        .sendAndWait(
                                new ReadSite(site, Request.of(Caller.service("test"), "c-read")));
        return answer.state();
    }

    /** Waits until a site is somewhere and has no task left. */
    SiteState awaitAtRest(SiteId site, ProvisioningState state) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () -> {
                            assertThat(read(site).provisioning()).isEqualTo(state);
                            assertThat(tasks(site)).isEmpty();
                        });
        return read(site);
    }

    /** The tasks that a site has. */
    List<String> tasks(SiteId site) {
        return tables().texts(
                        """
                        SELECT task_name || ' ' || task_instance FROM scheduled_tasks
                        WHERE task_instance LIKE ?""",
                        site.value() + "%");
    }

    /** What was tried for a site, each hop with its outcome. */
    List<String> tries(SiteId site) {
        return service.part(HopAttempts.class).of(site.value()).stream()
                .map(it -> it.hop() + " " + it.outcome())
                .toList();
    }

    /** The builds of a site, as its events tell them. */
    List<String> deploys(SiteId site) {
        return service.part(EventLog.class)
                .storageEngine()
                .readEvents(site.value())
                .asStream()
                .map(EventMessage::getPayload)
                .filter(SiteDeployStatusChanged.class::isInstance)
                .map(it -> ((SiteDeployStatusChanged) it).getDeployStatus().name())
                .map(it -> it.substring("DEPLOY_STATUS_".length()).toLowerCase(Locale.ROOT))
                .toList();
    }

    void awaitUntil(ThrowingRunnable assertion) {
        await().atMost(WAIT).pollInterval(POLL).untilAsserted(assertion);
    }

    private static Slug slug(int number) {
        return new Slug("site-%05d".formatted(number));
    }

    @Override
    public void close() {
        service.close();
    }
}
