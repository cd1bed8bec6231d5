package tools.choco.onboarding.answer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.choco.onboarding.answer.form.CanonicalJson.Limits;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class CanonicalJsonTest {

    private static final Limits LIMITS = new Limits(64, 1_000_000);
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @Property(tries = 300)
    void comesBackAsTheSameText(@ForAll("values") JsonNode value) {
        String text = CanonicalJson.of(value, LIMITS);
        assertThat(CanonicalJson.of(CanonicalJson.parse(text), LIMITS)).isEqualTo(text);
    }

    @Property(tries = 300)
    void doesNotDependOnTheOrderOfKeysOrOnLayout(
            @ForAll("values") JsonNode value, @ForAll long seed) {
        String pretty =
                JsonMapper.builder()
                        .build()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(shuffled(value, new Random(seed)));
        assertThat(CanonicalJson.of(CanonicalJson.parse(pretty), LIMITS))
                .isEqualTo(CanonicalJson.of(value, LIMITS));
    }

    @Property
    void keepsEveryText(@ForAll String text) {
        JsonNode back = CanonicalJson.parse(CanonicalJson.of(JSON.stringNode(text), LIMITS));
        assertThat(back.stringValue()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, 1",
        "1e0, 1",
        "100, 100",
        "1E2, 100",
        "-0, 0",
        "-0.0, 0",
        "0.10, 0.1",
        "1e20, 100000000000000000000",
        "1e21, 1e+21",
        "-12.5e30, -1.25e+31",
        "0.0000001, 0.0000001",
        "1e-8, 1e-8",
        "12345678901234567890123456789.5, 1.23456789012345678901234567895e+28"
    })
    void writesNumbersByValue(String number, String canonical) {
        assertThat(canonical(number)).isEqualTo(canonical);
    }

    @Test
    void sortsKeysAtEveryDepthAndLeavesNoWhiteSpace() {
        assertThat(
                        canonical(
                                "{ \"b\" : [ { \"d\": null, \"c\": true } ], \"a\" : { } , \"A\": [] }"))
                .isEqualTo("{\"A\":[],\"a\":{},\"b\":[{\"c\":true,\"d\":null}]}");
    }

    @Test
    void escapesOnlyWhatItMust() {
        assertThat(
                        canonical(
                                "\"\\u00e9 \\/ \\\" \\\\ \\n \\u0000 \\u001f \\ud83d\\ude00 \\ud83d\""))
                .isEqualTo("\"\u00e9 / \\\" \\\\ \\n \\u0000 \\u001f \ud83d\ude00 \\ud83d\"");
    }

    @ParameterizedTest
    @CsvSource({"1e309", "1e-309", "1e999999999", "-1e999999999"})
    void refusesNumbersBeyondItsRange(String number) {
        assertThatExceptionOfType(JsonBeyondLimits.class)
                .isThrownBy(() -> canonical(number))
                .satisfies(beyond -> assertThat(beyond.code()).isEqualTo("out_of_range"));
    }

    @Test
    void refusesNumbersWithTooManyDigitsAndNoNumbersAtAll() {
        for (JsonNode number :
                List.of(
                        CanonicalJson.parse("1".repeat(65)),
                        JSON.numberNode(Double.POSITIVE_INFINITY),
                        JSON.numberNode(Double.NaN))) {
            assertThatExceptionOfType(JsonBeyondLimits.class)
                    .isThrownBy(() -> CanonicalJson.of(number, LIMITS))
                    .satisfies(beyond -> assertThat(beyond.code()).isEqualTo("out_of_range"));
        }
    }

    @Test
    void refusesDepthAndLengthBeyondTheLimitAndNothingAtIt() {
        assertThat(CanonicalJson.of(CanonicalJson.parse("[[1]]"), new Limits(2, 5)))
                .isEqualTo("[[1]]");
        assertThatExceptionOfType(JsonBeyondLimits.class)
                .isThrownBy(
                        () -> CanonicalJson.of(CanonicalJson.parse("[[[]]]"), new Limits(2, 100)))
                .satisfies(beyond -> assertThat(beyond.code()).isEqualTo("too_deep"));
        assertThatExceptionOfType(JsonBeyondLimits.class)
                .isThrownBy(() -> CanonicalJson.of(CanonicalJson.parse("[[10]]"), new Limits(2, 5)))
                .satisfies(beyond -> assertThat(beyond.code()).isEqualTo("too_large"));
    }

    @Provide
    Arbitrary<JsonNode> values() {
        return values(3);
    }

    private static Arbitrary<JsonNode> values(int depth) {
        Arbitrary<JsonNode> leaves =
                Arbitraries.oneOf(
                        Arbitraries.strings().map(JSON::stringNode),
                        Arbitraries.longs().map(JSON::numberNode),
                        Arbitraries.bigDecimals()
                                .between(BigDecimal.TEN.pow(40).negate(), BigDecimal.TEN.pow(40))
                                .ofScale(12)
                                .map(JSON::numberNode),
                        Arbitraries.of(true, false).map(JSON::booleanNode),
                        Arbitraries.just(JSON.nullNode()));
        if (depth == 0) {
            return leaves;
        }
        Arbitrary<JsonNode> inner = values(depth - 1);
        Arbitrary<JsonNode> arrays =
                inner.list()
                        .ofMaxSize(4)
                        .map(
                                elements -> {
                                    ArrayNode array = JSON.arrayNode();
                                    elements.forEach(array::add);
                                    return array;
                                });
        Arbitrary<JsonNode> objects =
                Arbitraries.maps(Arbitraries.strings().ofMaxLength(5), inner)
                        .ofMaxSize(4)
                        .map(
                                members -> {
                                    ObjectNode object = JSON.objectNode();
                                    members.forEach(object::set);
                                    return object;
                                });
        return Arbitraries.oneOf(leaves, arrays, objects);
    }

    private static JsonNode shuffled(JsonNode value, Random random) {
        if (value.isArray()) {
            ArrayNode array = JSON.arrayNode();
            value.forEach(element -> array.add(shuffled(element, random)));
            return array;
        }
        if (value.isObject()) {
            List<Map.Entry<String, JsonNode>> members = new ArrayList<>(value.properties());
            Collections.shuffle(members, random);
            ObjectNode object = JSON.objectNode();
            members.forEach(
                    member -> object.set(member.getKey(), shuffled(member.getValue(), random)));
            return object;
        }
        return value;
    }

    private static String canonical(String json) {
        return CanonicalJson.of(CanonicalJson.parse(json), LIMITS);
    }
}
