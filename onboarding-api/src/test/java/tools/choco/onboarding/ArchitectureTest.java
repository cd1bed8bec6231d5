package tools.choco.onboarding;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.projection.Projection;

/** Dependencies point down: api, then projections, domain and log side by side, then the events. */
class ArchitectureTest {

    private static final String BASE = "tools.choco.onboarding";
    private static final String[] EVENTS = {BASE + ".events.."};
    private static final String[] LOG = {BASE + ".eventlog.."};
    private static final String[] DOMAIN = {
        BASE,
        BASE + ".answer",
        BASE + ".flow",
        BASE + ".session",
        BASE + ".site",
        BASE + ".provisioning"
    };
    private static final String[] PROJECTIONS = {
        BASE + ".projection..", BASE + ".funnel..", BASE + ".sessionview..", BASE + ".siteview.."
    };

    private static final JavaClasses ALL =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(BASE);

    private static final JavaClasses API =
            ALL.that(
                    DescribedPredicate.describe(
                            "of the api",
                            type ->
                                    type.getSource()
                                            .map(source -> source.getUri().toString())
                                            .filter(uri -> uri.contains("onboarding-api"))
                                            .isPresent()));

    @Test
    void findsTheClassesItSpeaksOf() {
        assertThat(API.size()).isGreaterThan(50).isLessThan(ALL.size());
        assertThat(API.contain(OnboardingService.class)).isTrue();
        assertThat(API.contain(Refused.class)).isFalse();
    }

    @Test
    void keepsTheEventsAtTheBottom() {
        noClasses()
                .that()
                .resideInAnyPackage(EVENTS)
                .should()
                .dependOnClassesThat(own().and(not(resideInAnyPackage(EVENTS))))
                .check(ALL);
    }

    @Test
    void keepsTheLogFromKnowingWhatIsLogged() {
        noClasses()
                .that()
                .resideInAnyPackage(LOG)
                .should()
                .dependOnClassesThat(
                        own().and(not(resideInAnyPackage(LOG)))
                                .and(not(resideInAnyPackage(EVENTS))))
                .check(ALL);
    }

    @Test
    void keepsProjectionsFromTheDomainAndTheLog() {
        noClasses()
                .that(resideInAnyPackage(PROJECTIONS).and(not(ofTheApi())))
                .should()
                .dependOnClassesThat(
                        own().and(not(resideInAnyPackage(PROJECTIONS)))
                                .and(not(resideInAnyPackage(EVENTS))))
                .check(ALL);
    }

    /** A rebuild hands old events to projections: whatever one of them does, it does again. */
    @Test
    void keepsProjectionsInTheProcess() {
        classes()
                .that()
                .implement(Projection.class)
                .should()
                .resideInAnyPackage(PROJECTIONS)
                .check(ALL);
        noClasses()
                .that()
                .resideInAnyPackage(PROJECTIONS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.net..",
                        "org.axonframework.commandhandling..",
                        "org.axonframework.modelling..",
                        "org.springframework..")
                .check(ALL);
    }

    @Test
    void keepsTheDomainFromEverythingButTheEvents() {
        noClasses()
                .that(resideInAnyPackage(DOMAIN).and(not(ofTheApi())))
                .should()
                .dependOnClassesThat(
                        own().and(not(resideInAnyPackage(DOMAIN)))
                                .and(not(resideInAnyPackage(EVENTS))))
                .check(ALL);
    }

    @Test
    void configuresAxonInTheWiringOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + ".wiring..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.axonframework.config..")
                .check(ALL);
    }

    @Test
    void keepsAxonOutOfTheControllers() {
        noClasses()
                .that()
                .areAnnotatedWith(RestController.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.axonframework..")
                .check(API);
    }

    @Test
    void keepsControllersToTheirPackages() {
        classes()
                .that()
                .areAnnotatedWith(RestController.class)
                .should()
                .bePackagePrivate()
                .andShould()
                .haveSimpleNameEndingWith("Controller")
                .check(API);
    }

    @Test
    void leavesCryptographyToTheKeys() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + ".keys..")
                .should()
                .dependOnClassesThat(resideInAPackage("javax.crypto.."))
                .check(ALL);
    }

    @Test
    void readsClocksThroughPortsOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + ".wiring..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(API);
    }

    @Test
    void hasNoCyclesBetweenPackages() {
        slices().assignedFrom(new ByPackage()).should().beFreeOfCycles().check(API);
    }

    @Test
    void marksEveryPackageAsNullMarked() {
        Set<JavaPackage> packages = API.stream().map(JavaClass::getPackage).collect(toSet());

        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(
                        it ->
                                assertThat(it.isAnnotatedWith(NullMarked.class))
                                        .as(it.getName())
                                        .isTrue());
    }

    /** Each package of the api is a slice of its own. */
    private static final class ByPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }

    private static DescribedPredicate<JavaClass> own() {
        return resideInAPackage(BASE + "..");
    }

    private static DescribedPredicate<JavaClass> ofTheApi() {
        return DescribedPredicate.describe("of the api", API::contains);
    }
}
