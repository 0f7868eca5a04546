package dev.rankine.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The backward pass of every operation against central differences, and what it leaves out when an input is frozen. */
class SpecGradientTest {
    private static final int LARGEST = 250;

    static Stream<SpecCase> cases() {
        return SpecCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfCentralDifferences(SpecCase sample) {
        GradientCheck.check(
                sample.spec().name(), sample.spec().function(), 3, sample.points(SpecCase.REFERENCE, DType.F64, 2));
    }

    @Property(tries = 300)
    void gradientsAreThoseOfCentralDifferencesAtAnyShape(@ForAll("relabelled") SpecCase sample, @ForAll long seed) {
        GradientCheck.check(
                sample.toString(), sample.spec().function(), seed, sample.points(SpecCase.REFERENCE, DType.F64, seed));
    }

    /** A sample whose lengths are replaced, equal ones by equal ones, so that what must fit still fits. */
    @Provide
    Arbitrary<SpecCase> relabelled() {
        Arbitrary<SpecCase> samples = Arbitraries.of(SpecCase.all().toList());
        Arbitrary<List<Integer>> lengths =
                Arbitraries.integers().between(1, 9).list().ofSize(4);
        return Combinators.combine(samples, lengths).as(SpecGradientTest::relabel);
    }

    private static SpecCase relabel(SpecCase sample, List<Integer> lengths) {
        Map<Integer, Integer> labels = new LinkedHashMap<>(Map.of(0, 0, 1, 1));
        List<Shape> shapes = sample.shapes().stream()
                .map(shape -> Shape.of(Arrays.stream(shape.toArray())
                        .map(length -> labels.computeIfAbsent(length, key -> lengths.get(labels.size() % 4)))
                        .toArray()))
                .toList();
        long elements = shapes.stream().mapToLong(Shape::size).sum();
        return elements <= LARGEST
                ? new SpecCase(sample.spec(), shapes)
                : relabel(
                        sample, lengths.stream().map(length -> (length + 1) / 2).toList());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aFrozenInputCostsNothingAndChangesNoOtherGradient(SpecCase sample) {
        Tensor[] points = sample.points(SpecCase.REFERENCE, DType.F64, 4);
        Variable[] all = variables(points, -1);
        sample.spec().function().apply(all).backward(dY(sample, points));
        for (int trained = 0; trained < points.length; trained++) {
            Variable[] one = variables(points, trained);
            Variable y = sample.spec().function().apply(one);
            assertOnlyComputes(trained, y, dY(sample, points));
            y.backward(dY(sample, points));
            for (int input = 0; input < points.length; input++) {
                if (input == trained) {
                    assertThat(numbers(one[input].gradient())).isEqualTo(numbers(all[input].gradient()));
                } else {
                    assertThat(one[input].gradient()).isNull();
                }
            }
        }
    }

    private static void assertOnlyComputes(int trained, Variable y, Tensor dY) {
        Node node = y.node();
        @Nullable Tensor[] gradients = node.operation().backward(node.saved(), dY);
        for (int input = 0; input < gradients.length; input++) {
            if (input != trained) {
                assertThat(gradients[input])
                        .as("gradient of frozen input %d", input)
                        .isNull();
            }
        }
    }

    private static Variable[] variables(Tensor[] points, int trained) {
        Variable[] variables = new Variable[points.length];
        for (int i = 0; i < points.length; i++) {
            variables[i] = trained < 0 || i == trained ? Variable.parameter(points[i]) : Variable.constant(points[i]);
        }
        return variables;
    }

    private static Tensor dY(SpecCase sample, Tensor[] points) {
        Variable[] constants = Arrays.stream(points).map(Variable::constant).toArray(Variable[]::new);
        return SpecCase.cotangent(sample.spec().function().apply(constants).data(), 5);
    }

    private static double @Nullable [] numbers(@Nullable Tensor tensor) {
        return tensor == null ? null : tensor.toDoubles();
    }
}
