package tools.choco.onboarding.hosting.local;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import tools.choco.onboarding.provisioning.HostedSite;
import tools.choco.onboarding.provisioning.HostingFailure;

/** The starting points of sites, as they ship with the service. */
final class Templates {

    private static final String FOLDER = "hosting/templates/";
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Set<String> WITH_NAMES = Set.of("md", "yaml");

    private final Clock clock;

    Templates(Clock clock) {
        this.clock = clock;
    }

    /**
     * The first content of a site, by path.
     *
     * @throws HostingFailure if there is no such template
     */
    SortedMap<String, byte[]> content(HostedSite site) {
        String template = site.templateId();
        SortedMap<String, byte[]> files = new TreeMap<>();
        try {
            String folder = FOLDER + template + "/";
            for (Resource file :
                    NAME.matcher(template).matches()
                            ? new PathMatchingResourcePatternResolver()
                                    .getResources("classpath:" + folder + "**")
                            : new Resource[0]) {
                if (file.isReadable()) {
                    String address = file.getURL().toString();
                    String path = address.substring(address.lastIndexOf(folder) + folder.length());
                    if (!path.isEmpty() && !path.endsWith("/")) {
                        files.put(path, content(file, path, site));
                    }
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        if (files.isEmpty()) {
            throw new HostingFailure(
                    HostingFailure.Kind.OPERATOR_ACTION,
                    "This host has no template '%s'.".formatted(template),
                    null);
        }
        return files;
    }

    private byte[] content(Resource file, String path, HostedSite site) throws IOException {
        byte[] bytes;
        try (InputStream in = file.getInputStream()) {
            bytes = in.readAllBytes();
        }
        if (!WITH_NAMES.contains(path.substring(path.lastIndexOf('.') + 1))) {
            return bytes;
        }
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return Mustache.compiler()
                .escapeHTML(false)
                .compile(new String(bytes, StandardCharsets.UTF_8))
                .execute(
                        Map.of(
                                "title", title(site.slug()),
                                "today", today,
                                "lastWeek", today.minusWeeks(1),
                                "lastMonth", today.minusMonths(1)))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String title(String slug) {
        return Arrays.stream(slug.split("-"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining(" "));
    }
}
