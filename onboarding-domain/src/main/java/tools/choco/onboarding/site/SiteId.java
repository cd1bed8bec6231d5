package tools.choco.onboarding.site;

import com.fasterxml.uuid.Generators;
import java.util.UUID;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.session.SessionId;

/**
 * Names a site: the name-based UUID (version 5) of its slug in the name space of its session, so
 * that the same request always means the same site. Opaque to clients.
 *
 * @param value printed form, which is also the key of the site's events in the log
 */
public record SiteId(String value) {

    /** The site of that slug in that session. */
    public static SiteId of(SessionId session, Slug slug) {
        return new SiteId(
                Generators.nameBasedGenerator(UUID.fromString(session.value()))
                        .generate(slug.value())
                        .toString());
    }

    /**
     * A site id as a client sent it.
     *
     * @throws Refused with {@code SITE_NOT_FOUND} if no site can have that id
     */
    public static SiteId of(String value) {
        try {
            if (UUID.fromString(value).toString().equals(value)) {
                return new SiteId(value);
            }
        } catch (IllegalArgumentException notAnId) {
            // Ids are opaque: one that was never minted names nothing.
        }
        throw notFound();
    }

    /** The refusal of a site that does not exist, as far as the caller may know. */
    static Refused notFound() {
        return Refused.because(Refusal.SITE_NOT_FOUND, "There is no such site.");
    }

    @Override
    public String toString() {
        return value;
    }
}
