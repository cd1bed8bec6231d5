package tools.choco.onboarding.answer.form;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeType;
import tools.jackson.databind.node.NumericNode;

/**
 * One text for every JSON value: keys sorted by UTF-16 unit at every depth, no white space, the
 * shortest escapes, numbers by value ({@code 1.0}, {@code 1} and {@code 1e0} are the same).
 */
public final class CanonicalJson {

    /**
     * How much JSON is accepted.
     *
     * @param depthMax objects and arrays inside each other
     * @param charactersMax length of the canonical text
     */
    public record Limits(int depthMax, int charactersMax) {

        /** For the answers of a form. */
        public static final Limits ANSWERS = new Limits(16, 32 * 1024);

        /** For the body of a request. */
        public static final Limits BODY = new Limits(32, 128 * 1024);

        /** For the content of a flow. */
        public static final Limits FLOW = new Limits(64, 512 * 1024);
    }

    private static final int DIGITS_MAX = 64;
    private static final int EXPONENT_MAX = 308;
    // From here on a number is written with an exponent, as ECMAScript does.
    private static final int PLAIN_EXPONENT_MIN = -7;
    private static final int PLAIN_EXPONENT_MAX = 20;

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();

    private final Limits limits;
    private final StringBuilder text = new StringBuilder();

    private CanonicalJson(Limits limits) {
        this.limits = limits;
    }

    /**
     * The canonical text of a value.
     *
     * @throws JsonBeyondLimits if it is nested too deeply, too long, or holds a number of more than
     *     64 digits or beyond 1e308
     */
    public static String of(JsonNode node, Limits limits) {
        var canonical = new CanonicalJson(limits);
        canonical.write(node, 1);
        canonical.requireRoom();
        return canonical.text.toString();
    }

    /**
     * Reads JSON without losing a digit.
     *
     * @throws JacksonException if it is not JSON, or repeats a key
     */
    public static JsonNode parse(String json) {
        return MAPPER.readTree(json);
    }

    private void write(JsonNode node, int depth) {
        requireRoom();
        JsonNodeType type = node.getNodeType();
        switch (type) {
            case OBJECT -> writeObject(node, depth);
            case ARRAY -> writeArray(node, depth);
            case STRING -> writeString(node.stringValue());
            case NUMBER -> writeNumber(node);
            case BOOLEAN -> text.append(node.booleanValue());
            case NULL -> text.append("null");
            default -> throw new IllegalArgumentException("Not a JSON value: " + type);
        }
    }

    private void writeObject(JsonNode object, int depth) {
        requireDepth(depth);
        List<String> keys = new ArrayList<>(object.propertyNames());
        keys.sort(null);
        char before = '{';
        for (String key : keys) {
            text.append(before);
            writeString(key);
            text.append(':');
            write(object.required(key), depth + 1);
            before = ',';
        }
        text.append(keys.isEmpty() ? "{}" : "}");
    }

    private void writeArray(JsonNode array, int depth) {
        requireDepth(depth);
        char before = '[';
        for (JsonNode element : array) {
            text.append(before);
            write(element, depth + 1);
            before = ',';
        }
        text.append(array.isEmpty() ? "[]" : "]");
    }

    private void writeNumber(JsonNode node) {
        if (node instanceof NumericNode numeric && numeric.isNaN()) { // An infinity too.
            throw beyond("out_of_range", "A number is too large.");
        }
        BigDecimal number = node.decimalValue().stripTrailingZeros();
        if (number.signum() == 0) {
            text.append('0');
            return;
        }
        int exponent = number.precision() - number.scale() - 1;
        if (number.precision() > DIGITS_MAX || Math.abs((long) exponent) > EXPONENT_MAX) {
            throw beyond("out_of_range", "A number is too large, too small or too precise.");
        }
        if (exponent >= PLAIN_EXPONENT_MIN && exponent <= PLAIN_EXPONENT_MAX) {
            text.append(number.toPlainString());
            return;
        }
        String digits = number.unscaledValue().abs().toString();
        text.append(number.signum() < 0 ? "-" : "").append(digits.charAt(0));
        if (digits.length() > 1) {
            text.append('.').append(digits, 1, digits.length());
        }
        text.append(exponent < 0 ? "e-" : "e+").append(Math.abs(exponent));
    }

    private void writeString(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char unit = value.charAt(i);
            switch (unit) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    // Half a pair has no form in UTF-8: unescaped it would come back as another
                    // text.
                    if (unit < ' ' || isHalfPair(value, i)) {
                        text.append("\\u").append(HexFormat.of().toHexDigits(unit));
                    } else {
                        text.append(unit);
                    }
                }
            }
        }
        text.append('"');
    }

    private static boolean isHalfPair(String value, int index) {
        char unit = value.charAt(index);
        if (Character.isHighSurrogate(unit)) {
            return index + 1 == value.length()
                    || !Character.isLowSurrogate(value.charAt(index + 1));
        }
        return Character.isLowSurrogate(unit)
                && (index == 0 || !Character.isHighSurrogate(value.charAt(index - 1)));
    }

    private void requireDepth(int depth) {
        if (depth > limits.depthMax()) {
            throw beyond("too_deep", "The nesting is deeper than " + limits.depthMax() + ".");
        }
    }

    private void requireRoom() {
        if (text.length() > limits.charactersMax()) {
            throw beyond(
                    "too_large",
                    "The JSON is longer than " + limits.charactersMax() + " characters.");
        }
    }

    private static JsonBeyondLimits beyond(String code, String message) {
        return new JsonBeyondLimits(code, message);
    }
}
