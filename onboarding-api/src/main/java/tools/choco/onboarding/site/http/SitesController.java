package tools.choco.onboarding.site.http;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.Keys;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.edge.EdgeCall;
import tools.choco.onboarding.edge.RequestHash;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.projection.Page;
import tools.choco.onboarding.provisioning.GithubAccount;
import tools.choco.onboarding.provisioning.Restart;
import tools.choco.onboarding.refusal.recording.NotesRefusals;
import tools.choco.onboarding.session.RequestSite;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.AdoptSite;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.RetrySite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.site.StartProvisioning;
import tools.choco.onboarding.siteview.SiteQueries;

/** The site routes. Every write may carry {@code Idempotency-Key} and {@code If-Match}. */
@RestController
class SitesController {

    private static final String PAGE_DEFAULT = "50";
    private static final String PLATFORM_TEMPLATE = "platform_template";

    private final SiteGateway sites;
    private final SiteClaims claims;
    private final SiteQueries list;
    private final GithubLinks links;
    private final Restart restart;
    private final RequestHash hash;
    private final TextVault texts;

    SitesController(
            SiteGateway sites,
            SiteClaims claims,
            SiteQueries list,
            GithubLinks links,
            Restart restart,
            RequestHash hash,
            TextVault texts) {
        this.sites = sites;
        this.claims = claims;
        this.list = list;
        this.links = links;
        this.restart = restart;
        this.hash = hash;
        this.texts = texts;
    }

    record NewSiteBody(
            @NotNull @Size(min = 1, max = 64) String sessionId,
            @NotNull @Size(min = 1, max = 64) String slug,
            @NotNull @Pattern(regexp = "user_git|platform_template") String hostingMode,
            @Nullable @Size(min = 1, max = 64) String templateId) {}

    record AdoptBody(@Nullable @Size(min = 1, max = 140) String githubRepo) {}

    /** Whether a slug can be had; {@code reason} is the code of the refusal otherwise. */
    record SlugBody(
            String slug, boolean available, @Nullable String reason, List<String> suggestions) {}

    @PostMapping("/onboarding/site")
    @NotesRefusals(RequestSite.class)
    ResponseEntity<SiteBody> request(EdgeCall call, @Valid @RequestBody NewSiteBody body) {
        boolean welcome = body.hostingMode().equals(PLATFORM_TEMPLATE);
        SiteAnswer answer =
                sites.send(
                        new RequestSite(
                                SessionId.of(body.sessionId()),
                                Slug.parse(body.slug()),
                                welcome
                                        ? HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE
                                        : HostingMode.HOSTING_MODE_USER_GIT,
                                body.templateId() == null
                                        ? null
                                        : Keys.canonical(body.templateId()),
                                links.isLinked(call.caller().subject()),
                                call.request("site", body, hash)));
        return answer(answer, welcome ? HttpStatus.CREATED : HttpStatus.ACCEPTED);
    }

    @GetMapping("/sites")
    Page<SiteBody> mine(
            EdgeCall call,
            @RequestParam(defaultValue = PAGE_DEFAULT) @Min(1) @Max(SiteQueries.PAGE_MAX) int limit,
            @RequestParam @Nullable @Size(min = 1, max = 500) String cursor) {
        String user = call.caller().subject();
        return list.ofUser(user, cursor, limit).map(it -> SiteBody.of(it, user, texts));
    }

    @GetMapping("/sites/{siteId}")
    ResponseEntity<SiteBody> byId(EdgeCall call, @PathVariable String siteId) {
        return respond(read(call, SiteId.of(siteId)), false, HttpStatus.OK);
    }

    @GetMapping("/slugs/{slug}")
    SlugBody look(@PathVariable String slug) {
        String reason = null;
        try {
            if (claims.find(Slug.parse(slug)).isPresent()) {
                reason = Refusal.SLUG_TAKEN.code();
            }
        } catch (Refused unfit) {
            reason = unfit.refusal().code();
        }
        return new SlugBody(
                slug,
                reason == null,
                reason,
                claims.suggestions(slug).stream().map(Slug::value).toList());
    }

    @PostMapping("/sites/{siteId}/start")
    @NotesRefusals(StartProvisioning.class)
    ResponseEntity<SiteBody> start(EdgeCall call, @PathVariable String siteId) {
        SiteId id = SiteId.of(siteId);
        SiteAnswer answer =
                sites.send(
                        new StartProvisioning(
                                id,
                                links.isLinked(call.caller().subject()),
                                call.request("sites/start", Map.of(), hash)));
        restart.restart(id);
        return answer(answer, HttpStatus.ACCEPTED);
    }

    @PostMapping("/sites/{siteId}/retry")
    @NotesRefusals(RetrySite.class)
    ResponseEntity<SiteBody> retry(EdgeCall call, @PathVariable String siteId) {
        return answer(
                sites.send(
                        new RetrySite(
                                SiteId.of(siteId),
                                links.isLinked(call.caller().subject()),
                                call.request("sites/retry", Map.of(), hash))),
                HttpStatus.ACCEPTED);
    }

    @PostMapping("/sites/{siteId}/adopt")
    @NotesRefusals(AdoptSite.class)
    ResponseEntity<SiteBody> adopt(
            EdgeCall call,
            @PathVariable String siteId,
            @Valid @RequestBody(required = false) @Nullable AdoptBody given) {
        AdoptBody body = given == null ? new AdoptBody(null) : given;
        SiteState site = read(call, SiteId.of(siteId));
        Optional<GithubAccount> account = links.of(call.caller().subject());
        return answer(
                sites.send(
                        new AdoptSite(
                                site.id(),
                                repository(site, body, account),
                                account.isPresent(),
                                call.request("sites/adopt", body, hash))),
                HttpStatus.ACCEPTED);
    }

    /** The repository of an adoption: as asked for, or the account's login and the slug. */
    private static String repository(
            SiteState site, AdoptBody body, Optional<GithubAccount> account) {
        // Without an account the site refuses before it looks at the name.
        String login = account.map(GithubAccount::login).orElse("nobody");
        String wanted = body.githubRepo();
        if (wanted == null) {
            return login + "/" + site.slug();
        }
        if (site.isWelcomeSite()
                && account.isPresent()
                && wanted.indexOf('/') >= 0
                && !wanted.substring(0, wanted.indexOf('/')).equalsIgnoreCase(login)) {
            throw Refused.because(
                    Refusal.GITHUB_REPO_INVALID,
                    "The repository is made in the name of the GitHub account you linked.");
        }
        return wanted;
    }

    private SiteState read(EdgeCall call, SiteId id) {
        return sites.send(new ReadSite(id, call.read())).state();
    }

    private ResponseEntity<SiteBody> answer(SiteAnswer answer, HttpStatus status) {
        return respond(answer.state(), answer.replayed(), status);
    }

    private ResponseEntity<SiteBody> respond(SiteState state, boolean replayed, HttpStatus status) {
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(status).eTag("\"" + state.revision() + "\"");
        if (replayed) {
            response.header("Idempotent-Replayed", "true");
        }
        if (status == HttpStatus.CREATED || status == HttpStatus.ACCEPTED) {
            response.location(URI.create("/sites/" + state.id()));
        }
        return response.body(SiteBody.of(state, texts));
    }
}
