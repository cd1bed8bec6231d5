package tools.choco.onboarding.site;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import com.google.protobuf.Message;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.annotation.MessageIdentifier;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.RecentRequests;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.SagaKind;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;

/**
 * One site: a welcome site of the platform's, or one of the user's own that is provisioned.
 *
 * <p>Every command is answered with the state after it. A repeat (same idempotency key, or an
 * effect that is already there) emits nothing; a refusal changes nothing.
 */
public class Site {

    @SuppressWarnings("UnusedVariable") // Axon reads it.
    @AggregateIdentifier
    private @Nullable SiteId id;

    private @Nullable SiteState state;

    /** For Axon, and for whoever creates a site in the unit of work of its session. */
    public Site() {}

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    SiteAnswer decide(CreateSite command, Clock clock) {
        NewSite site = command.site();
        if (state == null) {
            create(site, command.request(), clock);
            return new SiteAnswer(state(), true, false);
        }
        Optional<SiteAnswer> repeat = recognise(command.request());
        if (repeat.isPresent()) {
            return repeat.get();
        }
        if (state().hostingMode() != site.hostingMode()
                || !state().templateId().equals(site.templateId())) {
            throw Refused.because(
                    Refusal.SITE_ALREADY_REQUESTED,
                    "The site was requested with another hosting mode or template.");
        }
        return SiteAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(StartProvisioning command, Clock clock) {
        Request request = command.request();
        Optional<SiteAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        ProvisioningState at = requireProvisioned();
        if (at == ProvisioningState.AWAITING_GITHUB && command.githubLinked()) {
            move(at, ProvisioningState.SOURCE_RESOLVING, "", request, clock);
        }
        return SiteAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(AdvanceSite command, Clock clock) {
        Request request = command.request();
        Optional<SiteAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        if (requireProvisioned() == command.from() && state().attempt() == command.attempt()) {
            move(command.from(), command.to(), command.detail(), request, clock);
        }
        return SiteAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(GoLive command, TextVault texts, Clock clock) {
        Request request = command.request();
        Optional<SiteAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        ProvisioningState at = requireProvisioned();
        if (at == ProvisioningState.HOOK_CREATED && state().attempt() == command.attempt()) {
            move(at, ProvisioningState.LIVE, "", request, clock);
            emit(
                    SiteEvents.completed(
                            state(),
                            command,
                            sealed(texts, SiteState.GITHUB_REPO, command.githubRepo()),
                            now(clock)),
                    request);
            if (state().lifecycleStage() == LifecycleStage.LIFECYCLE_STAGE_ADOPTED) {
                emit(SiteEvents.settled(state(), now(clock)), request);
            }
        }
        return SiteAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(FailSite command, Clock clock) {
        Request request = command.request();
        Optional<SiteAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        ProvisioningState at = requireProvisioned();
        Integer attempt = command.attempt();
        boolean current = attempt == null || attempt == state().attempt();
        if (current && at != ProvisioningState.FAILED) {
            if (!at.leadsTo(ProvisioningState.FAILED)) {
                throw Refused.because(
                        Refusal.FAIL_NOT_ALLOWED,
                        "A site that is at " + at.wireName() + " cannot fail.");
            }
            move(at, ProvisioningState.FAILED, "", request, clock);
            emit(SiteEvents.failed(state(), at, command, now(clock)), request);
        }
        return SiteAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(RetrySite command, Clock clock) {
        Request request = command.request();
        Optional<SiteAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        if (requireProvisioned() != ProvisioningState.FAILED) {
            throw Refused.because(
                    Refusal.SITE_NOT_FAILED, "Only a site that has failed is tried again.");
        }
        emit(SiteEvents.retried(state(), command.githubLinked(), now(clock)), request);
        return SiteAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(AdoptSite command, TextVault texts, Clock clock) {
        Request request = command.request();
        Optional<SiteAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        if (!state().isWelcomeSite()) {
            throw state().sagaKind() == SagaKind.SAGA_KIND_ADOPT
                    ? Refused.because(
                            Refusal.SITE_ALREADY_ADOPTED, "The site has been adopted already.")
                    : Refused.because(
                            Refusal.SITE_NOT_ADOPTABLE,
                            "The site was the user's own from the start.");
        }
        if (!command.githubLinked()) {
            throw Refused.because(
                    Refusal.GITHUB_LINK_REQUIRED, "Link GitHub before adopting the site.");
        }
        emit(
                SiteEvents.adopted(
                        state(),
                        sealed(texts, SiteState.GITHUB_REPO, command.githubRepo()),
                        now(clock)),
                request);
        return SiteAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(RecordDeploy command, TextVault texts, Clock clock) {
        Request request = command.request();
        Optional<SiteAnswer> repeat = admit(request);
        if (repeat.isPresent()) {
            return repeat.get();
        }
        requireProvisioned();
        if (!state().knows(command, texts)) {
            emit(
                    SiteEvents.deployed(
                            state(),
                            command,
                            sealed(texts, SiteState.DETAIL, command.detail()),
                            now(clock)),
                    request);
        }
        return SiteAnswer.of(state());
    }

    @CommandHandler
    SiteAnswer decide(ReadSite command) {
        requireOwner(command.request().caller());
        return SiteAnswer.of(state());
    }

    @EventSourcingHandler
    void evolve(
            Message event,
            MetaData metadata,
            @MessageIdentifier String eventId,
            @SequenceNumber long sequence) {
        EventContext context = new EventContext(eventId, sequence + 1, metadata);
        if (state == null && event instanceof SiteProvisionRequested requested) {
            id = new SiteId(requested.getSiteId());
            state = SiteState.requestedBy(requested, context);
        } else {
            state = state().after(event, context);
        }
    }

    private void create(NewSite site, Request request, Clock clock) {
        Instant now = EventTime.now(clock);
        emit(SiteEvents.requested(site, now), request);
        if (site.isWelcomeSite()) {
            String url =
                    Objects.requireNonNull(
                            site.welcomeUrl(), "a welcome site is served before it is created");
            emit(SiteEvents.welcomed(site, url, now), request);
        }
    }

    private void move(
            ProvisioningState from,
            ProvisioningState to,
            String detail,
            Request request,
            Clock clock) {
        emit(SiteEvents.moved(state(), from, to, detail, now(clock)), request);
    }

    /**
     * Lets the owner in, answers a retry, holds the precondition: in this order, before any rule.
     */
    private Optional<SiteAnswer> admit(Request request) {
        Optional<SiteAnswer> repeat = recognise(request);
        if (repeat.isEmpty()) {
            request.requireRevision(state().revision());
        }
        return repeat;
    }

    private Optional<SiteAnswer> recognise(Request request) {
        requireOwner(request.caller());
        Optional<RecentRequests.Entry> earlier = state().recentRequests().repeatedBy(request);
        return earlier.map(it -> new SiteAnswer(state(), it.created(), true));
    }

    private void requireOwner(Caller caller) {
        if (!caller.maySee(state().userId())) {
            throw SiteId.notFound();
        }
    }

    private ProvisioningState requireProvisioned() {
        ProvisioningState at = state().provisioning();
        if (at == null) {
            throw Refused.because(
                    Refusal.SITE_HOSTED_BY_PLATFORM,
                    "A welcome site is not provisioned; adopt it first.");
        }
        return at;
    }

    /** A text as an event carries it; null if there is none. */
    private @Nullable SealedText sealed(TextVault texts, String field, String text) {
        return text.isEmpty()
                ? null
                : texts.seal(state().userId(), state().id().value(), field, text);
    }

    private void emit(Message event, Request request) {
        apply(event, MetaData.from(request.metadata()));
    }

    private Instant now(Clock clock) {
        return EventTime.notBefore(state().updatedAt(), clock);
    }

    private SiteState state() {
        if (state == null) {
            throw new BrokenStream("the site was not requested");
        }
        return state;
    }
}
