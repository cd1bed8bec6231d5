package tools.choco.onboarding.funnel;

/** How strictly the stages of a funnel have to follow each other for one to be reached. */
public enum Order {
    /** Each stage at or after the one before it; what else happened in between does not matter. */
    ORDERED("ordered"),
    /** As {@link #ORDERED}, and no event of another stage of the funnel in between. */
    STRICT("strict"),
    /** Every stage by itself, at or after the start. */
    ANY("any");

    private final String key;

    Order(String key) {
        this.key = key;
    }

    /** The name as files and queries give it, for instance {@code strict}. */
    public String key() {
        return key;
    }
}
