package tools.choco.onboarding.hosting.render;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.commonmark.Extension;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.ext.footnotes.FootnotesExtension;
import org.commonmark.ext.gfm.strikethrough.StrikethroughExtension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.IdGenerator;
import org.commonmark.ext.task.list.items.TaskListItemsExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jspecify.annotations.Nullable;

/** Markdown as on GitHub, without its HTML. */
final class Markdown {

    private static final int OPEN_BLOCKS_MAX = 50;
    private static final List<Extension> EXTENSIONS =
            List.of(
                    AutolinkExtension.create(),
                    FootnotesExtension.create(),
                    StrikethroughExtension.create(),
                    TablesExtension.create(),
                    TaskListItemsExtension.create());

    private final Parser parser =
            Parser.builder().extensions(EXTENSIONS).maxOpenBlockParsers(OPEN_BLOCKS_MAX).build();

    /** A heading that can be linked to. */
    record Section(String id, String title, boolean sub) {}

    /** The inner part of a page. */
    record Html(String html, List<Section> sections) {}

    Node parse(String path, String text) {
        try {
            return parser.parse(text);
        } catch (StackOverflowError e) {
            throw BrokenSource.in(path, "the text is nested too deeply");
        }
    }

    /** Takes the heading that opens a text away from it; null if there is none. */
    static @Nullable String takeTitle(Node body) {
        if (body.getFirstChild() instanceof Heading heading && heading.getLevel() == 1) {
            heading.unlink();
            return plain(heading);
        }
        return null;
    }

    /** Beginning of the first paragraph; null if there is none. */
    static @Nullable String opening(Node body, int charactersMax) {
        for (Node node = body.getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof Paragraph) {
                String text = plain(node).strip();
                if (text.isEmpty()) {
                    continue;
                }
                if (text.length() <= charactersMax) {
                    return text;
                }
                int end = text.lastIndexOf(' ', charactersMax);
                return text.substring(0, end < 0 ? charactersMax : end) + " …";
            }
        }
        return null;
    }

    Html render(Page page, Links links) {
        Map<Node, String> ids = new IdentityHashMap<>();
        List<Section> sections = new ArrayList<>();
        IdGenerator names = IdGenerator.builder().defaultId("section").build();
        HtmlRenderer renderer =
                HtmlRenderer.builder()
                        .extensions(EXTENSIONS)
                        .escapeHtml(true)
                        .sanitizeUrls(true)
                        .urlSanitizer(links)
                        .percentEncodeUrls(true)
                        .attributeProviderFactory(
                                context ->
                                        (node, tag, attributes) -> {
                                            String id = ids.get(node);
                                            if (id != null) {
                                                attributes.put("id", id);
                                            }
                                            if (node instanceof Link link
                                                    && !Links.leadsAway(link.getDestination())) {
                                                attributes.remove("rel");
                                            }
                                            if (node instanceof Image) {
                                                attributes.put("loading", "lazy");
                                            }
                                        })
                        .build();
        try {
            page.body()
                    .accept(
                            new AbstractVisitor() {
                                @Override
                                public void visit(Heading heading) {
                                    String title = plain(heading);
                                    String id = names.generateId(title);
                                    ids.put(heading, id);
                                    if (heading.getLevel() == 2 || heading.getLevel() == 3) {
                                        sections.add(
                                                new Section(id, title, heading.getLevel() == 3));
                                    }
                                    visitChildren(heading);
                                }

                                @Override
                                public void visit(Link link) {
                                    link.setDestination(links.resolve(page, link.getDestination()));
                                    visitChildren(link);
                                }

                                @Override
                                public void visit(Image image) {
                                    image.setDestination(
                                            links.resolve(page, image.getDestination()));
                                    visitChildren(image);
                                }
                            });
            return new Html(renderer.render(page.body()), List.copyOf(sections));
        } catch (StackOverflowError e) {
            throw BrokenSource.in(page.path(), "the text is nested too deeply");
        }
    }

    private static String plain(Node node) {
        StringBuilder text = new StringBuilder();
        node.accept(
                new AbstractVisitor() {
                    @Override
                    public void visit(Text it) {
                        text.append(it.getLiteral());
                    }

                    @Override
                    public void visit(SoftLineBreak it) {
                        text.append(' ');
                    }

                    @Override
                    public void visit(Code it) {
                        text.append(it.getLiteral());
                    }
                });
        return text.toString();
    }
}
