package tools.choco.onboarding.hosting.render;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code site.yaml} says. */
record SiteConfig(
        String title,
        @Nullable String description,
        Layout layout,
        Locale language,
        String accent,
        @Nullable String author,
        List<Link> navigation) {

    static final String FILE = "site.yaml";

    private static final List<String> ACCENTS =
            List.of("blue", "green", "indigo", "orange", "pink", "teal");
    private static final int NAVIGATION_MAX = 12;

    /** How the pages are arranged. */
    enum Layout {
        BLOG("indigo"),
        DOCS("blue"),
        PORTFOLIO("orange");

        private final String accent;

        Layout(String accent) {
            this.accent = accent;
        }
    }

    /** An entry of the navigation. */
    record Link(String title, String target) {}

    /**
     * Reads the file.
     *
     * @throws BrokenSource if a setting is missing, unknown or wrong
     */
    static SiteConfig read(String text) {
        SafeYaml yaml = SafeYaml.read(FILE, text, 1);
        yaml.allowOnly(
                List.of(
                        "title",
                        "description",
                        "layout",
                        "language",
                        "accent",
                        "author",
                        "navigation"));
        String title = yaml.text("title");
        if (title == null || title.isBlank()) {
            throw BrokenSource.in(FILE, "the site needs a 'title'");
        }
        Layout layout = layout(yaml);
        String accent = yaml.text("accent");
        if (accent != null && !ACCENTS.contains(accent)) {
            throw yaml.wrong("accent", "one of " + String.join(", ", ACCENTS));
        }
        List<SafeYaml> navigation = yaml.mappings("navigation");
        if (navigation.size() > NAVIGATION_MAX) {
            throw yaml.wrong("navigation", "shorter than %d entries".formatted(NAVIGATION_MAX + 1));
        }
        return new SiteConfig(
                title,
                yaml.text("description"),
                layout,
                language(yaml),
                accent == null ? layout.accent : accent,
                yaml.text("author"),
                navigation.stream().map(SiteConfig::link).toList());
    }

    private static Layout layout(SafeYaml yaml) {
        String name = yaml.text("layout");
        for (Layout layout : Layout.values()) {
            if (layout.name().toLowerCase(Locale.ROOT).equals(name)) {
                return layout;
            }
        }
        throw yaml.wrong("layout", "one of blog, docs, portfolio");
    }

    private static Locale language(SafeYaml yaml) {
        String tag = yaml.text("language");
        if (tag == null) {
            return Locale.ENGLISH;
        }
        Locale language = Locale.forLanguageTag(tag);
        if (language.getLanguage().isEmpty()) {
            throw yaml.wrong("language", "a language tag such as en or de-AT");
        }
        return language;
    }

    private static Link link(SafeYaml yaml) {
        yaml.allowOnly(List.of("title", "link"));
        String title = yaml.text("title");
        String target = yaml.text("link");
        if (title == null || target == null) {
            throw BrokenSource.in(FILE, "an entry of 'navigation' needs a 'title' and a 'link'");
        }
        return new Link(title, target);
    }
}
