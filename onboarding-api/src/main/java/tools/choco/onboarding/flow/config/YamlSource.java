package tools.choco.onboarding.flow.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A YAML file that remembers the line of everything in it. */
final class YamlSource {

    static final int BYTES_MAX = 256 * 1024;

    private static final int DEPTH_MAX = 60;
    // Aliases may repeat a part, not multiply it without end.
    private static final int NODES_MAX = 20_000;

    private final String file;
    private int nodes;

    YamlSource(String file) {
        this.file = file;
    }

    /** The root of the only document in the file. */
    Node compose(byte[] bytes) {
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

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    InvalidFlow invalid(Node node, String reason) {
        return invalid(line(node), reason);
    }

    InvalidFlow invalid(int line, String reason) {
        return new InvalidFlow(file, line, reason);
    }

    String file() {
        return file;
    }

    /** The text of a key. */
    String key(Node key) {
        if (key instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        throw invalid(key, "a key must be text");
    }

    /** A part of the file as JSON, in the order of the file. */
    JsonNode toJson(Node node) {
        return toJson(node, 1);
    }

    /** The part at a JSON pointer; the nearest part around it that exists. */
    Node at(Node root, String pointer) {
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
                                "the key %s is repeated".formatted(InvalidFlow.quoted(key)));
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
            throw invalid(scalar, "%s is not a number".formatted(InvalidFlow.quoted(value)));
        }
        throw invalid(scalar, "the tag %s is not supported".formatted(tag.getValue()));
    }

    /** The text of a scalar. */
    String text(ScalarNode scalar) {
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
