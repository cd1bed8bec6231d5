package tools.choco.onboarding.site.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.NewSite;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.site.SlugTaken;
import tools.choco.onboarding.transaction.GatheredReads;

/**
 * Which slug is which site's: one row for each slug, written before the site is made and never
 * deleted. Of parallel claims one wins, and the losers learn what else is free.
 */
public final class SiteClaims {

    private static final int SUGGESTIONS = 3;

    private final JdbcClient jdbc;
    private final int perSessionMax;
    private final GatheredReads<SessionId, List<SiteId>> sitesBySession =
            new GatheredReads<>(this::sitesOf);

    public SiteClaims(JdbcClient jdbc, ClaimSettings settings) {
        this.jdbc = jdbc;
        this.perSessionMax = settings.sitesPerSessionMax();
    }

    /**
     * Claims the slug of a site; a site that has it already keeps it.
     *
     * @throws SlugTaken if it is another site's
     * @throws Refused with {@code TOO_MANY_SITES} if the session has as many as it may
     */
    void claim(NewSite site) {
        SiteId owner = find(site.slug()).orElseGet(() -> insert(site));
        if (!owner.equals(site.id())) {
            throw new SlugTaken(suggestions(site.slug().value()));
        }
    }

    /** The site of a slug, if one was ever claimed. */
    Optional<SiteId> find(Slug slug) {
        return jdbc.sql("SELECT site_id FROM site_claims WHERE slug = ?")
                .param(slug.value())
                .query((row, number) -> new SiteId(row.getString(1)))
                .optional();
    }

    /** The session that claimed the slug of a site, if there is such a site. */
    public Optional<SessionId> sessionOf(SiteId site) {
        return jdbc.sql("SELECT session_id FROM site_claims WHERE site_id = ?")
                .param(UUID.fromString(site.value()))
                .query((row, number) -> new SessionId(row.getString(1)))
                .optional();
    }

    /** Whether a session ever claimed a slug. */
    boolean anyOf(SessionId session) {
        return count(session) > 0;
    }

    /**
     * The sites that a session claimed, oldest first; one of a request that died may not exist.
     * Each answer of a flow with sites asks for them, so requests at the same time share a read.
     */
    public List<SiteId> bySession(SessionId session) {
        List<SiteId> sites = sitesBySession.of(session);
        return sites == null ? List.of() : sites;
    }

    private Map<SessionId, List<SiteId>> sitesOf(Set<SessionId> sessions) {
        Map<SessionId, List<SiteId>> sites = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT session_id, site_id FROM site_claims WHERE session_id = ANY (?)
                        ORDER BY claimed_at, slug""")
                .param(
                        sessions.stream()
                                .map(session -> UUID.fromString(session.value()))
                                .toArray(UUID[]::new))
                .query(
                        row -> {
                            sites.computeIfAbsent(
                                            new SessionId(row.getString(1)),
                                            session -> new ArrayList<>())
                                    .add(new SiteId(row.getString(2)));
                        });
        return sites;
    }

    /** The sites that a user claimed, oldest first; one of a request that died may not exist. */
    public List<SiteId> byUser(String userId) {
        return jdbc.sql(
                        """
                        SELECT site_id FROM site_claims WHERE user_id = ?
                        ORDER BY claimed_at, slug""")
                .param(userId)
                .query((row, number) -> new SiteId(row.getString(1)))
                .list();
    }

    /** Free slugs like a text, the closest first. */
    List<Slug> suggestions(String wanted) {
        List<Slug> ideas = SlugIdeas.like(wanted);
        Set<String> taken =
                new HashSet<>(
                        jdbc.sql("SELECT slug FROM site_claims WHERE slug = ANY (?)")
                                .param(ideas.stream().map(Slug::value).toArray(String[]::new))
                                .query(String.class)
                                .list());
        return ideas.stream()
                .filter(idea -> !taken.contains(idea.value()))
                .limit(SUGGESTIONS)
                .toList();
    }

    private SiteId insert(NewSite site) {
        if (count(site.sessionId()) >= perSessionMax) {
            throw Refused.because(
                    Refusal.TOO_MANY_SITES,
                    "A session can have at most " + perSessionMax + " sites.");
        }
        jdbc.sql(
                        """
                        INSERT INTO site_claims (slug, site_id, session_id, user_id, claimed_at)
                        VALUES (?, ?, ?, ?, clock_timestamp())
                        ON CONFLICT (slug) DO NOTHING""")
                .params(
                        site.slug().value(),
                        UUID.fromString(site.id().value()),
                        UUID.fromString(site.sessionId().value()),
                        site.userId())
                .update();
        return find(site.slug()).orElseThrow();
    }

    private long count(SessionId session) {
        return jdbc.sql("SELECT count(*) FROM site_claims WHERE session_id = ?")
                .param(UUID.fromString(session.value()))
                .query(Long.class)
                .single();
    }
}
