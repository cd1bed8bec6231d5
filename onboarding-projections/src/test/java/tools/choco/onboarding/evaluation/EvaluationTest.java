package tools.choco.onboarding.evaluation;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.funnel.Condition;
import tools.choco.onboarding.funnel.Dimension;
import tools.choco.onboarding.funnel.EventRule;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.Order;
import tools.choco.onboarding.funnel.Sessions;
import tools.choco.onboarding.funnel.StageRule;
import tools.choco.onboarding.funnel.StepRule;
import tools.choco.onboarding.funnel.Window;

/** A number that two ways of counting agree on proves something only if they share nothing. */
class EvaluationTest {

    private static final List<Class<?>> DEFINITION =
            List.of(
                    FunnelDefinition.class,
                    Sessions.class,
                    StageRule.class,
                    StepRule.class,
                    EventRule.class,
                    Condition.class,
                    Dimension.class,
                    Order.class,
                    Window.class);

    @Test
    void knowsOfAFunnelItsDefinitionOnly() {
        JavaClasses classes =
                new ClassFileImporter().importPackages(EvaluationTest.class.getPackageName());

        assertThat(classes.contain(Evaluation.class)).isTrue();
        noClasses()
                .that()
                .resideInAPackage("..evaluation..")
                .should()
                .dependOnClassesThat(resideInAPackage("..funnel..").and(not(ofTheDefinition())))
                .check(classes);
    }

    private static DescribedPredicate<JavaClass> ofTheDefinition() {
        return describe(
                "of the definition",
                type ->
                        belongToAnyOf(DEFINITION.toArray(Class<?>[]::new))
                                .test(type.getBaseComponentType()));
    }
}
