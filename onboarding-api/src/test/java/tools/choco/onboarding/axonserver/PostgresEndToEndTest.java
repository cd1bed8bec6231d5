package tools.choco.onboarding.axonserver;

/** The log in PostgreSQL. */
class PostgresEndToEndTest extends EndToEnd {

    @Override
    String[] settings() {
        return new String[0];
    }
}
