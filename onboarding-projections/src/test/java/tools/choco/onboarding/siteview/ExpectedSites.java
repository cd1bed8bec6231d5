package tools.choco.onboarding.siteview;

import com.google.protobuf.Message;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.SagaKind;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteLifecycleStageChanged;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;
import tools.choco.onboarding.projection.History;

/**
 * What the queries must answer, by looking at all events of each site anew: for every field, the
 * last event that says something about it.
 */
final class ExpectedSites {

    /** A site with all its events. */
    private record Events(String siteId, List<Message> all) {

        <E extends Message> Stream<E> of(Class<E> type) {
            return all.stream().filter(type::isInstance).map(type::cast);
        }

        <E extends Message> Optional<E> last(Class<E> type) {
            return of(type).reduce((earlier, later) -> later);
        }

        SiteProvisionRequested first() {
            return (SiteProvisionRequested) all.getFirst();
        }

        /** Where the latest story began: at an adoption, a retry, or the beginning. */
        int begin() {
            int begin = 0;
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i) instanceof SiteProvisionRequested
                        || all.get(i) instanceof WelcomeSiteAdopted) {
                    begin = i;
                }
            }
            return begin;
        }
    }

    private final Map<String, Events> sites = new LinkedHashMap<>();

    ExpectedSites(List<History.Entry> history) {
        for (History.Entry entry : history) {
            if (EventType.of(entry.event()).aggregateType().equals(EventType.SITE)) {
                String id = entry.aggregateId();
                List<Message> before = sites.containsKey(id) ? sites.get(id).all() : List.of();
                sites.put(
                        id,
                        new Events(
                                id,
                                Stream.concat(before.stream(), Stream.of(entry.event())).toList()));
            }
        }
    }

    List<SiteSummary> ofUser(String userId) {
        return sites.values().stream()
                .filter(site -> site.first().getUserId().equals(userId))
                .map(ExpectedSites::summary)
                .sorted(
                        Comparator.comparing(SiteSummary::requestedAt)
                                .thenComparing(SiteSummary::siteId)
                                .reversed())
                .toList();
    }

    List<InFlightSite> inFlight(@Nullable String state, @Nullable Instant unchangedSince) {
        return sites.values().stream()
                .flatMap(site -> inFlight(site).stream())
                .filter(
                        site ->
                                state == null
                                        ? !List.of("live", "failed").contains(site.state())
                                        : site.state().equals(state))
                .filter(
                        site ->
                                unchangedSince == null
                                        || site.sinceState().isBefore(unchangedSince))
                .sorted(
                        Comparator.comparing(InFlightSite::sinceState)
                                .thenComparing(InFlightSite::siteId))
                .toList();
    }

    private static SiteSummary summary(Events site) {
        boolean adopted = site.last(WelcomeSiteAdopted.class).isPresent();
        boolean welcome =
                site.first().getHostingMode() == HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE
                        && !adopted;
        boolean settled = site.last(SiteLifecycleStageChanged.class).isPresent();
        boolean served = site.last(SiteProvisionCompleted.class).isPresent();
        return new SiteSummary(
                site.siteId(),
                site.first().getSessionId(),
                site.first().getSlug(),
                welcome ? "platform_template" : "user_git",
                welcome ? "playground" : adopted && !settled ? "adopted" : "live",
                site.last(SiteDeployStatusChanged.class)
                        .map(event -> word(event.getDeployStatus(), "DEPLOY_STATUS_"))
                        .orElse(null),
                served
                        ? "http://localhost/" + site.first().getSlug()
                        : site.last(WelcomeSiteProvisioned.class)
                                .map(WelcomeSiteProvisioned::getUrl)
                                .orElse(null),
                adopted || served ? History.repository(site.first().getSlug()) : null,
                inFlight(site)
                        .map(
                                it ->
                                        new SiteSummary.Provisioning(
                                                it.state(),
                                                it.attempt(),
                                                it.sagaKind(),
                                                it.errorKind(),
                                                it.lastError(),
                                                it.sinceState()))
                        .orElse(null),
                EventFields.occurredAt(site.first()));
    }

    private static Optional<InFlightSite> inFlight(Events site) {
        int begin = site.begin();
        Message beginning = site.all().get(begin);
        boolean adoption = beginning instanceof WelcomeSiteAdopted;
        if (beginning instanceof SiteProvisionRequested requested
                && requested.getHostingMode() == HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE) {
            return Optional.empty();
        }
        Events story = new Events(site.siteId(), site.all().subList(begin, site.all().size()));
        Optional<SiteProvisionStateChanged> hop = story.last(SiteProvisionStateChanged.class);
        Optional<SiteProvisionFailed> failure = story.last(SiteProvisionFailed.class);
        return Optional.of(
                new InFlightSite(
                        site.siteId(),
                        site.first().getSessionId(),
                        site.first().getUserId(),
                        site.first().getSlug(),
                        hop.map(it -> word(it.getToState(), "PROVISIONING_STATE_"))
                                .orElse("requested"),
                        (int) site.of(SiteProvisionRequested.class).count(),
                        adoption
                                        || ((SiteProvisionRequested) beginning).getSagaKind()
                                                == SagaKind.SAGA_KIND_ADOPT
                                ? "adopt"
                                : "provision",
                        failure.map(it -> word(it.getErrorKind(), "ERROR_KIND_")).orElse(null),
                        failure.map(it -> it.getErrorMessage().replace('\0', '\uFFFD'))
                                .orElse(null),
                        hop.map((Function<Message, Instant>) EventFields::occurredAt)
                                .orElse(EventFields.occurredAt(beginning))));
    }

    private static String word(Enum<?> value, String prefix) {
        return value.name().substring(prefix.length()).toLowerCase(Locale.ROOT);
    }
}
