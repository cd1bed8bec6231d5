package tools.choco.onboarding.projection;

/**
 * One generation of a read model: its tables are in a schema of their own, which a processor of the
 * same name keeps up to date.
 *
 * @param projection name of the projection
 * @param number from 1
 */
public record Generation(String projection, int number) {

    public Generation {
        // The name becomes part of a schema's and is not quoted.
        if (!projection.matches("[a-z]+") || number < 1) {
            throw new IllegalArgumentException("No generation: " + projection + " " + number);
        }
    }

    /** Name of its schema and of its processor, for instance {@code funnel_g7}. */
    public String name() {
        return projection + "_g" + number;
    }

    @Override
    public String toString() {
        return name();
    }
}
