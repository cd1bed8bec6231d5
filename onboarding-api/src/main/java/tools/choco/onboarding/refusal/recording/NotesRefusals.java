package tools.choco.onboarding.refusal.recording;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A route on which users send commands to a session, which the body names as {@code sessionId}, or
 * to a site, which the path names as {@code siteId}. What the route refuses is noted beside the
 * session.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface NotesRefusals {

    /** The command. */
    Class<?> value();
}
