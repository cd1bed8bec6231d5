package tools.choco.onboarding.hosting.render;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A mapping in YAML: text, numbers, yes and no, and lists of them. No tags, no aliases of parts.
 */
final class SafeYaml {

    private static final int CHARACTERS_MAX = 32 * 1024;
    private static final int TEXT_CHARACTERS_MAX = 1_000;

    private final String path;
    private final Map<String, Object> values;

    private SafeYaml(String path, Map<String, Object> values) {
        this.path = path;
        this.values = values;
    }

    /**
     * Reads it.
     *
     * @param firstLine line of the file on which the text begins, from 1
     * @throws BrokenSource if it is no such mapping
     */
    static SafeYaml read(String path, String text, int firstLine) {
        if (text.length() > CHARACTERS_MAX) {
            throw BrokenSource.in(
                    path, "more than %,d characters of YAML".formatted(CHARACTERS_MAX));
        }
        Object root;
        try {
            root =
                    new Load(
                                    LoadSettings.builder()
                                            .setAllowDuplicateKeys(false)
                                            .setAllowRecursiveKeys(false)
                                            .setMaxAliasesForCollections(0)
                                            .build())
                            .loadFromString(text);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + firstLine).orElse(firstLine);
            throw BrokenSource.in(
                    path + ":" + line, "not valid YAML: " + String.valueOf(e.getProblem()));
        } catch (YamlEngineException e) {
            throw BrokenSource.in(path, "not valid YAML");
        } catch (StackOverflowError e) {
            throw BrokenSource.in(path, "YAML that is nested too deeply");
        }
        if (root == null) {
            return new SafeYaml(path, Map.of());
        }
        if (!(root instanceof Map<?, ?> mapping)) {
            throw BrokenSource.in(path, "not a list of settings, as in \"title: My site\"");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        mapping.forEach(
                (key, value) -> {
                    if (value != null) {
                        values.put(String.valueOf(key), value);
                    }
                });
        return new SafeYaml(path, values);
    }

    /** Refuses settings that nobody knows. */
    void allowOnly(List<String> known) {
        values.keySet().stream()
                .filter(key -> !known.contains(key))
                .findFirst()
                .ifPresent(
                        key -> {
                            throw BrokenSource.in(
                                    path,
                                    "the setting '%s' is not one of %s"
                                            .formatted(shortened(key), String.join(", ", known)));
                        });
    }

    @Nullable String text(String key) {
        Object value = values.get(key);
        return value == null ? null : scalar(key, value);
    }

    boolean flag(String key) {
        Object value = values.getOrDefault(key, false);
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(key, "true or false");
    }

    int number(String key, int otherwise) {
        Object value = values.getOrDefault(key, otherwise);
        if (value instanceof Integer number) {
            return number;
        }
        throw wrong(key, "a whole number");
    }

    List<String> texts(String key) {
        Object value = values.getOrDefault(key, List.of());
        if (value instanceof List<?> list) {
            return list.stream().map(each -> scalar(key, each)).toList();
        }
        return List.of(scalar(key, value));
    }

    /** A list of mappings. */
    List<SafeYaml> mappings(String key) {
        Object value = values.getOrDefault(key, List.of());
        if (!(value instanceof List<?> list)) {
            throw wrong(key, "a list");
        }
        return list.stream()
                .map(
                        each -> {
                            if (!(each instanceof Map<?, ?> mapping)) {
                                throw wrong(key, "a list of settings");
                            }
                            Map<String, Object> inner = new LinkedHashMap<>();
                            mapping.forEach(
                                    (name, it) -> {
                                        if (it != null) {
                                            inner.put(String.valueOf(name), it);
                                        }
                                    });
                            return new SafeYaml(path, inner);
                        })
                .toList();
    }

    BrokenSource wrong(String key, String expected) {
        return BrokenSource.in(path, "'%s' is not %s".formatted(shortened(key), expected));
    }

    private String scalar(String key, @Nullable Object value) {
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            String text = value.toString().strip();
            if (text.length() > TEXT_CHARACTERS_MAX) {
                throw wrong(key, "shorter than %,d characters".formatted(TEXT_CHARACTERS_MAX));
            }
            return text;
        }
        throw wrong(key, "a text");
    }

    private static String shortened(String key) {
        return key.length() > 40 ? key.substring(0, 40) + "…" : key;
    }
}
