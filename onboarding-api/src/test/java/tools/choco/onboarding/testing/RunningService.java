package tools.choco.onboarding.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.choco.onboarding.OnboardingService;
import tools.choco.onboarding.eventlog.testing.StatementLog;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.projection.ProjectionProcessor;
import tools.choco.onboarding.projection.ReadModelKeeper;

/**
 * The service in this process: profile {@code local}, a free port, a home and a database of its
 * own, a clock that a test can move. The idle sweep rests unless a setting says otherwise. It works
 * as a user who does not own the tables.
 */
public final class RunningService implements AutoCloseable {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(10);

    private final TestDatabase database;
    private final boolean ownsDatabase;
    private final Path home;
    private final List<String> settings;
    private final MovableClock clock;
    private final Consumer<GenericApplicationContext> parts;
    private ConfigurableApplicationContext context;

    private RunningService(
            TestDatabase database,
            boolean ownsDatabase,
            Path home,
            List<String> settings,
            MovableClock clock,
            Consumer<GenericApplicationContext> parts) {
        this.database = database;
        this.ownsDatabase = ownsDatabase;
        this.parts = parts;
        this.home = home;
        this.settings = settings;
        this.clock = clock;
        this.context = run();
    }

    /** Starts it with more settings, each as {@code name=value}. */
    public static RunningService start(String... settings) {
        return startWith(context -> {}, settings);
    }

    /** The same, with all that it sends to its database written down. */
    public static RunningService watched(StatementLog statements, String... settings) {
        return startWith(
                context -> context.getBeanFactory().addBeanPostProcessor(watching(statements)),
                settings);
    }

    /** Starts it with more settings, and with parts of the test's own in place of the service's. */
    public static RunningService startWith(
            Consumer<GenericApplicationContext> parts, String... settings) {
        try {
            return new RunningService(
                    TestDatabase.create(),
                    true,
                    Files.createTempDirectory("onboarding-home-"),
                    List.of(settings),
                    new MovableClock(),
                    parts);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Starts another instance on the database of one, with its keys and in a home of its own. */
    public static RunningService beside(RunningService first, String... settings) {
        try {
            Path home = Files.createTempDirectory("onboarding-home-");
            for (String key : List.of("master.keys", "token-key.json")) {
                Files.copy(
                        first.home.resolve(key),
                        home.resolve(key),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
            return new RunningService(
                    first.database, false, home, List.of(settings), first.clock, first.parts);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Ends it and starts it again on the same home and database. */
    public void restart() {
        context.close();
        context = run();
    }

    /** A caller without a token. */
    public Client client() {
        return Client.anonymous(address());
    }

    /** A user. */
    public Client user(String subject) {
        return client().as(subject, "onboarding:write");
    }

    /** An analyst. */
    public Client analyst() {
        return client().as("analyst", "analytics:read");
    }

    /** An operator. */
    public Client operator() {
        return client().as("operator", "ops");
    }

    public String address() {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    public TestDatabase database() {
        return database;
    }

    public Path home() {
        return home;
    }

    public MovableClock clock() {
        return clock;
    }

    /** A part of the running service. */
    public <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    /** The part of that name, where there are several of the type. */
    public <T> T part(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    /** Every part of that type, where there are several. */
    public <T> Collection<T> parts(Class<T> type) {
        return context.getBeansOfType(type).values();
    }

    /** The processors of the read models. */
    public Collection<ProjectionProcessor> processors() {
        return part(ReadModelKeeper.class).processors();
    }

    /** Waits until every read model has applied the last event of the log. */
    public void awaitReadModels() {
        Tables tables = Tables.of(this);
        long last =
                tables.count(
                        """
                        SELECT coalesce(max(position), 0) FROM events JOIN event_kinds USING (kind)
                        WHERE aggregate_type IN ('OnboardingSession', 'Site')""");
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () ->
                                assertThat(
                                                tables.count(
                                                        """
                                                        SELECT count(*) FROM projection_progress
                                                        WHERE position >= ?""",
                                                        last))
                                        .isEqualTo(last == 0 ? 0 : processors().size()));
    }

    @Override
    public void close() {
        context.close();
        if (ownsDatabase) {
            database.close();
        }
    }

    private static BeanPostProcessor watching(StatementLog statements) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource source ? statements.over(source) : bean;
            }
        };
    }

    private ConfigurableApplicationContext run() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("spring.profiles.active", "local");
        all.put("server.port", "0");
        all.put("onboarding.sites.port", "0");
        all.put("onboarding.home", home.toString());
        all.put("onboarding.database.url", database.jdbcUrl());
        all.put("onboarding.database.user", database.serviceUser());
        all.put("onboarding.database.owner", database.user());
        all.put("onboarding.sweep.enabled", "false");
        all.put("onboarding.edge.requests-burst", "100000");
        all.put("onboarding.edge.requests-per-second", "100000");
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        SpringApplication application = new SpringApplication(OnboardingService.class);
        application.addInitializers(fresh -> parts.accept((GenericApplicationContext) fresh));
        application.addInitializers(
                fresh ->
                        ((GenericApplicationContext) fresh)
                                .registerBean(
                                        "testClock",
                                        Clock.class,
                                        () -> clock,
                                        definition -> definition.setPrimary(true)));
        return application.run(
                all.entrySet().stream()
                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                        .toArray(String[]::new));
    }
}
