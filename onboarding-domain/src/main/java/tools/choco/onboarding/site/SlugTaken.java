package tools.choco.onboarding.site;

import java.util.List;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;

/** Another site has the slug. */
public final class SlugTaken extends Refused {

    private static final long serialVersionUID = 1L;

    private final transient List<Slug> suggestions;

    /**
     * @param suggestions like it and free
     */
    public SlugTaken(List<Slug> suggestions) {
        super(Refusal.SLUG_TAKEN, "Another site has that slug.", List.of());
        this.suggestions = List.copyOf(suggestions);
    }

    /** Slugs like it that nobody had a moment ago. */
    public List<Slug> suggestions() {
        return suggestions;
    }
}
