package tools.choco.onboarding.github;

/** Is told of every link in the transaction that stores it, and so never misses one. */
public interface OnLinked {

    /**
     * The user has linked GitHub; may throw, and then the link is not stored.
     *
     * @param correlationId the request that linked
     */
    void linked(String userId, String correlationId);
}
