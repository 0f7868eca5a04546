package dev.rankine.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The registry has a specification for every operation, and each specification covers the shapes that go wrong. */
class RegistryTest {
    static Stream<OpSpec> specs() {
        return Operations.specs().stream();
    }

    @Test
    void everyOperationHasItsSpecificationInTheRegistry() throws ReflectiveOperationException {
        List<OpSpec> declared = new ArrayList<>();
        for (JavaClass operation : operations()) {
            Class<?> type = Class.forName(operation.getName());
            declared.add((OpSpec) type.getField("SPEC").get(null));
        }
        assertThat(declared).hasSizeGreaterThan(25);
        assertThat(Operations.specs()).containsExactlyInAnyOrderElementsOf(declared);
    }

    private static List<JavaClass> operations() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.rankine").stream()
                        .filter(type -> type.isAssignableTo(Operation.class) && !type.isInterface())
                        .sorted(Comparator.comparing(JavaClass::getName))
                        .toList();
    }

    /** Each refinement of a specification changes what it is named for, and nothing else. */
    @Test
    void aSpecificationIsRefinedStepByStep() {
        OpSpec.Function identity = in -> in[0];
        OpSpec plain = OpSpec.of("name", "y = x", identity);
        assertThat(plain).isEqualTo(new OpSpec("name", "y = x", identity, List.of(), -2, 2, List.of(), 1e-5));
        OpSpec full = plain.on(Shape.of(2), Shape.of(3))
                .on(Shape.of(0))
                .inRange(.5, 4)
                .avoiding(1.0, 2.0)
                .within(1e-3);
        assertThat(full)
                .isEqualTo(new OpSpec(
                        "name",
                        "y = x",
                        identity,
                        List.of(List.of(Shape.of(2), Shape.of(3)), List.of(Shape.of(0))),
                        .5,
                        4,
                        List.of(1.0, 2.0),
                        1e-3));
    }

    @Test
    void namesAreUnique() {
        assertThat(specs().map(OpSpec::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("specs")
    void theFunctionAppliesTheOperationOfThatName(OpSpec spec) {
        SpecCase first = new SpecCase(spec, spec.samples().getFirst());
        Variable[] inputs = Arrays.stream(first.points(SpecCase.REFERENCE, DType.F64, 1))
                .map(Variable::parameter)
                .toArray(Variable[]::new);
        assertThat(spec.function().apply(inputs).node().operation().name()).isEqualTo(spec.name());
    }

    @ParameterizedTest
    @MethodSource("specs")
    void samplesHaveOddOneElementAndEmptyAxes(OpSpec spec) {
        List<Integer> lengths = spec.samples().stream()
                .flatMap(List::stream)
                .map(Shape::toArray)
                .flatMap(axes -> Arrays.stream(axes).boxed())
                .toList();
        assertThat(lengths).contains(0, 1).anyMatch(length -> length > 1 && length % 2 == 1);
    }
}
