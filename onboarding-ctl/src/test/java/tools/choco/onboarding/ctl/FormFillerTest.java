package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class FormFillerTest {

    private static final int SEEDS = 300;

    private static final JsonNode FORM =
            Service.JSON.readTree(
                    """
                    {"type": "object", "additionalProperties": false,
                     "required": ["firstName", "teamSize", "functions", "emails"],
                     "properties": {
                       "firstName": {"type": "string", "minLength": 1, "maxLength": 80},
                       "teamSize": {"enum": ["1", "2-10", "11-50"]},
                       "functions": {"type": "array", "items": {"enum": ["a", "b", "c"]},
                                     "minItems": 1, "maxItems": 3, "uniqueItems": true},
                       "emails": {"type": "array", "items": {"type": "string", "format": "email"}, "maxItems": 20},
                       "years": {"type": "integer", "minimum": 3, "exclusiveMaximum": 6},
                       "share": {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.25},
                       "newsletter": {"type": "boolean"},
                       "nickname": {"type": ["string", "null"], "maxLength": 3},
                       "motto": {"type": "string", "minLength": 40},
                       "avatarUrl": {"type": "string", "format": "uri"},
                       "id": {"type": "string", "format": "uuid"},
                       "since": {"type": "string", "format": "date-time"},
                       "address": {"$ref": "#/$defs/address"},
                       "contact": {"oneOf": [
                          {"type": "object", "required": ["phone"], "properties": {"phone": {"const": "none"}}},
                          {"type": "string", "const": "later"}]}},
                     "$defs": {"address": {"type": "object", "required": ["city"],
                        "properties": {"city": {"type": "string"}}}}}
                    """);

    @Test
    void givesAnswersThatFollowTheSchema() {
        Set<String> answered = new HashSet<>();
        answers(FORM)
                .forEach(
                        form -> {
                            form.propertyNames().forEach(answered::add);
                            assertFollows(form);
                        });
        assertThat(answered).hasSize(FORM.path("properties").size());
    }

    private static void assertFollows(ObjectNode form) {
        assertThat(form.propertyNames())
                .contains("firstName", "teamSize", "functions", "emails")
                .isSubsetOf(FORM.path("properties").propertyNames());
        assertThat(form.path("firstName").stringValue()).hasSizeBetween(1, 80);
        assertThat(form.path("teamSize").stringValue()).isIn("1", "2-10", "11-50");
        List<String> functions =
                form.path("functions").valueStream().map(JsonNode::stringValue).toList();
        assertThat(functions)
                .hasSizeBetween(1, 3)
                .doesNotHaveDuplicates()
                .isSubsetOf("a", "b", "c");
        assertThat(form.path("emails").valueStream().map(JsonNode::stringValue))
                .hasSizeLessThanOrEqualTo(20)
                .allMatch(email -> email.matches("[a-z]+\\.[a-z]+\\.\\d+@example\\.org"));
        ifGiven(form, "years", years -> assertThat(years.intValue()).isBetween(3, 5));
        ifGiven(
                form,
                "share",
                share -> assertThat(share.doubleValue() * 4).isIn(0d, 1d, 2d, 3d, 4d));
        ifGiven(form, "newsletter", flag -> assertThat(flag.isBoolean()).isTrue());
        ifGiven(form, "nickname", name -> assertThat(name.stringValue()).hasSizeLessThan(4));
        ifGiven(form, "motto", motto -> assertThat(motto.stringValue()).hasSizeBetween(40, 200));
        ifGiven(form, "avatarUrl", url -> assertThat(url.stringValue()).contains("//example.org/"));
        ifGiven(
                form,
                "id",
                id -> assertThat(UUID.fromString(id.stringValue()).variant()).isEqualTo(2));
        ifGiven(
                form,
                "since",
                since -> assertThat(OffsetDateTime.parse(since.stringValue())).isNotNull());
        ifGiven(form, "address", address -> assertThat(address.path("city").isString()).isTrue());
        ifGiven(
                form,
                "contact",
                contact ->
                        assertThat(contact.path("phone").asString(contact.asString("")))
                                .isIn("none", "later"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^[A-Za-z]+(/[A-Za-z_]+)*$",
                "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$",
                "^(?:red|green|\\d{3})$",
                "^ws_[^\\s/]{4,8}$",
                "^\\p{L}[\\p{L} '-]*$",
                "^#[0-9a-fA-F]{6}$",
                "^\\+?[1-9]\\d{6,14}$"
            })
    void followsPatterns(String pattern) {
        ObjectNode schema = Service.JSON.createObjectNode().put("type", "object");
        schema.putArray("required").add("code");
        schema.putObject("properties")
                .putObject("code")
                .put("type", "string")
                .put("pattern", pattern)
                .put("maxLength", 40);

        answers(schema)
                .forEach(
                        form ->
                                assertThat(form.path("code").stringValue())
                                        .containsPattern(pattern));
    }

    @Test
    void saysWhichPatternIsBeyondIt() {
        JsonNode schema =
                Service.JSON.readTree(
                        """
                        {"type": "object", "required": ["code"], "properties": {
                           "code": {"type": "string", "pattern": "^(?=Z)Z9$"}}}
                        """);

        assertThatThrownBy(() -> answers(schema).toList())
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure ->
                                assertThat(failure.line())
                                        .startsWith("form_unfillable")
                                        .contains("'code'", "^(?=Z)Z9$"));
    }

    @Test
    void staysWithOneWorkspace() {
        JsonNode schema =
                Service.JSON.readTree(
                        """
                        {"type": "object", "required": ["workspaceId"], "properties": {
                           "workspaceId": {"type": "string"}}}
                        """);
        FormFiller filler = filler(7);

        assertThat(filler.fill(schema)).isEqualTo(filler.fill(schema));
    }

    @Test
    void makesExactlyOneMistakeOfType() {
        for (int seed = 0; seed < SEEDS; seed++) {
            FormFiller filler = filler(seed);
            ObjectNode form = filler.fill(FORM);
            ObjectNode spoiled = filler.spoil(FORM, form).orElseThrow();

            List<String> changed =
                    FORM.path("properties").propertyNames().stream()
                            .filter(name -> !form.path(name).equals(spoiled.path(name)))
                            .toList();
            assertThat(changed).hasSize(1);
            JsonNode value = spoiled.path(changed.getFirst());
            assertThat(value.isBoolean() || value.stringValue("").equals("perhaps")).isTrue();
        }
    }

    @Test
    void makesNoMistakeWhereEverythingIsAllowed() {
        assertThat(
                        filler(1)
                                .spoil(
                                        Service.JSON.createObjectNode(),
                                        Service.JSON.createObjectNode()))
                .isEqualTo(Optional.empty());
    }

    @Test
    void answersTheSameForTheSameSeed() {
        assertThat(answers(FORM)).containsExactlyElementsOf(answers(FORM).toList());
    }

    private static Stream<ObjectNode> answers(JsonNode schema) {
        return IntStream.range(0, SEEDS).mapToObj(seed -> filler(seed).fill(schema));
    }

    private static FormFiller filler(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new FormFiller(Person.random(random), random);
    }

    private static void ifGiven(ObjectNode form, String name, Consumer<JsonNode> check) {
        if (form.has(name)) {
            check.accept(form.path(name));
        }
    }
}
