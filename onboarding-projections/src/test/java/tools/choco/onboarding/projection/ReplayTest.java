package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.evaluation.Funnels;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.funnel.FunnelProjection;
import tools.choco.onboarding.sessionview.SessionViewProjection;
import tools.choco.onboarding.siteview.SiteViewProjection;

/** Every read model comes out the same, however its events were cut into batches. */
class ReplayTest {

    private static final List<Projection> PROJECTIONS =
            List.of(
                    new SessionViewProjection(),
                    new FunnelProjection(List.of(Funnels.ONBOARDING)),
                    new SiteViewProjection());

    private static final List<Projection> BY_SESSION =
            List.of(new SessionViewProjection(), new FunnelProjection(List.of(Funnels.ONBOARDING)));

    private static @Nullable ReadModels shared;

    @BeforeContainer
    static void open() {
        ReadModels models = new ReadModels();
        PROJECTIONS.forEach(models::serve);
        shared = models;
    }

    @AfterContainer
    static void close() {
        models().close();
    }

    @Provide
    Arbitrary<List<History.Entry>> histories() {
        return History.any();
    }

    @Property(tries = 100)
    void holdsEveryEventTypeInEveryHistory(@ForAll("histories") List<History.Entry> history) {
        Set<EventType> types =
                history.stream()
                        .map(entry -> EventType.of(entry.event()))
                        .collect(Collectors.toSet());

        assertThat(types)
                .containsExactlyInAnyOrderElementsOf(
                        EventType.all().stream().filter(EventType::isOfSessionOrSite).toList());
    }

    @Property(tries = 60)
    void rebuildsToTheSameRows(
            @ForAll("histories") List<History.Entry> history, @ForAll Random random) {
        List<LoggedEvent> events = History.logged(history);
        for (Projection projection : PROJECTIONS) {
            models().clear(projection);
            List<List<LoggedEvent>> batches = cut(events, random);
            batches.forEach(batch -> models().apply(projection, batch));
            String live = rows();

            models().clear(projection);
            models().apply(projection, events);

            assertThat(rows()).isEqualTo(live);
        }
    }

    /** As a rebuild does that is broken off now and then. */
    @Property(tries = 30)
    void loadsInBulkToTheSameRows(
            @ForAll("histories") List<History.Entry> history, @ForAll Random random) {
        List<LoggedEvent> events = History.logged(history);
        for (Projection projection : PROJECTIONS) {
            models().clear(projection);
            models().apply(projection, events);
            String live = rows();

            models().clear(projection);
            List<List<LoggedEvent>> left = cut(events, random);
            while (!left.isEmpty()) {
                Bulk bulk = projection.bulk();
                int runs = 1 + random.nextInt(3);
                for (int run = 0; run < runs && !left.isEmpty(); run++) {
                    int batches = 1 + random.nextInt(left.size());
                    models().load(projection, bulk, left.subList(0, batches));
                    left = left.subList(batches, left.size());
                }
            }

            assertThat(rows()).isEqualTo(live);
        }
    }

    @Property(tries = 30)
    void changesNothingWhenABatchComesAgain(
            @ForAll("histories") List<History.Entry> history, @ForAll Random random) {
        List<LoggedEvent> events = History.logged(history);
        for (Projection projection : PROJECTIONS) {
            models().clear(projection);
            List<LoggedEvent> applied = new ArrayList<>();
            for (List<LoggedEvent> batch : cut(events, random)) {
                models().apply(projection, batch);
                applied.addAll(batch);
                String before = rows();

                models().apply(projection, batch);
                models().apply(
                                projection,
                                applied.subList(random.nextInt(applied.size()), applied.size()));

                assertThat(rows()).isEqualTo(before);
            }
        }
    }

    /** As when the transaction of a site's event outlived those of later events of its session. */
    @Property(tries = 12)
    void keepsEventsThatBecomeVisibleLate(@ForAll("histories") List<History.Entry> history) {
        List<LoggedEvent> events = History.logged(history);
        List<LoggedEvent> late = new ArrayList<>(events);
        for (int i = 0; i + 1 < late.size(); i++) {
            boolean siteThenSession =
                    !late.get(i).isOfSession()
                            && late.get(i + 1).isOfSession()
                            && late.get(i).sessionId().equals(late.get(i + 1).sessionId());
            if (siteThenSession) {
                Collections.swap(late, i, i + 1);
            }
        }
        for (Projection projection : PROJECTIONS) {
            models().clear(projection);
            models().apply(projection, events);
            String inOrder = rows();

            models().clear(projection);
            late.forEach(event -> models().apply(projection, List.of(event)));

            assertThat(rows()).isEqualTo(inOrder);
        }
    }

    @Example
    void refusesASessionThatNeverStarted() {
        List<LoggedEvent> events = History.logged(History.of(List.of()));
        for (Projection projection : BY_SESSION) {
            models().clear(projection);

            assertThatThrownBy(() -> models().apply(projection, events.subList(1, 2)))
                    .isInstanceOf(BrokenHistory.class)
                    .hasMessageContaining("its session never started");
        }
    }

    @Example
    void refusesAGap() {
        List<LoggedEvent> events = new ArrayList<>(History.logged(History.of(List.of())));
        LoggedEvent missing = events.remove(2);
        for (Projection projection : BY_SESSION) {
            models().clear(projection);

            assertThat(missing.isOfSession()).isTrue();
            assertThatThrownBy(() -> models().apply(projection, events))
                    .isInstanceOf(BrokenHistory.class)
                    .hasMessageContaining("an earlier event of its session is missing");
        }
    }

    @Example
    void refusesAGapInASite() {
        List<LoggedEvent> events = new ArrayList<>(History.logged(History.of(List.of())));
        LoggedEvent missing =
                events.stream()
                        .filter(event -> !event.isOfSession() && event.sequence() == 1)
                        .findFirst()
                        .orElseThrow();
        events.remove(missing);
        for (Projection projection : PROJECTIONS) {
            models().clear(projection);

            assertThatThrownBy(() -> models().apply(projection, events))
                    .isInstanceOf(BrokenHistory.class)
                    .hasMessageContaining("an earlier event of its site is missing");
        }
    }

    private static List<List<LoggedEvent>> cut(List<LoggedEvent> events, Random random) {
        List<List<LoggedEvent>> batches = new ArrayList<>();
        int from = 0;
        while (from < events.size()) {
            int to = Math.min(events.size(), from + 1 + random.nextInt(40));
            batches.add(events.subList(from, to));
            from = to;
        }
        return batches;
    }

    private static String rows() {
        return models().rows("session_view", "session_id")
                + models().rows("funnel_entry", "funnel, session_id, entry")
                + models().rows("funnel_restatement", "funnel, position, day, test")
                + models().rows("funnel_stage", "funnel, flow_id, flow_version, part, ordinal")
                + models().rows("sites", "site_id")
                + models().rows("provisioning_sagas", "site_id");
    }

    private static ReadModels models() {
        ReadModels models = shared;
        if (models == null) {
            throw new IllegalStateException("not open");
        }
        return models;
    }
}
