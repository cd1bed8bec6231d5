package tools.choco.onboarding.hosting;

/** Hears of every push that a deploy hook reacts to. */
@FunctionalInterface
public interface PushListener {

    /**
     * The source has changed and is durable; called before the push is answered, at least once for
     * the newest change while the process lives. What was missed is in {@code undeployed()} of the
     * host after a restart.
     */
    void pushed(String siteId);
}
