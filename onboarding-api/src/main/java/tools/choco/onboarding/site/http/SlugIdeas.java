package tools.choco.onboarding.site.http;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.site.Slug;

/** Slugs that a user could take instead of the one they want. */
final class SlugIdeas {

    private static final Pattern OTHER_CHARACTERS = Pattern.compile("[^a-z0-9]+");
    private static final Pattern BEFORE_THE_FIRST_LETTER = Pattern.compile("^[^a-z]+");
    private static final Pattern AT_THE_END = Pattern.compile("-+$");
    private static final String NOTHING_TO_GO_BY = "site";
    private static final int NUMBER_MAX = 9;
    private static final int RANDOM_COUNT = 20;

    private SlugIdeas() {}

    /**
     * Valid slugs like a text, the closest first; never the text itself, and never none. Whether
     * they are free is not looked at.
     */
    static List<Slug> like(String wanted) {
        String base = base(wanted);
        Stream<String> ideas =
                Stream.of(
                                Stream.of(base),
                                IntStream.rangeClosed(2, NUMBER_MAX)
                                        .mapToObj(number -> with(base, "-" + number)),
                                Stream.of(with("my-" + base, "")),
                                ThreadLocalRandom.current()
                                        .ints(RANDOM_COUNT, 1_000, 10_000)
                                        .mapToObj(number -> with(base, "-" + number)))
                        .flatMap(it -> it);
        Set<Slug> slugs = new LinkedHashSet<>();
        ideas.filter(idea -> !idea.equals(wanted))
                .flatMap(idea -> valid(idea).stream())
                .forEach(slugs::add);
        return List.copyOf(slugs);
    }

    private static String base(String wanted) {
        String lower = wanted.toLowerCase(Locale.ROOT);
        String hyphens = OTHER_CHARACTERS.matcher(lower).replaceAll("-");
        String base = with(BEFORE_THE_FIRST_LETTER.matcher(hyphens).replaceFirst(""), "");
        return base.isEmpty() ? NOTHING_TO_GO_BY : base;
    }

    private static String with(String base, String suffix) {
        int room = Slug.LENGTH_MAX - suffix.length();
        String cut = base.substring(0, Math.min(base.length(), room));
        return AT_THE_END.matcher(cut).replaceFirst("") + suffix;
    }

    private static Optional<Slug> valid(String idea) {
        try {
            return Optional.of(Slug.parse(idea));
        } catch (Refused tooShortOrReserved) {
            return Optional.empty();
        }
    }
}
