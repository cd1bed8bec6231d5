package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

class TokenStoreTest {

    private static final String PROCESSOR = "funnel";
    private static final Duration LONG = Duration.ofHours(1);

    /** Every claim of others has expired already. */
    private static final Duration OVER = Duration.ofHours(-1);

    private final TestDatabase database = TestDatabase.create();
    private final PostgresEventLog log = new PostgresEventLog(database.dataSource());
    private final TokenStore one = log.tokenStore("one", LONG);
    private final TokenStore two = log.tokenStore("two", LONG);

    @AfterEach
    void close() {
        log.close();
        database.close();
    }

    @Test
    void keepsATokenForEachSegment() {
        var start = new GlobalSequenceTrackingToken(3);
        var later = new GlobalSequenceTrackingToken(9);
        in(() -> one.initializeTokenSegments(PROCESSOR, 4, start));

        in(() -> assertThat(one.fetchToken(PROCESSOR, 2)).isEqualTo(start));
        in(() -> one.storeToken(later, PROCESSOR, 2));

        in(() -> assertThat(one.fetchToken(PROCESSOR, 2)).isEqualTo(later));
        in(() -> assertThat(one.fetchToken(PROCESSOR, 3)).isEqualTo(start));
        in(() -> assertThat(one.fetchSegments(PROCESSOR)).containsExactly(0, 1, 2, 3));
        in(() -> assertThat(one.fetchSegments("another")).isEmpty());
    }

    @Test
    void keepsNoTokenAsNone() {
        in(() -> one.initializeTokenSegments(PROCESSOR, 1));

        in(() -> assertThat(one.fetchToken(PROCESSOR, 0)).isNull());
    }

    @Test
    void letsOneProcessClaimASegment() {
        in(() -> one.initializeTokenSegments(PROCESSOR, 2));
        in(() -> one.fetchToken(PROCESSOR, 0));

        assertThatThrownBy(() -> in(() -> two.fetchToken(PROCESSOR, 0)))
                .isInstanceOf(UnableToClaimTokenException.class);
        in(
                () ->
                        assertThat(two.fetchAvailableSegments(PROCESSOR))
                                .extracting(Segment::getSegmentId)
                                .containsExactly(1));

        in(() -> one.releaseClaim(PROCESSOR, 0));
        in(() -> two.fetchToken(PROCESSOR, 0));
    }

    @Test
    void handsOverAClaimThatWasNotRenewed() {
        var patient = log.tokenStore("three", OVER);
        in(() -> one.initializeTokenSegments(PROCESSOR, 1));
        in(() -> one.fetchToken(PROCESSOR, 0));

        in(() -> patient.fetchToken(PROCESSOR, 0));

        var late = new GlobalSequenceTrackingToken(1);
        assertThatThrownBy(() -> in(() -> one.storeToken(late, PROCESSOR, 0)))
                .isInstanceOf(UnableToClaimTokenException.class);
    }

    @Test
    void refusesToInitialiseSegmentsTwice() {
        in(() -> one.initializeTokenSegments(PROCESSOR, 2));

        assertThatThrownBy(() -> in(() -> two.initializeTokenSegments(PROCESSOR, 2)))
                .isInstanceOf(UnableToClaimTokenException.class);
    }

    @Test
    void rollsBackWithTheTransaction() {
        var start = new GlobalSequenceTrackingToken(3);
        in(() -> one.initializeTokenSegments(PROCESSOR, 1, start));
        in(() -> one.fetchToken(PROCESSOR, 0));

        var transaction = log.transactions().startTransaction();
        one.storeToken(new GlobalSequenceTrackingToken(4), PROCESSOR, 0);
        transaction.rollback();

        in(() -> assertThat(one.fetchToken(PROCESSOR, 0)).isEqualTo(start));
    }

    @Test
    void tellsEveryProcessTheSameStoreIdentifier() {
        var identifier = log.transactions().fetchInTransaction(one::retrieveStorageIdentifier);

        assertThat(identifier).isPresent();
        assertThat(log.transactions().fetchInTransaction(two::retrieveStorageIdentifier))
                .isEqualTo(identifier);
    }

    private void in(Runnable work) {
        log.transactions().executeInTransaction(work);
    }
}
