package tools.choco.onboarding.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** Who may do what in the database: its owner, the service, and one user who is both. */
class DatabaseUsersTest {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final AtomicInteger COUNT = new AtomicInteger();

    @TempDir private Path directory = Path.of("");
    private Home home;
    private TestDatabase database;

    @BeforeEach
    void open() {
        home = Home.open(directory.resolve("home"));
        database = TestDatabase.create();
    }

    @AfterEach
    void close() throws IOException {
        database.close();
        home.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE events SET payload = ''",
                "DELETE FROM events",
                "TRUNCATE events",
                "ALTER TABLE events DISABLE TRIGGER ALL",
                "ALTER TABLE events ALTER payload DROP NOT NULL",
                "DROP TRIGGER events_append_only ON events",
                "DROP TABLE events",
                "CREATE RULE quiet AS ON INSERT TO events DO INSTEAD NOTHING",
                "DO 'BEGIN LOCK TABLE events IN ACCESS EXCLUSIVE MODE; END'",
                "UPDATE event_kinds SET payload_type = ''",
                "DELETE FROM event_kinds",
                "TRUNCATE event_kinds",
                "DROP TABLE event_kinds",
                "DELETE FROM flyway_schema_history",
                "DROP TABLE session_claims",
                "CREATE TABLE one_more ()",
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
                        + " AS 'BEGIN RETURN NULL; END'",
                "SELECT grant_to_service(current_user::name)",
                "SET session_replication_role = replica",
                "SET ROLE postgres",
            })
    void refusesTheService(String statement) {
        try (Database opened = Database.open(as(database.serviceUser(), database.user()), home)) {
            assertThat(opened.isLogProtected()).isTrue();
            assertRefused(opened, statement, "permission denied|must be owner");
        }
    }

    @Test
    void letsTheServiceWriteEveryOtherTable() {
        try (Database opened = Database.open(as(database.serviceUser(), database.user()), home)) {
            assertThat(
                            jdbc(opened)
                                    .sql(
                                            """
                                            SELECT relname FROM pg_class
                                            WHERE relnamespace = 'public'::regnamespace
                                              AND relkind = 'r'
                                              AND NOT (has_table_privilege(oid, 'SELECT')
                                                       AND has_table_privilege(oid, 'INSERT')
                                                       AND has_table_privilege(oid, 'UPDATE')
                                                       AND has_table_privilege(oid, 'DELETE'))
                                            """)
                                    .query(String.class)
                                    .list())
                    .containsExactlyInAnyOrder(
                            "events", "event_kinds", "event_positions", "flyway_schema_history");
        }
    }

    @Test
    void letsTheServiceWriteWhatALaterVersionAdds() throws SQLException {
        DatabaseSettings settings = as(database.serviceUser(), database.user());
        Database.open(settings, home).close();
        execute(database.jdbcUrl(), "CREATE TABLE later (id bigserial PRIMARY KEY, name text)");
        execute(database.jdbcUrl(), "CREATE TABLE \"Later Log\" (name text)");
        execute(
                database.jdbcUrl(),
                "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON \"Later Log\""
                        + " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()");

        try (Database opened = Database.open(settings, home)) {
            JdbcClient jdbc = jdbc(opened);
            jdbc.sql("INSERT INTO later (name) VALUES ('a')").update();
            assertThat(jdbc.sql("UPDATE later SET name = 'b'").update()).isEqualTo(1);
            assertThat(jdbc.sql("DELETE FROM later").update()).isEqualTo(1);
            jdbc.sql("INSERT INTO \"Later Log\" VALUES ('a')").update();
            assertRefused(opened, "DELETE FROM \"Later Log\"", "permission denied");
        }
    }

    @Test
    void letsTheServiceKeepSchemasOfItsOwn() {
        try (Database opened = Database.open(as(database.serviceUser(), database.user()), home)) {
            JdbcClient jdbc = jdbc(opened);
            jdbc.sql("CREATE SCHEMA funnel_g7").update();
            jdbc.sql("CREATE TABLE funnel_g7.entry (id text PRIMARY KEY)").update();
            jdbc.sql("INSERT INTO funnel_g7.entry VALUES ('a')").update();
            jdbc.sql("DROP SCHEMA funnel_g7 CASCADE").update();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"UPDATE events SET payload = ''", "DELETE FROM events", "TRUNCATE events"})
    void letsTheTriggerRefuseWhereOneUserDoesBoth(String statement) throws SQLException {
        String owner = role("");
        String url = emptyDatabase(owner);
        try (Database opened = Database.open(settings(url, owner, null, null, null), home)) {
            assertThat(opened.isLogProtected()).isFalse();
            assertRefused(opened, statement, "events is append-only");
        } finally {
            drop(url);
        }
    }

    @Test
    void upgradesADatabaseThatOneUserMade() throws SQLException {
        String owner = role("");
        String url = emptyDatabase(owner);
        try {
            PGSimpleDataSource earlier = new PGSimpleDataSource();
            earlier.setUrl(url);
            earlier.setUser(owner);
            Flyway.configure().dataSource(earlier).target("3").load().migrate();
            JdbcClient.create(earlier)
                    .sql("INSERT INTO session_claims VALUES ('ada', 'quick', 's-1', now())")
                    .update();

            try (Database opened =
                    Database.open(settings(url, database.serviceUser(), null, owner, null), home)) {
                assertThat(opened.isLogProtected()).isTrue();
                assertRefused(opened, "DELETE FROM events", "permission denied");
                assertThat(jdbc(opened).sql("UPDATE session_claims SET flow_id = 'x'").update())
                        .isEqualTo(1);
            }
        } finally {
            drop(url);
        }
    }

    @Test
    void needsNoOwnerWhereAnotherProcessHasMigrated() {
        Database.open(as(database.serviceUser(), database.user()), home).close();

        try (Database opened = Database.open(as(database.serviceUser(), null), home)) {
            assertThat(opened.isLogProtected()).isTrue();
        }
    }

    @Test
    void saysThatTheOwnerIsMissingWhereNobodyHasMigrated() throws SQLException {
        String url = emptyDatabase("postgres");
        try {
            assertThatThrownBy(
                            () ->
                                    Database.open(
                                            settings(url, database.serviceUser(), null, null, null),
                                            home))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("could not be migrated")
                    .hasMessageContaining("ONBOARDING_DATABASE_OWNER");
        } finally {
            drop(url);
        }
    }

    @Test
    void leavesItsRightsToAnOwnerWhoIsAlsoTheService() throws SQLException {
        String owner = role("");
        String url = emptyDatabase(owner);
        DatabaseSettings settings = settings(url, owner, null, owner, null);
        try {
            Database.open(settings, home).close();
            try (Database again = Database.open(settings, home)) {
                assertThat(again.isLogProtected()).isFalse();
                jdbc(again).sql("UPDATE flyway_schema_history SET success = true").update();
            }
        } finally {
            drop(url);
        }
    }

    @Test
    void saysThatTheOwnerOfTheTablesDoesNotOwnTheDatabase() throws SQLException {
        String owner = role("");
        String url = emptyDatabase("postgres");
        try {
            execute(url, "GRANT CREATE ON SCHEMA public TO " + owner);
            assertThatThrownBy(
                            () ->
                                    Database.open(
                                            settings(
                                                    url, database.serviceUser(), null, owner, null),
                                            home))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("ONBOARDING_DATABASE_OWNER")
                    .hasMessageContaining("it does not own the database");
        } finally {
            drop(url);
        }
    }

    @Test
    void saysWhichUserCannotLogIn() throws Exception {
        String user = role("PASSWORD 'right'");
        requirePassword(user);

        assertThatThrownBy(
                        () ->
                                Database.open(
                                        settings(
                                                database.jdbcUrl(),
                                                database.serviceUser(),
                                                null,
                                                user,
                                                "not-to-be-printed"),
                                        home))
                .isInstanceOfSatisfying(
                        StartFailure.class,
                        failure ->
                                assertThat(failure.reason())
                                        .isEqualTo(StartFailure.Reason.DATABASE))
                .hasMessageContaining("ONBOARDING_DATABASE_OWNER")
                .hasMessageContaining("password authentication failed")
                .message()
                .doesNotContain("not-to-be-printed");
        assertThatThrownBy(
                        () ->
                                Database.open(
                                        settings(
                                                database.jdbcUrl(),
                                                user,
                                                "not-to-be-printed",
                                                database.user(),
                                                null),
                                        home))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("ONBOARDING_DATABASE_USER")
                .message()
                .doesNotContain("not-to-be-printed");
        Database.open(settings(database.jdbcUrl(), user, "right", database.user(), null), home)
                .close();
    }

    private static void assertRefused(Database opened, String statement, String message) {
        assertThatThrownBy(() -> jdbc(opened).sql(statement).update())
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refused ->
                                assertThat(refused.getSQLState()).isEqualTo(INSUFFICIENT_PRIVILEGE))
                .message()
                .containsPattern(message);
    }

    private static JdbcClient jdbc(Database opened) {
        return JdbcClient.create(opened.dataSource());
    }

    private DatabaseSettings as(String user, @Nullable String owner) {
        return settings(database.jdbcUrl(), user, null, owner, null);
    }

    private static DatabaseSettings settings(
            String url,
            String user,
            @Nullable String password,
            @Nullable String owner,
            @Nullable String ownerPassword) {
        return new DatabaseSettings(
                url,
                user,
                password,
                owner,
                ownerPassword,
                8,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10));
    }

    /** Makes a user who may log in. */
    private String role(String options) {
        String name = "user_" + COUNT.incrementAndGet();
        execute(database.jdbcUrl(), "CREATE ROLE %s LOGIN %s".formatted(name, options));
        return name;
    }

    /** Makes a database without tables; returns its address. */
    private String emptyDatabase(String owner) {
        String name = "empty_" + COUNT.incrementAndGet();
        execute(database.jdbcUrl(), "CREATE DATABASE %s OWNER %s".formatted(name, owner));
        return database.jdbcUrl().replaceAll("/test_\\d+", "/" + name);
    }

    private void drop(String url) {
        execute(
                database.jdbcUrl(),
                "DROP DATABASE %s WITH (FORCE)"
                        .formatted(url.replaceAll(".*/(empty_\\d+).*", "$1")));
    }

    /** Has the server ask a user for the password that it trusts all others without. */
    private void requirePassword(String user) throws IOException {
        Path rules =
                Path.of(
                        JdbcClient.create(database.dataSource())
                                .sql("SHOW hba_file")
                                .query(String.class)
                                .single());
        Files.writeString(
                rules, "host all %s all scram-sha-256\n".formatted(user) + Files.readString(rules));
        execute(database.jdbcUrl(), "SELECT pg_reload_conf()");
        await().untilAsserted(
                        () ->
                                assertThatThrownBy(
                                                () ->
                                                        DriverManager.getConnection(
                                                                        database.jdbcUrl()
                                                                                .replaceAll(
                                                                                        "user=.*",
                                                                                        "user="
                                                                                                + user))
                                                                .close())
                                        .isInstanceOf(SQLException.class));
    }

    private static void execute(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
