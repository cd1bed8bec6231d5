package tools.choco.onboarding.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stored form is a contract: no version of it is ever broken, and none changes silently. */
class ApprovedSchemaTest {

    @BeforeAll
    static void approveIfAsked() {
        Approved.approveIfAsked();
    }

    @Test
    void isWhatWasApprovedAndBreaksNoEarlierVersion() {
        assertThat(Approved.objections()).isEmpty();
    }
}
