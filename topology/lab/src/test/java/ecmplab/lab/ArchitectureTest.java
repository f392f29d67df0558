package ecmplab.lab;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of ARCHITECTURE.md. Maven keeps them between modules; these keep them between packages. */
@AnalyzeClasses(packages = "ecmplab", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule bgpKnowsNothingOfTheRest = onlyOwn("ecmplab.bgp..", "ecmplab.bgp..");

    @ArchTest
    static final ArchRule packetKnowsNothingOfTheRest = onlyOwn("ecmplab.packet..", "ecmplab.packet..");

    @ArchTest
    static final ArchRule ovsdbKnowsNothingOfTheRest = onlyOwn("ecmplab.ovsdb..", "ecmplab.ovsdb..");

    @ArchTest
    static final ArchRule portKnowsPackets = onlyOwn("ecmplab.port..", "ecmplab.port..", "ecmplab.packet..");

    @ArchTest
    static final ArchRule theRouterKnowsNeitherMuxNorLab =
            onlyOwn("ecmplab.router..", "ecmplab.router..", "ecmplab.bgp..", "ecmplab.packet..", "ecmplab.port..");

    @ArchTest
    static final ArchRule theMuxKnowsNeitherRouterNorOvsdb =
            onlyOwn("ecmplab.mux..", "ecmplab.mux..", "ecmplab.bgp..", "ecmplab.packet..", "ecmplab.port..");

    @ArchTest
    static final ArchRule theHostAgentKnowsTheTablesOfTheMuxOnly = onlyOwn(
            "ecmplab.hostagent..", "ecmplab.hostagent..", "ecmplab.mux.table..", "ecmplab.packet..", "ecmplab.port..");

    @ArchTest
    static final ArchRule theControllerKnowsPoliciesNotForwarding = noClasses()
            .that()
            .resideInAPackage("ecmplab.controller..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "ecmplab.mux.forward..", "ecmplab.hostagent.forward..", "ecmplab.port..", "ecmplab.bgp..");

    @ArchTest
    static final ArchRule theWireKnowsNoRib = noClasses()
            .that()
            .resideInAnyPackage("ecmplab.bgp.wire..", "ecmplab.bgp.attribute..", "ecmplab.bgp.capability..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("ecmplab.bgp.session..", "ecmplab.bgp.speaker.."));

    @ArchTest
    static final ArchRule policiesKnowRoutesNotTables = noClasses()
            .that()
            .resideInAPackage("ecmplab.bgp.policy..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("ecmplab.bgp..")
                    .and(resideOutsideOfPackages(
                            "ecmplab.bgp.policy..", "ecmplab.bgp.wire..", "ecmplab.bgp.attribute..")));

    @ArchTest
    static final ArchRule askingForAShowLoadsTheJdkOnly = classes()
            .that()
            .haveFullyQualifiedName("ecmplab.lab.control.ControlClient")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "ecmplab.lab.control..")
                    .and(not(DescribedPredicate.describe(
                            "the JSON writer",
                            (JavaClass type) -> type.getSimpleName().equals("Json")))));

    @ArchTest
    static final ArchRule packagesOfAModuleHaveNoCycles = slices().matching(
                    "ecmplab.(bgp|router|mux|hostagent|port).(*)..")
            .namingSlices("$1.$2")
            .should()
            .beFreeOfCycles();

    private static ArchRule onlyOwn(String from, String... allowed) {
        return noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(resideInAnyPackage("ecmplab..").and(resideOutsideOfPackages(allowed)));
    }
}
