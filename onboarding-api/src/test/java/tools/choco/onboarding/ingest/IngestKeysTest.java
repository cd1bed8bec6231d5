package tools.choco.onboarding.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IngestKeysTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OTHER = "whsec_" + "B".repeat(43) + "=";
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long TIME = 1_614_265_330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

    /** As the libraries of Standard Webhooks have it in their tests. */
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    @Test
    void acceptTheSignatureOfTheSpecification() {
        assertThat(IngestKeys.of("portal:" + SECRET).speaksFor(ID, TIME, SIGNATURE, BODY))
                .containsExactly("portal");
    }

    @Test
    void acceptOneOfSeveralSignatures() {
        assertThat(
                        IngestKeys.of("portal:" + SECRET)
                                .speaksFor(ID, TIME, "v1a,AAAA v1,AAAA " + SIGNATURE, BODY))
                .containsExactly("portal");
    }

    @Test
    void speakForTheServicesOfTheKeyThatSignedOnly() {
        IngestKeys keys = IngestKeys.of("a:%s,b+c:%s,d:%s".formatted(OTHER, SECRET, SECRET));

        assertThat(keys.speaksFor(ID, TIME, SIGNATURE, BODY))
                .containsExactlyInAnyOrder("b", "c", "d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1,", "v1", "v2,SIG", "SIG", "v1,SIG="})
    void acceptNoOtherSignature(String signature) {
        String text = signature.replace("SIG", SIGNATURE.substring(3));

        assertThat(IngestKeys.of("portal:" + SECRET).speaksFor(ID, TIME, text, BODY)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1,", "v1,AAAA", "v2,SIG", "SIG", "v1,SIG=", "v1,SIG\tv1,SIG"})
    void tellByItsFormWhatNoKeyCanHaveMade(String signature) {
        IngestKeys keys = IngestKeys.of("portal:" + SECRET);
        String text = signature.replace("SIG", SIGNATURE.substring(3));

        assertThat(keys.canHaveMade(text)).isFalse();
        assertThat(keys.canHaveMade(text + " " + SIGNATURE)).isTrue();
        assertThat(IngestKeys.of("").canHaveMade(SIGNATURE)).isFalse();
    }

    @Test
    void acceptNoOtherIdTimeBodyOrKey() {
        IngestKeys keys = IngestKeys.of("portal:" + SECRET);

        assertThat(keys.speaksFor(ID + "x", TIME, SIGNATURE, BODY)).isEmpty();
        assertThat(keys.speaksFor(ID, TIME + 1, SIGNATURE, BODY)).isEmpty();
        assertThat(keys.speaksFor(ID, TIME, SIGNATURE, new byte[] {'{', '}'})).isEmpty();
        assertThat(IngestKeys.of("portal:" + OTHER).speaksFor(ID, TIME, SIGNATURE, BODY)).isEmpty();
        assertThat(IngestKeys.of("").speaksFor(ID, TIME, SIGNATURE, BODY)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "portal",
                "portal:",
                "portal:secret",
                "portal:whsec_",
                "portal:whsec_c2hvcnQ=",
                "portal:whsec_???",
                "Portal:whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                ":whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "a++b:whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "choco-onboarding:whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "portal:whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,"
            })
    void stopTheStartWithoutNamingASecret(String text) {
        assertThatThrownBy(() -> IngestKeys.of(text))
                .isInstanceOf(InvalidIngestKeys.class)
                .hasMessageContaining("ingest key")
                .hasMessageNotContaining("whsec_M");
    }
}
