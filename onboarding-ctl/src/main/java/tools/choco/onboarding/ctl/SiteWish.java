package tools.choco.onboarding.ctl;

import java.util.random.RandomGenerator;

/** What a simulated user wants of the site step. */
enum SiteWish {
    /** Links GitHub, then asks for a site in a repository of the user's own. */
    OWN(0.35),
    /** Asks for such a site and never links GitHub, so the site stays parked. */
    OWN_WITHOUT_LINK(0.20),
    /** Takes a welcome site and leaves it at that. */
    WELCOME(0.15),
    /** Takes a welcome site, then links GitHub and adopts it. */
    WELCOME_THEN_OWN(0.12),
    /** Wants two sites in one repository; the one that comes second to it fails. */
    TWO_FOR_ONE_REPOSITORY(0.08),
    /** Leaves the step open; the rest of the users. */
    NONE(0.10);

    private final double share;

    SiteWish(double share) {
        this.share = share;
    }

    /** Each with its share of the chances. */
    static SiteWish drawn(RandomGenerator random) {
        double left = random.nextDouble();
        for (SiteWish wish : values()) {
            left -= wish.share;
            if (left < 0) {
                return wish;
            }
        }
        return NONE;
    }
}
