package tools.choco.onboarding.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.choco.onboarding.events.EventType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The document of the stream says what the code does. */
class AsyncApiTest {

    private static final Path FILE = Path.of("..", "docs", "asyncapi.yaml");

    private static JsonNode document;
    private static List<StreamMessage> published;

    @BeforeAll
    static void read() throws IOException {
        Load load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
        document =
                JsonMapper.builder()
                        .build()
                        .valueToTree(load.loadFromString(Files.readString(FILE)));
        published = new ArrayList<>();
        try (Relaying log = new Relaying()) {
            for (int round = 0; round < 30; round++) {
                log.appendEveryType();
            }
            StreamMessages messages = new StreamMessages();
            log.log()
                    .reader()
                    .read(
                            0,
                            Long.MAX_VALUE,
                            1_000,
                            rows ->
                                    rows.forEach(
                                            row -> {
                                                StreamMessage message = messages.of(row);
                                                if (message != null) {
                                                    published.add(message);
                                                }
                                            }));
        }
    }

    @AfterAll
    static void forget() {
        published = List.of();
    }

    @Test
    void isAsyncApi3() {
        assertThat(document.path("asyncapi").asString()).startsWith("3.");
        assertThat(document.at("/operations/publish/action").asString()).isEqualTo("send");
        assertThat(document.at("/operations/publish/channel/$ref").asString())
                .isEqualTo("#/channels/events");
    }

    @Test
    void namesTheStream() {
        JsonNode stream = document.at("/channels/events/x-jetstream");

        assertThat(stream.path("stream").asString()).isEqualTo(Subjects.STREAM);
        assertThat(stream.path("subjects").path(0).asString()).isEqualTo(Subjects.ALL);
        assertThat(stream.path("partitions").asInt()).isEqualTo(Subjects.PARTITIONS);
    }

    @Test
    void listsEveryEventThatLeavesTheService() {
        Map<String, String> expected =
                EventType.all().stream()
                        .filter(StreamMessages::isPublished)
                        .collect(
                                Collectors.toMap(
                                        EventType::wireName,
                                        EventType::protoName,
                                        (a, b) -> a,
                                        TreeMap::new));
        Map<String, String> listed = new TreeMap<>();
        document.at("/components/messages")
                .forEach(
                        message ->
                                listed.put(
                                        message.path("name").asString(),
                                        message.path("x-payload-type").asString()));

        assertThat(listed).isEqualTo(expected);
        assertThat(names(document.at("/channels/events/messages")))
                .isEqualTo(names(document.at("/components/messages")));
    }

    @Test
    void saysWhereEachEventGoes() {
        Map<String, List<Pattern>> subjects = new TreeMap<>();
        document.at("/components/messages")
                .forEach(
                        message ->
                                subjects.put(
                                        message.path("name").asString(),
                                        message.path("x-subjects")
                                                .valueStream()
                                                .map(it -> pattern(it.asString()))
                                                .toList()));

        for (StreamMessage message : published) {
            String type = message.headers().getFirst(StreamMessage.EVENT_TYPE);
            assertThat(subjects.get(type))
                    .as(message.subject())
                    .anyMatch(it -> it.matcher(message.subject()).matches());
        }
        // Each filter is there for some message.
        subjects.forEach(
                (type, filters) ->
                        assertThat(filters)
                                .allSatisfy(
                                        filter ->
                                                assertThat(published)
                                                        .as(filter.pattern())
                                                        .anyMatch(
                                                                it ->
                                                                        filter.matcher(it.subject())
                                                                                .matches())));
    }

    @Test
    void saysWhatASubjectIsMadeOf() {
        String address = document.at("/channels/events/address").asString();
        JsonNode parameters = document.at("/channels/events/parameters");

        assertThat(address)
                .isEqualTo(Subjects.PREFIX + "{system}.{event}.{class}.{detail}.{partition}");
        for (StreamMessage message : published) {
            String[] tokens = message.subject().split("\\.", -1);
            assertThat(tokens).hasSize(8);
            assertThat(words(parameters.at("/system/enum"))).contains(tokens[3]);
            assertThat(words(parameters.at("/class/enum"))).contains(tokens[5]);
            assertThat(tokens[7]).matches("p([0-9]|[1-5][0-9]|6[0-3])");
        }
    }

    @Test
    void describesEveryHeader() {
        JsonNode headers = document.at("/components/schemas/Headers");
        List<String> required = words(headers.path("required"));

        for (StreamMessage message : published) {
            assertThat(names(headers.path("properties"))).containsAll(message.headers().keySet());
            assertThat(message.headers().keySet()).containsAll(required);
            headers.path("properties")
                    .propertyStream()
                    .filter(it -> it.getValue().has("pattern"))
                    .forEach(
                            it ->
                                    assertThat(message.headers().getFirst(it.getKey()))
                                            .matches(it.getValue().path("pattern").asString()));
        }
        assertThat(names(headers.path("properties")).stream().filter(it -> it.startsWith("Choco-")))
                .containsExactlyInAnyOrder(
                        StreamMessage.POSITION,
                        StreamMessage.EVENT_ID,
                        StreamMessage.EVENT_TYPE,
                        StreamMessage.AGGREGATE_ID,
                        StreamMessage.AGGREGATE_SEQUENCE,
                        StreamMessage.SESSION_ID,
                        StreamMessage.CORRELATION_ID,
                        StreamMessage.CAUSATION_ID);
    }

    @Test
    void pointsToTheEnvelopeThatThereIs() {
        String reference = document.at("/components/schemas/Envelope/schema/$ref").asString();
        Path proto = FILE.resolveSibling(reference.substring(0, reference.indexOf('#')));

        assertThat(proto).content().contains("message EventEnvelope {");
    }

    private static Pattern pattern(String filter) {
        return Pattern.compile(
                filter.replace(".", "\\.").replace("*", "[^.]+").replace("-", "\\-"));
    }

    private static TreeSet<String> names(JsonNode object) {
        return new TreeSet<>(object.propertyNames());
    }

    private static List<String> words(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }
}
