package tools.choco.onboarding.yaml;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.choco.onboarding.Keys;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A YAML file that remembers the line of everything in it, and says so of what is wrong: every
 * method fails with the exception that its owner wants, whose message is one line for people.
 */
public final class YamlSource {

    /** As long as a file may be. */
    public static final int BYTES_MAX = 256 * 1024;

    private static final int LINE_LENGTH_MAX = 200;

    private static final int DEPTH_MAX = 60;
    // Aliases may repeat a part, not multiply it without end.
    private static final int NODES_MAX = 20_000;

    private static final int MESSAGE_LENGTH_MAX = 500;

    private final String file;
    private final Function<String, RuntimeException> failure;
    private int nodes;

    /**
     * @param file its name, as messages give it
     * @param failure makes the exception from its message
     */
    public YamlSource(String file, Function<String, RuntimeException> failure) {
        this.file = file;
        this.failure = failure;
    }

    /** The root of the only document in the file. */
    public Node compose(byte[] bytes) {
        if (bytes.length > BYTES_MAX) {
            throw invalid(1, "the file is larger than %d bytes".formatted(BYTES_MAX));
        }
        String text = decode(bytes);
        try {
            // The composer refuses a key that is no scalar without its line; key() has it.
            return new Compose(
                            LoadSettings.builder()
                                    .setLabel(file)
                                    .setAllowNonScalarKeys(true)
                                    .build())
                    .composeString(text)
                    .orElseThrow(() -> invalid(1, "the file is empty"));
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            throw invalid(mark == null ? 1 : mark.getLine() + 1, "not YAML: " + e.getProblem());
        } catch (ReaderException e) {
            int end = text.offsetByCodePoints(0, Math.min(e.getPosition(), codePoints(text)));
            throw invalid(
                    1 + (int) text.substring(0, end).chars().filter(unit -> unit == '\n').count(),
                    "not YAML: a character that is not allowed");
        } catch (YamlEngineException e) {
            throw invalid(1, "not YAML: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw invalid(1, "nested too deeply");
        }
    }

    /** The line on which a part begins, from 1. */
    public static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    /** What to throw for a part of the file. */
    public RuntimeException invalid(Node node, String reason) {
        return invalid(line(node), reason);
    }

    private RuntimeException invalid(int line, String reason) {
        return failure.apply("%s:%d: %s".formatted(file, line, oneLine(reason)));
    }

    /** What to throw for a part that should be something else, for instance {@code a list}. */
    public RuntimeException wrongType(Node node, String what, String expected) {
        return invalid(node, "%s must be %s".formatted(what, expected));
    }

    /** A piece of a file as a message can hold it. */
    public static String quoted(String text) {
        String line = oneLine(text);
        return "'" + (line.length() <= 80 ? line : line.substring(0, 80) + "...") + "'";
    }

    /** A message on one line, cut where it gets long. */
    public static String oneLine(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() <= MESSAGE_LENGTH_MAX
                ? line
                : line.substring(0, MESSAGE_LENGTH_MAX) + "...";
    }

    /** Name of the file. */
    public String file() {
        return file;
    }

    /** The text of a key. */
    public String key(Node key) {
        if (key instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        throw invalid(key, "a key must be text");
    }

    /**
     * The members of a mapping, of which there may be no others.
     *
     * @param what what the mapping is, as messages give it
     */
    public YamlFields fields(Node node, String what, Set<String> known) {
        if (!(node instanceof MappingNode mapping)) {
            throw wrongType(node, what, "a mapping");
        }
        Map<String, Node> values = new LinkedHashMap<>();
        for (NodeTuple member : mapping.getValue()) {
            String name = key(member.getKeyNode());
            if (!known.contains(name)) {
                throw invalid(
                        member.getKeyNode(),
                        "%s has no field %s, only %s"
                                .formatted(
                                        what,
                                        quoted(name),
                                        String.join(", ", new TreeSet<>(known))));
            }
            if (values.putIfAbsent(name, member.getValueNode()) != null) {
                throw invalid(member.getKeyNode(), "the field '%s' is repeated".formatted(name));
            }
        }
        return new YamlFields(this, node, what, values);
    }

    /** The elements of a list. */
    public List<Node> list(Node node, String what) {
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        throw wrongType(node, what, "a list");
    }

    /** The elements of a list, of which there are not too many. */
    public List<Node> list(Node node, String what, int max) {
        List<Node> elements = list(node, what);
        if (elements.size() > max) {
            throw invalid(elements.get(max), "there are more than %d %s".formatted(max, what));
        }
        return elements;
    }

    /** A scalar that is text. */
    public String text(Node node, String what) {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.STR)) {
            return text(scalar);
        }
        throw wrongType(node, what, "text");
    }

    /** A text of one line that is not blank. */
    public String lineOfText(Node node, String what) {
        String text = text(node, what);
        if (text.isBlank()
                || text.length() > LINE_LENGTH_MAX
                || text.chars().anyMatch(Character::isISOControl)) {
            throw invalid(
                    node,
                    "%s must be a line of 1 to %d characters".formatted(what, LINE_LENGTH_MAX));
        }
        return text;
    }

    /** The key of a flow, a step and the like. */
    public String kebab(Node node, String what) {
        String key = text(node, what);
        if (!Keys.isKey(key)) {
            throw invalid(
                    node,
                    "%s: %s is not kebab-case of at most %d characters"
                            .formatted(what, quoted(key), Keys.KEY_LENGTH_MAX));
        }
        return key;
    }

    /**
     * One of the values that there are.
     *
     * @param key how a value is written
     */
    public <T> T oneOf(Node node, String what, List<T> all, Function<T, String> key) {
        String text = text(node, what);
        return all.stream()
                .filter(it -> key.apply(it).equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                invalid(
                                        node,
                                        "%s: %s is not one of %s"
                                                .formatted(
                                                        what,
                                                        quoted(text),
                                                        all.stream()
                                                                .map(key)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    /** A scalar that is true or false. */
    public boolean bool(Node node) {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            return Boolean.parseBoolean(scalar.getValue());
        }
        throw invalid(node, "must be true or false");
    }

    /** A part of the file as JSON, in the order of the file. */
    public JsonNode toJson(Node node) {
        return toJson(node, 1);
    }

    /** The part at a JSON pointer; the nearest part around it that exists. */
    public Node at(Node root, String pointer) {
        Node place = root;
        for (String escaped : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/")) {
            String step = escaped.replace("~1", "/").replace("~0", "~");
            Node next = child(place, step);
            if (next == null) {
                return place;
            }
            place = next;
        }
        return place;
    }

    private static @Nullable Node child(Node parent, String step) {
        if (parent instanceof MappingNode mapping) {
            return mapping.getValue().stream()
                    .filter(
                            member ->
                                    member.getKeyNode() instanceof ScalarNode key
                                            && key.getValue().equals(step))
                    .map(NodeTuple::getValueNode)
                    .findFirst()
                    .orElse(null);
        }
        if (parent instanceof SequenceNode sequence && step.matches("\\d{1,6}")) {
            int index = Integer.parseInt(step);
            return index < sequence.getValue().size() ? sequence.getValue().get(index) : null;
        }
        return null;
    }

    private JsonNode toJson(Node node, int depth) {
        nodes++;
        if (depth > DEPTH_MAX || nodes > NODES_MAX) {
            throw invalid(node, "nested too deeply, or repeated too often");
        }
        return switch (node) {
            case MappingNode mapping -> {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                for (NodeTuple member : mapping.getValue()) {
                    String key = key(member.getKeyNode());
                    if (object.has(key)) {
                        throw invalid(
                                member.getKeyNode(),
                                "the key %s is repeated".formatted(quoted(key)));
                    }
                    object.set(key, toJson(member.getValueNode(), depth + 1));
                }
                yield object;
            }
            case SequenceNode sequence -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                sequence.getValue().forEach(element -> array.add(toJson(element, depth + 1)));
                yield array;
            }
            case ScalarNode scalar -> toJson(scalar);
            default -> throw invalid(node, "not a value");
        };
    }

    private JsonNode toJson(ScalarNode scalar) {
        JsonNodeFactory factory = JsonNodeFactory.instance;
        Tag tag = scalar.getTag();
        String value = scalar.getValue();
        try {
            if (tag.equals(Tag.STR)) {
                return factory.stringNode(text(scalar));
            } else if (tag.equals(Tag.BOOL)) {
                return factory.booleanNode(Boolean.parseBoolean(value));
            } else if (tag.equals(Tag.NULL)) {
                return factory.nullNode();
            } else if (tag.equals(Tag.INT)) {
                return factory.numberNode(new BigInteger(value));
            } else if (tag.equals(Tag.FLOAT)) {
                return factory.numberNode(new BigDecimal(value));
            }
        } catch (NumberFormatException e) {
            throw invalid(scalar, "%s is not a number".formatted(quoted(value)));
        }
        throw invalid(scalar, "the tag %s is not supported".formatted(tag.getValue()));
    }

    /** The text of a scalar. */
    public String text(ScalarNode scalar) {
        // PostgreSQL stores no U+0000.
        if (scalar.getValue().indexOf('\0') >= 0) {
            throw invalid(scalar, "a text holds a character that is not allowed");
        }
        return scalar.getValue();
    }

    private String decode(byte[] bytes) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw invalid(line, "not UTF-8");
        }
        return out.flip().toString();
    }

    private static int codePoints(String text) {
        return text.codePointCount(0, text.length());
    }
}
