package tools.choco.onboarding.github;

/** Another user has linked that account. */
final class LoginTaken extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LoginTaken() {
        super("Another user has linked that account", null, false, false);
    }
}
