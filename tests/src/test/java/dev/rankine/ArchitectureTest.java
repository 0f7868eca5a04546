package dev.rankine;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.BackendProvider;
import dev.rankine.tensor.Probe;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the byte code of the main classes must keep to. Each rule is also shown to catch a class that breaks it. */
class ArchitectureTest {
    /** In the order of imports: each sees only those before it. */
    private static final List<String> ROOMS = List.of("tensor", "autograd", "transformer", "lora", "cli");

    private static final String VECTOR_API = "jdk.incubator.vector..";

    /** Lane by lane these call the JDK's scalar mathematics or the processor's, as the JIT pleases: other bits. */
    private static final Set<String> TRANSCENDENTAL = Set.of(
            "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2", "SINH", "COSH", "TANH", "EXP", "EXPM1", "LOG",
            "LOG10", "LOG1P", "CBRT", "HYPOT", "POW");

    private static final Set<String> FLOATING = Set.of("FloatVector", "DoubleVector", "Vector");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.rankine");

    private static final JavaClasses BROKEN = new ClassFileImporter().importClasses(Broken.class);

    static Stream<Named<ArchRule>> rules() {
        return Stream.of(
                Named.of(
                        "the Vector API stays in its back-end",
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("dev.rankine.tensor.vector..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(VECTOR_API)),
                Named.of(
                        "back-end discovery loads without the Vector API and TornadoVM",
                        noClasses()
                                .should()
                                .beAssignableTo(BackendProvider.class)
                                .andShould()
                                .dependOnClassesThat()
                                .resideInAnyPackage(VECTOR_API, "uk.ac.manchester.tornado..")),
                Named.of(
                        "no floating-point reduceLanes: its order differs between interpreter and JIT",
                        noClasses()
                                .should()
                                .callMethodWhere(describe("reduce floating lanes", ArchitectureTest::reduces))),
                Named.of(
                        "no transcendental lanewise operator: its bits differ between interpreter and JIT",
                        noClasses().should().accessFieldWhere(describe("use one", ArchitectureTest::transcends))),
                Named.of(
                        "no pow of vectors: it is such an operator",
                        noClasses().should().callMethodWhere(describe("call pow", ArchitectureTest::raises))),
                Named.of(
                        "no object of Java's is read from a file",
                        noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInput.class)),
                Named.of(
                        "no static mutable state",
                        noFields().that().areStatic().should().notBeFinal()));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void mainCodeKeepsTheRule(ArchRule rule) {
        rule.check(MAIN);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theRuleCatchesAClassThatBreaksIt(ArchRule rule) {
        assertThat(rule.evaluate(BROKEN).hasViolation()).isTrue();
    }

    static List<String> lowerRooms() {
        return ROOMS.subList(0, ROOMS.size() - 1);
    }

    @ParameterizedTest
    @MethodSource("lowerRooms")
    void importsPointOneWay(String room) {
        doesNotSee(room, ROOMS.subList(ROOMS.indexOf(room) + 1, ROOMS.size())).check(MAIN);
    }

    /** Nobody sees the GPU's room, and it sees numbers only; it is not in every build. */
    @Test
    void tornadoSeesTensorOnly() {
        doesNotSee("tornado", ROOMS.subList(1, ROOMS.size()))
                .allowEmptyShould(true)
                .check(MAIN);
        for (String room : ROOMS) {
            doesNotSee(room, List.of("tornado")).check(MAIN);
        }
    }

    @Test
    void importsAgainstTheDirectionAreSeen() {
        assertThat(doesNotSee("autograd", List.of("tensor")).evaluate(MAIN).hasViolation())
                .as("autograd sees tensor, so a rule against it must fail")
                .isTrue();
    }

    private static ArchRule doesNotSee(String room, List<String> others) {
        var packages = new ArrayList<String>();
        others.forEach(other -> packages.add("dev.rankine." + other + ".."));
        return noClasses()
                .that()
                .resideInAPackage("dev.rankine." + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages.toArray(String[]::new));
    }

    private static boolean reduces(JavaMethodCall call) {
        return isFloating(call) && call.getTarget().getName().startsWith("reduceLanes");
    }

    private static boolean raises(JavaMethodCall call) {
        return isFloating(call) && call.getTarget().getName().equals("pow");
    }

    private static boolean isFloating(JavaMethodCall call) {
        return call.getTargetOwner().getPackageName().equals("jdk.incubator.vector")
                && FLOATING.contains(call.getTargetOwner().getSimpleName());
    }

    private static boolean transcends(JavaFieldAccess access) {
        return access.getTargetOwner().getName().equals("jdk.incubator.vector.VectorOperators")
                && TRANSCENDENTAL.contains(access.getTarget().getName());
    }

    /** Breaks every rule. */
    private static final class Broken implements BackendProvider {
        static float last;

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Probe probe() {
            FloatVector x = FloatVector.zero(FloatVector.SPECIES_PREFERRED);
            last = x.lanewise(VectorOperators.EXP).pow(x).reduceLanes(VectorOperators.ADD);
            return new Probe.Ready("broken");
        }

        @Override
        public Backend create(int threads) {
            throw new IllegalStateException("never made of a " + ObjectInputStream.class);
        }
    }
}
