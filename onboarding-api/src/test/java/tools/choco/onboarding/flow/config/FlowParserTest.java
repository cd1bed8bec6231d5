package tools.choco.onboarding.flow.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Path;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;
import tools.choco.onboarding.flow.Template;

class FlowParserTest {

    private static final String FLOW =
            """
            id: sample
            version: 3
            title: A sample
            resumeThreshold: PT30M
            idleLimit: P7D
            steps:
              - id: profile
                title: About you
                kind: form
                required: true
                answers:
                  type: object
                  properties:
                    name: {type: string, maxLength: 10}
              - id: tools
                title: Tools
                kind: form
                skippable: true
                answers: {type: object}
              - id: path
                title: Path
                kind: path
              - id: site
                title: Site
                kind: site
            paths:
              - {id: blog, title: A blog}
            templates:
              - {id: plain, title: Plain}
            """;

    @Test
    void readsEverythingThatAFileSays() {
        FlowDefinition definition = parse(FLOW);
        Flow flow = definition.flow();
        assertThat(flow.id()).isEqualTo("sample");
        assertThat(flow.version()).isEqualTo(3);
        assertThat(flow.title()).isEqualTo("A sample");
        assertThat(flow.hash()).matches("[0-9a-f]{64}");
        assertThat(flow.variants()).containsExactly("default");
        assertThat(flow.resumeThreshold()).isEqualTo(Duration.ofMinutes(30));
        assertThat(flow.idleLimit()).isEqualTo(Duration.ofDays(7));
        assertThat(flow.steps())
                .containsExactly(
                        new Step(
                                "profile",
                                "About you",
                                StepKind.FORM,
                                1,
                                true,
                                false,
                                "{\"type\":\"object\",\"properties\":"
                                        + "{\"name\":{\"type\":\"string\",\"maxLength\":10}}}"),
                        new Step(
                                "tools",
                                "Tools",
                                StepKind.FORM,
                                2,
                                false,
                                true,
                                "{\"type\":\"object\"}"),
                        new Step("path", "Path", StepKind.PATH, 3, false, false, null),
                        new Step("site", "Site", StepKind.SITE, 4, false, false, null));
        assertThat(flow.paths()).containsExactly(new Path("blog", "A blog"));
        assertThat(flow.templates()).containsExactly(new Template("plain", "Plain"));
        assertThat(definition.versionLine()).isEqualTo(2);
    }

    @Test
    void hashesTheContentWhateverTheLayoutTheOrderAndTheDefaults() {
        String other =
                """
                {"paths": [{"title": "A blog", "id": "blog"}], "title": "A sample", "id": "sample",
                 "variants": ["default"], "version": 3, "idleLimit": "PT168H", "resumeThreshold": "PT1800S",
                 "templates": [{"title": "Plain", "id": "plain"}],
                 "steps": [
                  {"id": "profile", "title": "About you", "kind": "form", "required": true, "skippable": false,
                   "answers": {"properties": {"name": {"maxLength": 10.0, "type": "string"}}, "type": "object"}},
                  {"kind": "form", "id": "tools", "title": "Tools", "skippable": true, "answers": {"type": "object"}},
                  {"kind": "path", "id": "path", "title": "Path"},
                  {"kind": "site", "id": "site", "title": "Site"}]}
                """;
        assertThat(parse(other).flow().hash()).isEqualTo(parse(FLOW).flow().hash());
        assertThat(parse(other).content()).isEqualTo(parse(FLOW).content());
    }

    @ParameterizedTest
    @MethodSource("changes")
    void hashesAnythingElseDifferently(String before, String after) {
        assertThat(parse(changed(before, after)).flow().hash())
                .isNotEqualTo(parse(FLOW).flow().hash());
    }

    static List<Arguments> changes() {
        return List.of(
                arguments("version: 3", "version: 4"),
                arguments("title: A sample", "title: Another"),
                arguments("PT30M", "PT31M"),
                arguments("P7D", "P8D"),
                arguments("maxLength: 10", "maxLength: 11"),
                arguments("required: true", "required: false"),
                arguments("skippable: true", "skippable: false"),
                arguments("title: A blog", "title: Blog"),
                arguments("id: plain", "id: fancy"),
                arguments("steps:", "variants: [a, b]\nsteps:"));
    }

    @Test
    void comesBackFromItsContent() {
        Flow flow = parse(FLOW).flow();
        Flow back = FlowContent.read(parse(FLOW).content());
        assertThat(back.hash()).isEqualTo(flow.hash());
        assertThat(back)
                .usingRecursiveComparison()
                .ignoringFields("steps.answerSchema")
                .isEqualTo(flow);
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("invalid")
    void refusesWithFileLineAndReason(String yaml, int line, String reason) {
        assertThatExceptionOfType(InvalidFlow.class)
                .isThrownBy(() -> parse(yaml))
                .satisfies(
                        invalid ->
                                assertThat(invalid.getMessage())
                                        .startsWith("sample.yaml:%d: ".formatted(line))
                                        .contains(reason)
                                        .doesNotContain("\n"));
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                arguments("", 1, "the file is empty"),
                arguments("# nothing\n", 1, "the file is empty"),
                arguments("id: [a\nversion: 1\n", 2, "not YAML"),
                arguments("id: a\n\tversion: 1\n", 2, "not YAML"),
                arguments("id: a\n---\nid: b\n", 2, "not YAML"),
                arguments("id: a\ntitle: \u0001\n", 2, "not YAML: a character"),
                arguments("- id\n", 1, "the flow must be a mapping"),
                arguments("[".repeat(200_000), 1, ""),
                arguments("x".repeat(256 * 1024 + 1), 1, "larger than 262144 bytes"),
                arguments(changed("title: A sample", "titel: A sample"), 3, "no field 'titel'"),
                arguments(changed("title: A sample", "id: again"), 3, "'id' is repeated"),
                arguments(changed("title: A sample", "? [a]\n: b"), 3, "a key must be text"),
                arguments(changed("title: A sample\n", ""), 1, "the flow lacks 'title'"),
                arguments(changed("resumeThreshold: PT30M\n", ""), 1, "lacks 'resumeThreshold'"),
                arguments(changed("    title: Tools\n", ""), 15, "the step lacks 'title'"),
                arguments(changed("    answers: {type: object}\n", ""), 15, "lacks 'answers'"),
                arguments(changed("title: A sample", "title: [A]"), 3, "title must be text"),
                arguments(changed("title: A sample", "title: 5"), 3, "title must be text"),
                arguments(changed("title: A sample", "title: ' '"), 3, "title must be a line"),
                arguments(changed("title: A sample", "title: \"a\\nb\""), 3, "must be a line"),
                arguments(changed("title: A sample", "title: \"a\\0\""), 3, "not allowed"),
                arguments(changed("required: true", "required: maybe"), 10, "true or false"),
                arguments(changed("paths:\n", "paths:\n  - blog\n"), 27, "must be a mapping"),
                arguments(changed("id: sample", "id: My Sample"), 1, "is not kebab-case"),
                arguments(changed("id: tools", "id: to_ols"), 15, "is not kebab-case"),
                arguments(changed("id: blog", "id: Blog"), 27, "is not kebab-case"),
                arguments(changed("id: tools", "id: profile"), 15, "'profile' is repeated, line 7"),
                arguments(changed("id: tools", "id: completed"), 15, "name of a funnel stage"),
                arguments(
                        changed("paths:\n", "paths:\n  - {id: blog, title: Blog}\n"),
                        28,
                        "the path 'blog' is repeated, line 27"),
                arguments(changed("steps:", "variants: [a, a]\nsteps:"), 6, "'a' is repeated"),
                arguments(changed("steps:", "variants: []\nsteps:"), 6, "no variants"),
                arguments(
                        changed("skippable: true", "required: true\n    skippable: true"),
                        19,
                        "both required and skippable"),
                arguments(upTo("steps:") + " []\n", 6, "there are no steps"),
                arguments(upTo("steps:") + " {}\n", 6, "steps must be a list"),
                arguments(upTo("steps:") + steps(51), 6 + 5 * 50 + 1, "more than 50 steps"),
                arguments(
                        changed("paths:\n  - {id: blog, title: A blog}\n", ""),
                        22,
                        "needs paths, and there are none"),
                arguments(
                        changed("  - id: path\n    title: Path\n    kind: path\n", ""),
                        24,
                        "no step of kind path"),
                arguments(changed("kind: site", "kind: path"), 25, "one step of kind path at most"),
                arguments(changed("kind: path", "kind: site"), 25, "one step of kind site at most"),
                arguments(changed("kind: site", "kind: sight"), 25, "not one of form, path, site"),
                arguments(
                        changed("kind: site", "kind: site\n    answers: {type: object}"),
                        26,
                        "asks for no answers"),
                arguments(changed("version: 3", "version: 0"), 2, "version must be from 1"),
                arguments(changed("version: 3", "version: -1"), 2, "version must be from 1"),
                arguments(
                        changed("version: 3", "version: 99999999999"), 2, "version must be from 1"),
                arguments(changed("version: 3", "version: '3'"), 2, "must be a whole number"),
                arguments(changed("PT30M", "30 minutes"), 4, "not an ISO 8601 duration"),
                arguments(changed("P7D", "P1M"), 5, "not an ISO 8601 duration"),
                arguments(changed("P7D", "PT0S"), 5, "more than nothing"),
                arguments(changed("P7D", "-P7D"), 5, "more than nothing"),
                arguments(changed("P7D", "P9999D"), 5, "at most P3650D"),
                arguments(changed("maxLength: 10", "maxLength: -1"), 14, "not a JSON Schema"),
                arguments(changed("maxLength: 10", "pattern: '('"), 14, "not a JSON Schema"),
                arguments(changed("type: string,", "type: text,"), 14, "not a JSON Schema"),
                arguments(changed("maxLength: 10", "maxLen: 10"), 14, "not a keyword"),
                arguments(changed("maxLength: 10", "format: mail"), 14, "must be one of"),
                arguments(
                        changed("maxLength: 10", "$ref: 'https://choco.example/x'"),
                        14,
                        "must name a definition"),
                arguments(
                        changed("maxLength: 10", "$ref: '#/$defs/absent'"),
                        14,
                        "must name a definition"),
                arguments(
                        changed(
                                "answers: {type: object}",
                                "answers:\n      type: object\n      $defs:\n        a: {$ref: '#/$defs/a'}"),
                        22,
                        "must not refer to itself"),
                arguments(
                        changed("answers: {type: object}", "answers: {type: array}"),
                        19,
                        "must be a JSON Schema of type object"),
                arguments(
                        changed("answers: {type: object}", "answers: true"),
                        19,
                        "must be a JSON Schema"),
                arguments(
                        changed("maxLength: 10", "maxLength: 10, maxLength: 11"),
                        14,
                        "'maxLength' is repeated"),
                arguments(changed("maxLength: 10", "default: .inf"), 14, "is not a number"),
                arguments(changed("maxLength: 10", "default: !secret x"), 14, "is not supported"),
                arguments(
                        changed(
                                "maxLength: 10",
                                "default: &a [&b [&c [&d [&e [x,x,x,x,x,x,x,x,x], *e,*e,*e,*e,*e,*e,*e,*e],"
                                        + " *d,*d,*d,*d,*d,*d,*d,*d], *c,*c,*c,*c,*c,*c,*c,*c],"
                                        + " *b,*b,*b,*b,*b,*b,*b,*b]"),
                        14,
                        "repeated too often"),
                arguments(changed("maxLength: 10", "default: &a [*a]"), 14, "nested too deeply"));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        byte[] bytes = "id: a\ntitle: \u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        assertThatExceptionOfType(InvalidFlow.class)
                .isThrownBy(() -> FlowParser.parse("sample.yaml", bytes))
                .withMessage("sample.yaml:2: not UTF-8");
    }

    private static FlowDefinition parse(String yaml) {
        return FlowParser.parse("sample.yaml", yaml.getBytes(StandardCharsets.UTF_8)).definition();
    }

    private static String changed(String before, String after) {
        assertThat(FLOW).contains(before);
        return FLOW.substring(0, FLOW.indexOf(before))
                + after
                + FLOW.substring(FLOW.indexOf(before) + before.length());
    }

    private static String upTo(String end) {
        return FLOW.substring(0, FLOW.indexOf(end) + end.length());
    }

    private static String steps(int count) {
        StringBuilder steps = new StringBuilder("\n");
        for (int i = 1; i <= count; i++) {
            steps.append(
                    """
                      - id: step-%d
                        title: Step
                        kind: form
                        answers:
                          type: object
                    """
                            .formatted(i));
        }
        return steps.toString();
    }
}
