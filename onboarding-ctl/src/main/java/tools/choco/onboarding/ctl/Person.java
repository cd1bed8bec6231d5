package tools.choco.onboarding.ctl;

import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Somebody who does not exist.
 *
 * @param firstName given name
 * @param lastName family name
 * @param workspaceId the one workspace that all answers of this person name
 */
record Person(String firstName, String lastName, String workspaceId) {

    private static final List<String> FIRST =
            List.of(
                    "Ada", "Bilal", "Chiara", "Deniz", "Emeka", "Freya", "Goran", "Hana", "Ines",
                    "Jun");
    private static final List<String> LAST =
            List.of("Example", "Sample", "Placeholder", "Specimen", "Demo", "Dummy", "Testcase");

    static Person random(RandomGenerator random) {
        return new Person(
                pick(FIRST, random), pick(LAST, random), "workspace-" + random.nextInt(1, 60));
    }

    /** An address of a domain that is reserved for examples. */
    String email(RandomGenerator random) {
        return "%s.%s.%d@example.org"
                .formatted(firstName, lastName, random.nextInt(1, 10_000))
                .toLowerCase(Locale.ROOT);
    }

    static <T> T pick(List<T> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }
}
