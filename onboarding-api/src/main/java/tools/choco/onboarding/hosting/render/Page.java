package tools.choco.onboarding.hosting.render;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import org.commonmark.node.Node;
import org.jspecify.annotations.Nullable;

/**
 * A page as its author wrote it.
 *
 * @param path of its file
 * @param address from the root of the site; empty or ending with a slash
 * @param title from the front matter, the first heading, or the file's name
 * @param description one or two sentences, if there are any
 * @param date when it was written, if it says so
 * @param order place among its neighbours; those without come last
 * @param tags words that it is filed under
 * @param image path or address of a picture, if it has one
 * @param link address of what it is about, if it names one
 * @param body the text below the title
 */
record Page(
        String path,
        String address,
        String title,
        @Nullable String description,
        @Nullable LocalDate date,
        int order,
        List<String> tags,
        @Nullable String image,
        @Nullable String link,
        Node body) {

    static final String END = ".md";
    static final String INDEX = "index.md";

    private static final int UNORDERED = 1_000_000;
    private static final int FENCE_LENGTH = 3;

    /**
     * Reads a file; null if it is a draft.
     *
     * @throws BrokenSource if its text or front matter cannot be read
     */
    static @Nullable Page read(String path, byte[] bytes, Markdown markdown) {
        String text = decode(path, bytes);
        String front = "";
        if (text.startsWith("---\n")) {
            int end = text.indexOf("\n---\n", FENCE_LENGTH);
            if (end < 0) {
                throw BrokenSource.in(path + ":1", "the front matter has no closing line '---'");
            }
            front = text.substring(FENCE_LENGTH + 1, Math.max(FENCE_LENGTH + 1, end));
            text = text.substring(end + "\n---\n".length());
        }
        // Below the opening line.
        SafeYaml yaml = SafeYaml.read(path, front, 2);
        if (yaml.flag("draft")) {
            return null;
        }
        Node body = markdown.parse(path, text);
        String title = yaml.text("title");
        if (title == null || title.isBlank()) {
            title = Markdown.takeTitle(body);
        }
        return new Page(
                path,
                address(path),
                title == null || title.isBlank() ? humanised(name(path)) : title,
                yaml.text("description"),
                date(yaml),
                yaml.number("order", UNORDERED),
                yaml.texts("tags"),
                yaml.text("image"),
                yaml.text("link"),
                body);
    }

    boolean isIndex() {
        return path.equals(INDEX) || path.endsWith("/" + INDEX);
    }

    /** Whether its file lies below a directory of the root. */
    boolean isBelow(String directory) {
        return path.startsWith(directory + "/");
    }

    /** First directory of its path; empty at the root. */
    String directory() {
        int slash = path.indexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** "getting-started" as a title. */
    static String humanised(String name) {
        String words = name.replace('-', ' ').replace('_', ' ').strip();
        return words.isEmpty()
                ? name
                : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    static String address(String path) {
        String stem =
                path.equals(INDEX)
                        ? ""
                        : path.endsWith("/" + INDEX)
                                ? path.substring(0, path.length() - INDEX.length())
                                : path.substring(0, path.length() - END.length()) + "/";
        return normal(stem);
    }

    /** One spelling of what looks the same. */
    static String normal(String path) {
        return Normalizer.normalize(path, Normalizer.Form.NFC);
    }

    private static String name(String path) {
        String file = path.substring(0, path.length() - END.length());
        if (file.endsWith("/index")) {
            file = file.substring(0, file.length() - "/index".length());
        }
        return file.substring(file.lastIndexOf('/') + 1);
    }

    private static @Nullable LocalDate date(SafeYaml yaml) {
        String text = yaml.text("date");
        if (text == null) {
            return null;
        }
        try {
            // A time of day may follow.
            return LocalDate.parse(text.length() > 10 ? text.substring(0, 10) : text);
        } catch (DateTimeParseException e) {
            throw yaml.wrong("date", "a date such as 2026-11-21");
        }
    }

    static String decode(String path, byte[] bytes) {
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString()
                            .replace("\r\n", "\n");
            // Files end with a line end, whatever their editor thinks.
            return (text.startsWith("\uFEFF") ? text.substring(1) : text) + "\n";
        } catch (CharacterCodingException e) {
            throw BrokenSource.in(path, "the file is not UTF-8 text");
        }
    }
}
