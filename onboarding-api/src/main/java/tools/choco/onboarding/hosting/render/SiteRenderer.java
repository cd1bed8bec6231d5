package tools.choco.onboarding.hosting.render;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsFirst;

import java.io.IOException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.hosting.render.SiteConfig.Layout;

/** Builds a site: the same source, address and theme always give the same files. */
public final class SiteRenderer {

    private static final String POSTS = "posts";
    private static final String PROJECTS = "projects";
    private static final String FEED = "feed.xml";
    private static final int FEED_ENTRIES_MAX = 20;
    private static final int SUMMARY_CHARACTERS_MAX = 200;

    // Undated pages last.
    private static final Comparator<Page> NEWEST_FIRST =
            comparing(Page::date, nullsFirst(naturalOrder())).reversed().thenComparing(Page::path);
    private static final Comparator<Page> IN_ORDER =
            comparingInt(Page::order).thenComparing(Page::title).thenComparing(Page::path);

    private final Theme theme;
    private final int pageBytesMax;
    private final Markdown markdown = new Markdown();

    /**
     * @param pageBytesMax longest file of Markdown, bytes
     */
    public SiteRenderer(Theme theme, int pageBytesMax) {
        this.theme = theme;
        this.pageBytesMax = pageBytesMax;
    }

    /**
     * What became of a source.
     *
     * @param pages pages built
     * @param leftOut files of a kind that is not served
     */
    public record Built(int pages, int leftOut) {}

    // What the templates read.

    private record Item(
            String title,
            String href,
            boolean current,
            @Nullable String summary,
            @Nullable String day,
            @Nullable String dayText,
            @Nullable String image,
            String initial,
            List<String> tags) {}

    private record Group(String title, String href, boolean current, List<Item> items) {}

    /**
     * Builds every file of a site.
     *
     * @param url absolute address of the site, ends with a slash
     * @throws BrokenSource if the source cannot become a site
     */
    public Built build(Collection<SourceFile> source, String url, Output out) throws IOException {
        Map<String, Page> pages = new TreeMap<>();
        Map<String, SourceFile> files = new TreeMap<>();
        int leftOut = 0;
        SiteConfig config = null;
        for (SourceFile file : source) {
            heed();
            String path = file.path();
            if (path.equals(SiteConfig.FILE)) {
                config = SiteConfig.read(Page.decode(path, text(file)));
            } else if (file.isAside()) {
                continue;
            } else if (!file.isAddressable()) {
                throw BrokenSource.in(
                        path, "a name of letters, digits, spaces and ._- is needed to serve it");
            } else if (path.endsWith(Page.END)) {
                Page page = Page.read(path, text(file), markdown);
                if (page != null) {
                    Page other = pages.put(page.address(), page);
                    if (other != null) {
                        throw BrokenSource.in(
                                path, "has the same address as %s".formatted(other.path()));
                    }
                }
            } else if (ContentTypes.of(path).isPresent()) {
                files.put(Page.normal(path), file);
            } else {
                leftOut++;
            }
        }
        if (config == null) {
            throw new BrokenSource("There is no " + SiteConfig.FILE + " at the top of the source");
        }
        if (!pages.containsKey("")) {
            throw new BrokenSource(
                    "There is no " + Page.INDEX + " at the top of the source that is not a draft");
        }
        if (config.layout() == Layout.BLOG) {
            requireDates(pages.values());
        }
        write(new Site(config, List.copyOf(pages.values()), links(pages, files)), url, out);
        for (Map.Entry<String, SourceFile> file : files.entrySet()) {
            heed();
            out.put(
                    file.getKey(),
                    ContentTypes.of(file.getKey()).orElseThrow(),
                    false,
                    file.getValue().content().read());
        }
        for (Theme.Asset asset : theme.assets()) {
            out.put(asset.address(), asset.type(), true, asset.content());
        }
        return new Built(pages.size(), leftOut);
    }

    private record Site(SiteConfig config, List<Page> pages, Links links) {

        List<Page> below(String directory) {
            return pages.stream().filter(it -> it.isBelow(directory) && !it.isIndex()).toList();
        }

        List<Page> posts() {
            return below(POSTS).stream().sorted(NEWEST_FIRST).toList();
        }
    }

    private static Links links(Map<String, Page> pages, Map<String, SourceFile> files) {
        Map<String, Object> all = new LinkedHashMap<>(pages);
        all.putAll(files);
        return new Links(all.keySet());
    }

    private void write(Site site, String url, Output out) throws IOException {
        List<Page> docs = site.config().layout() == Layout.DOCS ? inReadingOrder(site) : List.of();
        for (Page page : site.pages()) {
            heed();
            out.put(page.address(), ContentTypes.HTML, false, theme.page(view(site, page, docs)));
        }
        if (site.config().layout() == Layout.BLOG) {
            out.put(
                    FEED,
                    "application/atom+xml; charset=utf-8",
                    false,
                    theme.feed(feed(site, url)));
        }
    }

    private Map<String, Object> view(Site site, Page page, List<Page> docs) {
        SiteConfig config = site.config();
        boolean home = page.address().isEmpty();
        Markdown.Html body = markdown.render(page, site.links());
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("language", config.language().toLanguageTag());
        view.put("siteTitle", config.title());
        view.put("title", page.title());
        view.put("headTitle", home ? config.title() : page.title() + " – " + config.title());
        view.put("description", or(page.description(), home ? config.description() : null));
        view.put("author", or(config.author(), null));
        view.put("accent", config.accent());
        view.put("root", Links.root(page.address()));
        view.put("styles", theme.styles());
        view.put("icon", theme.icon());
        view.put("home", home);
        view.put("blog", config.layout() == Layout.BLOG);
        view.put("docs", config.layout() == Layout.DOCS);
        view.put("portfolio", config.layout() == Layout.PORTFOLIO);
        view.put("feed", config.layout() == Layout.BLOG ? FEED : "");
        view.put("navigation", navigation(site, page));
        view.put("day", page.date() == null ? "" : page.date().toString());
        view.put("dayText", dayText(config, page.date()));
        view.put("tags", page.tags());
        view.put("body", body.html());
        view.put("posts", List.of());
        view.put("projects", List.of());
        view.put("groups", List.of());
        view.put("sections", List.of());
        view.put("cover", image(site, page, page));
        view.put("link", page.link() == null ? "" : target(site, page, page.link()));
        view.put("previous", "");
        view.put("next", "");
        switch (config.layout()) {
            case BLOG -> {
                List<Page> posts = site.posts();
                if (home) {
                    view.put("posts", items(site, page, posts));
                }
                // The one before in time stands behind it in the list.
                neighbours(view, site, page, posts.reversed());
            }
            case DOCS -> {
                view.put("groups", groups(page, docs));
                view.put("sections", body.sections().size() > 1 ? body.sections() : List.of());
                neighbours(view, site, page, docs);
            }
            case PORTFOLIO -> {
                if (home) {
                    view.put("projects", items(site, page, projects(site)));
                }
                neighbours(view, site, page, projects(site));
            }
        }
        return view;
    }

    private Map<String, Object> feed(Site site, String url) {
        List<Page> posts = site.posts();
        List<Map<String, Object>> entries = new ArrayList<>();
        for (Page post : posts.subList(0, Math.min(posts.size(), FEED_ENTRIES_MAX))) {
            entries.add(
                    Map.of(
                            "title",
                            post.title(),
                            "url",
                            url + Links.encoded(post.address()),
                            "updated",
                            post.date() + "T00:00:00Z",
                            "summary",
                            or(summary(post), null)));
        }
        return Map.of(
                "title",
                site.config().title(),
                "description",
                or(site.config().description(), null),
                "author",
                or(site.config().author(), site.config().title()),
                "url",
                url,
                "self",
                url + FEED,
                "updated",
                posts.isEmpty() ? "1970-01-01T00:00:00Z" : posts.getFirst().date() + "T00:00:00Z",
                "entries",
                entries);
    }

    private List<Item> navigation(Site site, Page page) {
        List<SiteConfig.Link> own = site.config().navigation();
        if (!own.isEmpty()) {
            Page top = site.pages().getFirst();
            return own.stream()
                    .map(
                            link -> {
                                // Written as seen from the top of the source.
                                String fromTop = target(site, top, link.target());
                                String href =
                                        fromTop.startsWith("./")
                                                ? Links.root(page.address()) + fromTop.substring(2)
                                                : fromTop;
                                return entry(
                                        link.title(),
                                        href,
                                        href.equals(Links.to(page, page.address())));
                            })
                    .toList();
        }
        if (site.config().layout() == Layout.DOCS) {
            return List.of();
        }
        return site.pages().stream()
                .filter(it -> it.directory().isEmpty() && !it.isIndex())
                .sorted(IN_ORDER)
                .map(it -> entry(it.title(), Links.to(page, it.address()), it.equals(page)))
                .toList();
    }

    private List<Group> groups(Page page, List<Page> ordered) {
        Map<String, List<Page>> groups = new LinkedHashMap<>();
        for (Page it : ordered) {
            groups.computeIfAbsent(it.directory(), name -> new ArrayList<>()).add(it);
        }
        return groups.entrySet().stream()
                .map(
                        group -> {
                            // The page that opens a chapter gives it its name.
                            Page first = group.getValue().getFirst();
                            boolean opened = first.path().equals(group.getKey() + "/" + Page.INDEX);
                            return new Group(
                                    opened ? first.title() : Page.humanised(group.getKey()),
                                    opened ? Links.to(page, first.address()) : "",
                                    opened && first.equals(page),
                                    group.getValue().stream()
                                            .skip(opened ? 1 : 0)
                                            .map(
                                                    it ->
                                                            entry(
                                                                    it.title(),
                                                                    Links.to(page, it.address()),
                                                                    it.equals(page)))
                                            .toList());
                        })
                .toList();
    }

    /** Home, the other pages of the top, then directory by directory. */
    private static List<Page> inReadingOrder(Site site) {
        Map<String, Integer> places = new LinkedHashMap<>();
        for (Page it : site.pages()) {
            boolean opens = it.path().equals(it.directory() + "/" + Page.INDEX);
            places.merge(it.directory(), opens ? it.order() : Integer.MAX_VALUE, Math::min);
        }
        places.put("", Integer.MIN_VALUE);
        return site.pages().stream()
                .sorted(
                        comparing((Page it) -> places.getOrDefault(it.directory(), 0))
                                .thenComparing(Page::directory)
                                .thenComparing(it -> !it.isIndex())
                                .thenComparing(IN_ORDER))
                .toList();
    }

    private static List<Page> projects(Site site) {
        return site.below(PROJECTS).stream()
                .sorted(comparingInt(Page::order).thenComparing(NEWEST_FIRST))
                .toList();
    }

    private void neighbours(Map<String, Object> view, Site site, Page page, List<Page> row) {
        int place = row.indexOf(page);
        if (place > 0) {
            view.put("previous", items(site, page, row.subList(place - 1, place)));
        }
        if (place >= 0 && place + 1 < row.size()) {
            view.put("next", items(site, page, row.subList(place + 1, place + 2)));
        }
    }

    private List<Item> items(Site site, Page from, List<Page> pages) {
        return pages.stream()
                .map(
                        it ->
                                new Item(
                                        it.title(),
                                        Links.to(from, it.address()),
                                        it.equals(from),
                                        or(summary(it), null),
                                        it.date() == null ? "" : it.date().toString(),
                                        dayText(site.config(), it.date()),
                                        image(site, from, it),
                                        it.title()
                                                .substring(0, it.title().offsetByCodePoints(0, 1)),
                                        it.tags()))
                .toList();
    }

    private static Item entry(String title, String href, boolean current) {
        return new Item(title, href, current, "", "", "", "", "", List.of());
    }

    /** The picture of a page as it is reached from another. */
    private static String image(Site site, Page from, Page of) {
        if (of.image() == null) {
            return "";
        }
        String own = site.links().resolve(of, of.image());
        String root = Links.root(of.address());
        String seen =
                own.startsWith(root) && !own.startsWith("//")
                        ? Links.root(from.address()) + own.substring(root.length())
                        : own;
        return site.links().sanitizeImageUrl(seen);
    }

    private static String target(Site site, Page page, String written) {
        return site.links().sanitizeLinkUrl(site.links().resolve(page, written));
    }

    private static @Nullable String summary(Page page) {
        return page.description() != null
                ? page.description()
                : Markdown.opening(page.body(), SUMMARY_CHARACTERS_MAX);
    }

    private static String dayText(SiteConfig config, @Nullable LocalDate day) {
        return day == null
                ? ""
                : DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                        .withLocale(config.language())
                        .format(day);
    }

    private static String or(@Nullable String text, @Nullable String otherwise) {
        return text != null ? text : otherwise != null ? otherwise : "";
    }

    private static void requireDates(Collection<Page> pages) {
        pages.stream()
                .filter(it -> it.isBelow(POSTS) && !it.isIndex() && it.date() == null)
                .findFirst()
                .ifPresent(
                        it -> {
                            throw BrokenSource.in(
                                    it.path(), "a post needs a 'date' in its front matter");
                        });
    }

    private byte[] text(SourceFile file) throws IOException {
        if (file.bytes() > pageBytesMax) {
            throw BrokenSource.in(
                    file.path(), "longer than %,d bytes of text".formatted(pageBytesMax));
        }
        return file.content().read();
    }

    /** Ends a build that is no longer wanted. */
    private static void heed() {
        if (Thread.currentThread().isInterrupted()) {
            throw new BrokenSource("The build was ended");
        }
    }
}
