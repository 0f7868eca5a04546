package dev.rankine.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Corners;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The backward pass of every operation against central differences, and what it leaves out when an input is frozen. */
class SpecGradientTest {
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

    @Property(tries = 2000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theShapesReachTheirCorners(@ForAll("relabelled") SpecCase sample) {
        int[] lengths = sample.shapes().stream()
                .flatMapToInt(shape -> Arrays.stream(shape.toArray()))
                .toArray();
        Corners.atLeast(5, "an empty axis", Arrays.stream(lengths).anyMatch(length -> length == 0));
        Corners.atLeast(20, "an axis of one element", Arrays.stream(lengths).anyMatch(length -> length == 1));
        Corners.atLeast(30, "an odd axis", Arrays.stream(lengths).anyMatch(length -> length > 1 && length % 2 == 1));
        Corners.atLeast(30, "an even axis", Arrays.stream(lengths).anyMatch(length -> length > 0 && length % 2 == 0));
        List<Shape> shapes = sample.shapes();
        Corners.atLeast(
                10,
                "inputs of different ranks",
                shapes.stream().map(Shape::rank).distinct().count() > 1);
    }

    @Provide
    Arbitrary<SpecCase> relabelled() {
        return SpecCase.relabelled(9, 250);
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
