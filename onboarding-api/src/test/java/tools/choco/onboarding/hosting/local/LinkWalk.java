package tools.choco.onboarding.hosting.local;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Follows every link of a site that leads to the site itself, fragments included. */
final class LinkWalk {

    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");

    private final Set<String> pages = new LinkedHashSet<>();
    private final List<String> broken = new ArrayList<>();

    LinkWalk(LocalSites sites, String url) {
        Set<String> seen = new LinkedHashSet<>(Set.of(url));
        Deque<String> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            String page = open.removeFirst();
            HttpResponse<String> answer = sites.get(page);
            if (answer.statusCode() != 200) {
                broken.add(page);
                continue;
            }
            if (!answer.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
                continue;
            }
            pages.add(page);
            Matcher links = LINK.matcher(answer.body());
            while (links.find()) {
                String target = URI.create(page).resolve(links.group(1)).toString();
                int fragment = target.indexOf('#');
                if (fragment >= 0) {
                    String id = target.substring(fragment + 1);
                    target = target.substring(0, fragment);
                    if (target.equals(page) && !answer.body().contains("id=\"" + id + "\"")) {
                        broken.add(page + "#" + id);
                    }
                }
                if (target.startsWith(LocalSites.BASE) && seen.add(target)) {
                    open.addLast(target);
                }
            }
        }
    }

    Set<String> pages() {
        return pages;
    }

    List<String> broken() {
        return broken;
    }
}
