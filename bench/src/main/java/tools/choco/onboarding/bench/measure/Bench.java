package tools.choco.onboarding.bench.measure;

/** A measurement that can be made. */
public interface Bench {

    Row row();

    /**
     * Sets up both sides, warm.
     *
     * @param resources closes what has to be closed after the last round
     * @throws CannotRun if this machine lacks something that the bench needs
     */
    Comparison prepare(Stage stage, Resources resources) throws Exception;

    /** The bench is left out, and this is why. */
    final class CannotRun extends Exception {

        private static final long serialVersionUID = 1L;

        public CannotRun(String reason) {
            super(reason);
        }
    }
}
