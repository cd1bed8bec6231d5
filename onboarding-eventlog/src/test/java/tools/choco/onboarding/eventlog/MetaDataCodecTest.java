package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SerializationException;

class MetaDataCodecTest {

    private static final String ID = "0198c0de-0000-7000-8000-000000000001";

    private static final Map<String, String> USUAL =
            Map.of(
                    "correlation_id",
                    ID,
                    "actor",
                    "user-1",
                    "idempotency_key",
                    ID,
                    "request_hash",
                    "0123456789abcdef".repeat(4));

    @Property
    void readsWhatItWrote(@ForAll Map<String, String> metaData) {
        assertThat(MetaDataCodec.decode(MetaDataCodec.encode(MetaData.from(metaData))))
                .isEqualTo(MetaData.from(metaData));
    }

    @Example
    void keepsTheUsualShort() {
        var bytes = MetaDataCodec.encode(MetaData.from(USUAL));

        assertThat(bytes).hasSizeLessThan(90);
        assertThat(MetaDataCodec.decode(bytes)).isEqualTo(MetaData.from(USUAL));
    }

    @Example
    void keepsTextThatOnlyLooksLikeAnId() {
        var metaData = MetaData.with("actor", ID.toUpperCase(Locale.ROOT)).and("x", ID + "0");

        assertThat(MetaDataCodec.decode(MetaDataCodec.encode(metaData))).isEqualTo(metaData);
    }

    @Example
    void refusesWhatIsNoText() {
        assertThatThrownBy(() -> MetaDataCodec.encode(MetaData.with("actor", 1)))
                .isInstanceOf(SerializationException.class);
    }

    @Example
    void refusesBytesThatAreNoMetaData() {
        assertThatThrownBy(() -> MetaDataCodec.decode(new byte[] {99, 0, 0}))
                .isInstanceOf(SerializationException.class);
    }
}
