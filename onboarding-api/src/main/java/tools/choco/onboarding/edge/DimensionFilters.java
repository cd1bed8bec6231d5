package tools.choco.onboarding.edge;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a map of the query parameters whose names begin with {@link #PREFIX}: value by the rest of
 * the name, each at most once. Which of them there are, the route says.
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface DimensionFilters {

    /** With what the names begin. */
    String PREFIX = "filter.";
}
