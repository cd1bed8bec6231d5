package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.site.SiteFixtures.adopt;
import static tools.choco.onboarding.site.SiteFixtures.adoptedSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.advance;
import static tools.choco.onboarding.site.SiteFixtures.create;
import static tools.choco.onboarding.site.SiteFixtures.deploy;
import static tools.choco.onboarding.site.SiteFixtures.fail;
import static tools.choco.onboarding.site.SiteFixtures.goLive;
import static tools.choco.onboarding.site.SiteFixtures.newWelcomeSite;
import static tools.choco.onboarding.site.SiteFixtures.ownSite;
import static tools.choco.onboarding.site.SiteFixtures.ownSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.read;
import static tools.choco.onboarding.site.SiteFixtures.retry;
import static tools.choco.onboarding.site.SiteFixtures.start;
import static tools.choco.onboarding.site.SiteFixtures.welcomeSite;
import static tools.choco.onboarding.site.SiteTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;
import static tools.choco.onboarding.testing.Expectations.payloads;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.axonframework.test.aggregate.ResultValidator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.events.v1.DeployStatus;

/**
 * Every state times every command, against a table that was written by hand.
 *
 * <p>A cell is {@code .} for no effect, {@code +} for an event that leaves the state, the state
 * that the site goes to, or the refusal: {@code WEL} site_hosted_by_platform, {@code FNA}
 * fail_not_allowed, {@code SNF} site_not_failed, {@code SNA} site_not_adoptable, {@code SAA}
 * site_already_adopted, {@code LNK} github_link_required, {@code SAR} site_already_requested.
 */
class SiteTransitionsTest {

    private static final String OWN =
            """
                               same other start link advance live fail retry adopt adoptl deploy read
            requested          .    SAR   .     .    srcing  .    fld  SNF   SNA   SNA    +      .
            source_resolving   .    SAR   .     .    srced   .    fld  SNF   SNA   SNA    +      .
            source_resolved    .    SAR   .     .    vering  .    FNA  SNF   SNA   SNA    +      .
            vercel_creating    .    SAR   .     .    vered   .    fld  SNF   SNA   SNA    +      .
            vercel_created     .    SAR   .     .    hking   .    FNA  SNF   SNA   SNA    +      .
            hook_creating      .    SAR   .     .    hked    .    fld  SNF   SNA   SNA    +      .
            hook_created       .    SAR   .     .    .       live FNA  SNF   SNA   SNA    +      .
            live               .    SAR   .     .    .       .    FNA  SNF   SNA   SNA    +      .
            awaiting_github    .    SAR   .     srcing .     .    FNA  SNF   SNA   SNA    +      .
            failed             .    SAR   .     .    .       .    .    req   SNA   SNA    +      .
            """;

    /** The same machine, entered by adoption. */
    private static final String ADOPTED =
            """
                               same other start link advance live fail retry adopt adoptl deploy read
            requested          .    SAR   .     .    srcing  .    fld  SNF   SAA   SAA    +      .
            source_resolving   .    SAR   .     .    srced   .    fld  SNF   SAA   SAA    +      .
            source_resolved    .    SAR   .     .    vering  .    FNA  SNF   SAA   SAA    +      .
            vercel_creating    .    SAR   .     .    vered   .    fld  SNF   SAA   SAA    +      .
            vercel_created     .    SAR   .     .    hking   .    FNA  SNF   SAA   SAA    +      .
            hook_creating      .    SAR   .     .    hked    .    fld  SNF   SAA   SAA    +      .
            hook_created       .    SAR   .     .    .       live FNA  SNF   SAA   SAA    +      .
            live               .    SAR   .     .    .       .    FNA  SNF   SAA   SAA    +      .
            awaiting_github    .    SAR   .     srcing .     .    FNA  SNF   SAA   SAA    +      .
            failed             .    SAR   .     .    .       .    .    req   SAA   SAA    +      .
            """;

    private static final String WELCOME =
            """
                               same other start link advance live fail retry adopt adoptl deploy read
            welcome            SAR  .     WEL   WEL  WEL     WEL  WEL  WEL   LNK   req    WEL    .
            """;

    private static final Map<String, ProvisioningState> GOES_TO =
            Map.of(
                    "req", ProvisioningState.REQUESTED,
                    "srcing", ProvisioningState.SOURCE_RESOLVING,
                    "srced", ProvisioningState.SOURCE_RESOLVED,
                    "vering", ProvisioningState.VERCEL_CREATING,
                    "vered", ProvisioningState.VERCEL_CREATED,
                    "hking", ProvisioningState.HOOK_CREATING,
                    "hked", ProvisioningState.HOOK_CREATED,
                    "live", ProvisioningState.LIVE,
                    "park", ProvisioningState.AWAITING_GITHUB,
                    "fld", ProvisioningState.FAILED);

    private static final Map<String, Refusal> REFUSED =
            Map.of(
                    "WEL", Refusal.SITE_HOSTED_BY_PLATFORM,
                    "FNA", Refusal.FAIL_NOT_ALLOWED,
                    "SNF", Refusal.SITE_NOT_FAILED,
                    "SNA", Refusal.SITE_NOT_ADOPTABLE,
                    "SAA", Refusal.SITE_ALREADY_ADOPTED,
                    "LNK", Refusal.GITHUB_LINK_REQUIRED,
                    "SAR", Refusal.SITE_ALREADY_REQUESTED);

    /** The hops that {@link AdvanceSite} takes, the one along the way to live first. */
    private static final List<AdvanceSite> HOPS =
            List.of(
                    advance(ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING),
                    advance(ProvisioningState.SOURCE_RESOLVING, ProvisioningState.SOURCE_RESOLVED),
                    advance(ProvisioningState.SOURCE_RESOLVED, ProvisioningState.VERCEL_CREATING),
                    advance(ProvisioningState.VERCEL_CREATING, ProvisioningState.VERCEL_CREATED),
                    advance(ProvisioningState.VERCEL_CREATED, ProvisioningState.HOOK_CREATING),
                    advance(ProvisioningState.HOOK_CREATING, ProvisioningState.HOOK_CREATED),
                    advance(ProvisioningState.SOURCE_RESOLVING, ProvisioningState.AWAITING_GITHUB));

    record Cell(String story, String state, String command, String expected) {
        @Override
        public String toString() {
            return story + ", " + state + ": " + command + " " + expected;
        }
    }

    static Stream<Cell> everyCell() {
        return Stream.of(
                        cells("own", OWN).stream(),
                        cells("adopted", ADOPTED).stream(),
                        cells("welcome", WELCOME).stream())
                .flatMap(cells -> cells);
    }

    @ParameterizedTest
    @MethodSource("everyCell")
    void doesWhatTheTableSays(Cell cell) {
        ProvisioningState before = stateOf(cell);

        check(cell.expected(), before, sent(cell, before, commandOf(cell, before)));
    }

    @ParameterizedTest
    @MethodSource("everyState")
    void ignoresEveryHopThatBeginsElsewhere(List<Object> history, ProvisioningState state) {
        for (AdvanceSite hop : HOPS) {
            if (hop.from() != state) {
                new SiteTestBed()
                        .given(history)
                        .when(hop)
                        .expectSuccessfulHandlerExecution()
                        .expectNoEvents();
            }
        }
    }

    static Stream<Arguments> everyState() {
        return Arrays.stream(ProvisioningState.values())
                .flatMap(
                        it ->
                                Stream.of(
                                        Arguments.of(ownSiteAt(it), it),
                                        Arguments.of(adoptedSiteAt(it), it)));
    }

    @Test
    void parksInsteadOfResolvingTheSource() {
        check(
                "park",
                ProvisioningState.SOURCE_RESOLVING,
                new SiteTestBed()
                        .given(ownSiteAt(ProvisioningState.SOURCE_RESOLVING))
                        .when(HOPS.getLast()));
    }

    @Test
    void leavesOutNoStateAndNoCommand() {
        assertThat(cells("own", OWN).stream().map(Cell::state).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ProvisioningState.values())
                                .map(ProvisioningState::wireName)
                                .toList());
        assertThat(cells("adopted", ADOPTED)).hasSameSizeAs(cells("own", OWN));
        assertThat(
                        cells("welcome", WELCOME).stream()
                                .map(it -> commandOf(it, null))
                                .map(Object::getClass)
                                .distinct())
                .containsExactlyInAnyOrder(SiteCommand.class.getPermittedSubclasses());
    }

    private static ResultValidator<Site> sent(
            Cell cell, @Nullable ProvisioningState before, SiteCommand command) {
        List<Object> history =
                before == null
                        ? welcomeSite()
                        : cell.story().equals("own") ? ownSiteAt(before) : adoptedSiteAt(before);
        return new SiteTestBed().given(history).when(command);
    }

    private static void check(
            String expected, @Nullable ProvisioningState before, ResultValidator<Site> result) {
        Refusal refusal = REFUSED.get(expected);
        if (refusal != null) {
            result.expectNoEvents().expectException(refused(refusal));
            return;
        }
        ProvisioningState after = GOES_TO.getOrDefault(expected, before);
        result.expectResultMessagePayloadMatching(
                answer(it -> assertThat(it.state().provisioning()).isEqualTo(after)));
        if (expected.equals(".")) {
            result.expectNoEvents();
        } else {
            result.expectEventsMatching(events(it -> assertThat(payloads(it)).isNotEmpty()));
        }
    }

    private static @Nullable ProvisioningState stateOf(Cell cell) {
        return Arrays.stream(ProvisioningState.values())
                .filter(it -> it.wireName().equals(cell.state()))
                .findFirst()
                .orElse(null);
    }

    /** What the column stands for; a hop that begins elsewhere where none begins here. */
    private static SiteCommand commandOf(Cell cell, @Nullable ProvisioningState at) {
        Map<String, Supplier<SiteCommand>> commands =
                Map.ofEntries(
                        Map.entry("same", () -> create(ownSite())),
                        Map.entry("other", () -> create(newWelcomeSite())),
                        Map.entry("start", () -> start(false)),
                        Map.entry("link", () -> start(true)),
                        Map.entry("advance", () -> hopFrom(at)),
                        Map.entry("live", () -> goLive()),
                        Map.entry("fail", () -> fail()),
                        Map.entry("retry", () -> retry()),
                        Map.entry("adopt", () -> adopt(false)),
                        Map.entry("adoptl", () -> adopt(true)),
                        Map.entry(
                                "deploy",
                                () -> deploy(DeployStatus.DEPLOY_STATUS_BUILDING, "", "")),
                        Map.entry("read", () -> read(SiteFixtures.USER)));
        return Objects.requireNonNull(commands.get(cell.command())).get();
    }

    private static AdvanceSite hopFrom(@Nullable ProvisioningState at) {
        return HOPS.stream().filter(it -> it.from() == at).findFirst().orElse(HOPS.getFirst());
    }

    private static List<Cell> cells(String story, String table) {
        List<String[]> rows = table.lines().map(line -> line.strip().split(" +")).toList();
        String[] columns = rows.getFirst();
        List<Cell> cells = new ArrayList<>();
        for (String[] row : rows.subList(1, rows.size())) {
            assertThat(row).as(row[0]).hasSize(columns.length + 1);
            for (int i = 0; i < columns.length; i++) {
                cells.add(new Cell(story, row[0], columns[i], row[i + 1]));
            }
        }
        return cells;
    }
}
