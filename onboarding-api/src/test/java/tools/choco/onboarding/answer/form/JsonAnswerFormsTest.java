package tools.choco.onboarding.answer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.networknt.schema.SchemaException;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;
import tools.jackson.databind.json.JsonMapper;

class JsonAnswerFormsTest {

    private static final String MARKER = "planted-8f3a";

    private final JsonAnswerForms forms = new JsonAnswerForms();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | /answers/firstName | required",
                "{'firstName':'a','un/kn~own':1} | /answers/un~1kn~0own | unknown_member",
                "{'firstName':'abcdefghijk'} | /answers/firstName | too_long",
                "{'firstName':''} | /answers/firstName | too_short",
                "{'firstName':1} | /answers/firstName | wrong_type",
                "{'firstName':null} | /answers/firstName | wrong_type",
                "{'firstName':'a','size':'7'} | /answers/size | not_allowed",
                "{'firstName':'a','fixed':2} | /answers/fixed | not_allowed",
                "{'firstName':'a','gone':2} | /answers/gone | not_allowed",
                "{'firstName':'a','zone':'No Zone'} | /answers/zone | bad_format",
                "{'firstName':'a','emails':['a@b.test','nobody']} | /answers/emails/1 | bad_format",
                "{'firstName':'a','emails':[]} | /answers/emails | too_few",
                "{'firstName':'a','emails':['a@b.test','b@b.test','c@b.test']} | /answers/emails | too_many",
                "{'firstName':'a','emails':['a@b.test','a@b.test']} | /answers/emails | not_unique",
                "{'firstName':'a','age':-1} | /answers/age | out_of_range",
                "{'firstName':'a','age':200} | /answers/age | out_of_range",
                "{'firstName':'a','age':1.5} | /answers/age | wrong_type",
                "{'firstName':'a','address':{}} | /answers/address/city | required",
                "{'firstName':'a','address':{'city':'x','y':1}} | /answers/address/y | unknown_member",
                "{'firstName':'a','either':[]} | /answers/either | invalid"
            })
    void namesThePlaceAndTheReason(String answers, String pointer, String code) {
        assertThat(check(answers.replace('\'', '"')))
                .anySatisfy(
                        issue -> {
                            assertThat(issue.pointer()).isEqualTo(pointer);
                            assertThat(issue.code()).isEqualTo(code);
                            assertThat(issue.detail()).isNotBlank().endsWith(".");
                        });
    }

    @Test
    void findsNothingWrongWithAnswersThatFollowTheSchema() {
        assertThat(
                        check(
                                """
                                {"firstName":"Ada","size":"1","zone":"Europe/Vienna","age":36.0,
                                 "emails":["ada@team.internal"],"address":{"city":"Wien"},"either":1}
                                """))
                .isEmpty();
    }

    @Test
    void listsEveryViolation() {
        assertThat(check("{\"size\":\"7\",\"emails\":[\"x\",1],\"more\":0}"))
                .extracting(Issue::pointer)
                .contains(
                        "/answers/firstName",
                        "/answers/size",
                        "/answers/emails/0",
                        "/answers/emails/1",
                        "/answers/more");
    }

    @Test
    void neverRepeatsAValue() {
        String sent =
                """
                {"firstName":"%1$s-too-long","size":"%1$s","fixed":"%1$s","zone":"%1$s !","gone":"%1$s",
                 "emails":["%1$s","%1$s","%1$s"],"age":"%1$s","address":"%1$s","either":"%1$s"}
                """
                        .formatted(MARKER);
        assertThat(check(sent))
                .hasSizeGreaterThan(8)
                .noneMatch(issue -> issue.toString().contains(MARKER));
    }

    @Test
    void listsAHundredViolationsAtMost() {
        StringBuilder members = new StringBuilder("{\"firstName\":\"a\"");
        for (int i = 0; i < 500; i++) {
            members.append(",\"m").append(i).append("\":0");
        }
        assertThat(check(members.append('}').toString())).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@b.de",
                "first.last+tag@sub.team.internal",
                "x@y.example",
                "o'neil@a-b.museum"
            })
    void acceptsAddresses(String address) {
        assertThat(check("{\"firstName\":\"a\",\"emails\":[\"%s\"]}".formatted(address))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "@b.de",
                "a@",
                "a@b",
                "a b@c.de",
                "a@b..de",
                "a@-b.de",
                "a@b.de\\n",
                "<a@b.de>"
            })
    void refusesWhatIsNoAddress(String address) {
        assertThat(check("{\"firstName\":\"a\",\"emails\":[\"%s\"]}".formatted(address)))
                .extracting(Issue::code)
                .containsExactly("bad_format");
    }

    @Test
    void namesTheMembersThatDiffer() {
        assertThat(
                        forms.difference(
                                new Answers("{\"a\":1,\"b\":[1,2],\"c\":\"x\"}"),
                                new Answers("{\"a\":1,\"b\":[2,1],\"d/e\":\"x\"}")))
                .containsExactly("/b", "/c", "/d~1e");
        assertThat(forms.difference(new Answers("{\"a\":1}"), new Answers("{\"a\":1}"))).isEmpty();
    }

    @Test
    void readsATextAndNothingElse() {
        var answers = new Answers("{\"list\":[],\"number\":1,\"workspaceId\":\"w-1\"}");
        assertThat(forms.text(answers, "workspaceId")).contains("w-1");
        assertThat(forms.text(answers, "number")).isEmpty();
        assertThat(forms.text(answers, "list")).isEmpty();
        assertThat(forms.text(answers, "absent")).isEmpty();
    }

    @Test
    void makesAnswersOfABody() {
        assertThat(JsonAnswerForms.answers(CanonicalJson.parse("{ \"b\": 1.0, \"a\": 2 }")))
                .isEqualTo(new Answers("{\"a\":2,\"b\":1}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[1] | wrong_type", "true | wrong_type", "{'a':1e400} | out_of_range"})
    void refusesABodyThatIsNoAnswers(String body, String code) {
        var json = JsonMapper.builder().build().readTree(body.replace('\'', '"'));
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> JsonAnswerForms.answers(json))
                .satisfies(
                        refused -> {
                            assertThat(refused.refusal()).isEqualTo(Refusal.ANSWERS_INVALID);
                            assertThat(refused.issues())
                                    .singleElement()
                                    .satisfies(
                                            issue -> {
                                                assertThat(issue.pointer()).isEqualTo("/answers");
                                                assertThat(issue.code()).isEqualTo(code);
                                            });
                        });
    }

    @Test
    void refusesABodyThatIsTooDeepOrTooLong() {
        for (String body :
                List.of(
                        "{\"a\":" + "[".repeat(16) + "]".repeat(16) + "}",
                        "{\"a\":\"" + "x".repeat(33_000) + "\"}")) {
            assertThatExceptionOfType(Refused.class)
                    .isThrownBy(() -> JsonAnswerForms.answers(CanonicalJson.parse(body)))
                    .satisfies(
                            refused ->
                                    assertThat(refused.issues().getFirst().code())
                                            .isIn("too_deep", "too_large"));
        }
    }

    @Test
    void loadsNothingFromElsewhere() throws IOException {
        var requests = new AtomicInteger();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    exchange.sendResponseHeaders(404, -1);
                    exchange.close();
                });
        server.start();
        try {
            String url = "http://127.0.0.1:%d/schema".formatted(server.getAddress().getPort());
            for (String reference : List.of(url, "file:///etc/hostname", "classpath:flows/x")) {
                String schema = "{\"$ref\":\"%s\"}".formatted(reference);
                assertThatExceptionOfType(SchemaException.class)
                        .isThrownBy(() -> forms.check(step(schema), new Answers("{}")));
                assertThat(JsonSchemas.flaw(CanonicalJson.parse(schema)))
                        .contains(
                                new JsonSchemas.Flaw(
                                        "/$ref",
                                        "must name a definition of the schema: #/$defs/..."));
            }
            assertThat(requests).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void refusesAStepWithoutAForm() {
        var path = new Step("path", "Path", StepKind.PATH, 1, true, false, null);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> forms.check(path, new Answers("{}")));
    }

    private List<Issue> check(String answers) {
        return forms.check(step(SCHEMA), JsonAnswerForms.answers(CanonicalJson.parse(answers)));
    }

    private static Step step(String schema) {
        return new Step("form", "Form", StepKind.FORM, 1, true, false, schema);
    }

    private static final String SCHEMA =
            """
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["firstName"],
              "properties": {
                "firstName": {"type": "string", "minLength": 1, "maxLength": 10},
                "size": {"enum": ["1", "2"]},
                "fixed": {"const": 1},
                "gone": false,
                "zone": {"type": "string", "pattern": "^[A-Za-z]+(/[A-Za-z]+)?$"},
                "emails": {
                  "type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
                  "items": {"type": "string", "format": "email"}
                },
                "age": {"type": "integer", "minimum": 0, "maximum": 150},
                "address": {"$ref": "#/$defs/address"},
                "either": {"oneOf": [{"type": "string", "maxLength": 2}, {"type": "integer"}]}
              },
              "$defs": {
                "address": {
                  "type": "object", "required": ["city"], "additionalProperties": false,
                  "properties": {"city": {"type": "string"}}
                }
              }
            }
            """;
}
