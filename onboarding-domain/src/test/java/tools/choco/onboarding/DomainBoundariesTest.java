package tools.choco.onboarding;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.AggregateLifecycle;
import org.axonframework.modelling.saga.AssociationResolver;
import org.axonframework.modelling.saga.SagaLifecycle;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The domain knows neither Spring nor SQL nor HTTP, and of Axon only what marks a handler. */
class DomainBoundariesTest {

    private static final JavaClasses DOMAIN =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .withImportOption(location -> location.contains("onboarding-domain"))
                    .importPackages("tools.choco.onboarding");

    @Test
    void staysFreeOfSpringSqlHttpAndJson() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                "org.springframework..",
                                "java.sql..",
                                "javax.sql..",
                                "jakarta.servlet..",
                                "java.net.http..",
                                "com.fasterxml.jackson..",
                                "tools.jackson.."))
                .check(DOMAIN);
    }

    @Test
    void takesAnnotationsTheLifecyclesAndMetaDataFromAxon() {
        DescribedPredicate<JavaClass> marks =
                DescribedPredicate.describe(
                        "annotations, what they are told, the lifecycles or MetaData",
                        type ->
                                type.isAnnotation()
                                        || type.isEnum()
                                        || type.isAssignableTo(AssociationResolver.class)
                                        || type.isEquivalentTo(AggregateLifecycle.class)
                                        || type.isEquivalentTo(SagaLifecycle.class)
                                        || type.isEquivalentTo(MetaData.class));

        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.axonframework..").and(not(marks)))
                .check(DOMAIN);
    }

    @Test
    void dependsOnNoOtherModuleButTheEvents() {
        Set<String> own = DOMAIN.stream().map(JavaClass::getName).collect(toSet());
        DescribedPredicate<JavaClass> foreign =
                DescribedPredicate.describe(
                        "classes of other modules",
                        type ->
                                type.getPackageName().startsWith("tools.choco.onboarding")
                                        && !type.getPackageName()
                                                .startsWith("tools.choco.onboarding.events")
                                        && !own.contains(type.getBaseComponentType().getName()));

        noClasses().should().dependOnClassesThat(foreign).check(DOMAIN);
    }

    @Test
    void marksEveryPackageAsNullMarked() {
        Set<JavaPackage> packages = DOMAIN.stream().map(JavaClass::getPackage).collect(toSet());

        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(
                        it ->
                                assertThat(it.isAnnotatedWith(NullMarked.class))
                                        .as(it.getName())
                                        .isTrue());
    }
}
