package tools.choco.onboarding.hosting;

/** Knows which account a user has linked. */
@FunctionalInterface
public interface GitAccess {

    /**
     * Whether this is the account that the user has linked. Takes the same time whatever part of it
     * is wrong, an unknown user included.
     *
     * @param userId whose repository it is
     * @param login name of the account, in any case
     * @param token secret of the account
     */
    boolean mayUse(String userId, String login, String token);
}
