package dev.rankine.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of every operation against its formula; values and gradients in F32 on every back-end against the F64 reference. */
class SpecValueTest {
    static Stream<Arguments> cases() {
        return SpecCase.READY.stream()
                .flatMap(backend -> SpecCase.all().map(sample -> Arguments.of(backend.name(), sample, backend)));
    }

    @ParameterizedTest(name = "{0} {1}", autoCloseArguments = false)
    @MethodSource("cases")
    void floatsAreWithinTheToleranceOfDoubles(String name, SpecCase sample, Backend backend) {
        compare(sample, backend, exact -> 0);
    }

    private static void compare(SpecCase sample, Backend backend, ToDoubleFunction<double[]> least) {
        List<@Nullable Tensor> expected = valueAndGradients(sample, SpecCase.REFERENCE, DType.F64);
        List<@Nullable Tensor> got = valueAndGradients(sample, backend, DType.F32);
        for (int i = 0; i < expected.size(); i++) {
            String what = (i == 0 ? "value" : "gradient " + (i - 1)) + " of " + sample;
            assertClose(what, expected.get(i), got.get(i), least, sample.spec().tolerance());
        }
    }

    /** Long sums cancel: here an element may be off by the tolerance of the largest one. */
    @Property(tries = 400)
    void floatsAreWithinTheToleranceAtAnyShape(@ForAll("relabelled") SpecCase sample) {
        for (Backend backend : SpecCase.READY) {
            compare(
                    sample,
                    backend,
                    exact -> Arrays.stream(exact).map(Math::abs).max().orElse(0));
        }
    }

    /** Longer than a vector register, with every tail. */
    @Provide
    Arbitrary<SpecCase> relabelled() {
        return SpecCase.relabelled(40, 5000);
    }

    static Stream<SpecCase> samples() {
        return SpecCase.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theReferenceComputesTheFormula(SpecCase sample) {
        Tensor[] points = sample.points(SpecCase.REFERENCE, DType.F64, 8);
        Variable[] inputs = Arrays.stream(points).map(Variable::constant).toArray(Variable[]::new);
        Tensor y = sample.spec().function().apply(inputs).data();
        assertThat(Formulas.ALL)
                .as("write the formula of %s down in Formulas", sample.spec().name())
                .containsKey(sample.spec().name());
        Grid expected = Formulas.ALL
                .get(sample.spec().name())
                .apply(Arrays.stream(points).map(Grid::of).toArray(Grid[]::new));
        assertThat(y.shape()).isEqualTo(expected.shape());
        assertThat(y.toDoubles()).containsExactly(expected.numbers(), within(1e-12));
    }

    private static List<@Nullable Tensor> valueAndGradients(SpecCase sample, Backend backend, DType dtype) {
        Variable[] inputs = Arrays.stream(sample.points(backend, dtype, 6))
                .map(Variable::parameter)
                .toArray(Variable[]::new);
        Variable y = sample.spec().function().apply(inputs);
        y.backward(SpecCase.cotangent(y.data(), 7));
        List<@Nullable Tensor> results = new ArrayList<>();
        results.add(y.data());
        for (Variable input : inputs) {
            results.add(input.gradient());
        }
        return results;
    }

    private static void assertClose(
            String what,
            @Nullable Tensor expected,
            @Nullable Tensor got,
            ToDoubleFunction<double[]> least,
            double tolerance) {
        assertThat(got == null).as(what + " is missing").isEqualTo(expected == null);
        if (expected == null || got == null) {
            return;
        }
        assertThat(got.shape()).isEqualTo(expected.shape());
        double[] exact = expected.toDoubles();
        double[] rounded = got.toDoubles();
        double scale = Math.max(1, least.applyAsDouble(exact));
        for (int i = 0; i < exact.length; i++) {
            double figure = Math.abs(rounded[i] - exact[i]) / Math.max(scale, Math.abs(exact[i]));
            assertThat(figure)
                    .as("%s at %d: %s, expected %s", what, i, rounded[i], exact[i])
                    .isLessThanOrEqualTo(tolerance);
        }
    }
}
