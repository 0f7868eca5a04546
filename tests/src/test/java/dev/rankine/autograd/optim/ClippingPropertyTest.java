package dev.rankine.autograd.optim;

import static dev.rankine.autograd.optim.Parameters.giveGradient;
import static dev.rankine.autograd.optim.Parameters.gradient;
import static dev.rankine.autograd.optim.Parameters.parameter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;

/** Clipping by the global norm. */
class ClippingPropertyTest {
    private static final double TOLERANCE = 1e-12;

    private static double norm(double[]... vectors) {
        double sum = 0;
        for (double[] vector : vectors) {
            sum += Arrays.stream(vector).map(x -> x * x).sum();
        }
        return Math.sqrt(sum);
    }

    @Property
    void theNormIsAtMostTheBoundAndTheDirectionIsKept(
            @ForAll @Size(max = 6) List<@Scale(9) @DoubleRange(min = -10, max = 10) Double> as,
            @ForAll @Size(max = 6) List<@Scale(9) @DoubleRange(min = -10, max = 10) Double> bs,
            @ForAll @Scale(9) @DoubleRange(min = 0.01, max = 20) double largest) {
        double[] first = as.stream().mapToDouble(Double::doubleValue).toArray();
        double[] second = bs.stream().mapToDouble(Double::doubleValue).toArray();
        Variable a = parameter(new double[first.length]);
        Variable b = parameter(new double[second.length]);
        giveGradient(a, first);
        giveGradient(b, second);
        double before = norm(first, second);
        double returned = Clipping.byGlobalNorm(List.of(a, b), largest).item();
        assertThat(returned).isCloseTo(before, within(TOLERANCE * Math.max(1, before)));
        assertThat(norm(gradient(a), gradient(b))).isCloseTo(Math.min(before, largest), within(1e-11));
        double factor = before > largest ? largest / before : 1;
        for (int i = 0; i < first.length; i++) {
            assertThat(gradient(a)[i]).isCloseTo(first[i] * factor, within(TOLERANCE * 10));
        }
        if (before <= largest) {
            assertThat(gradient(a)).isEqualTo(first);
            assertThat(gradient(b)).isEqualTo(second);
        }
    }

    @Example
    void parametersWithoutGradientDoNotCount() {
        Variable with = parameter(0, 0);
        Variable without = parameter(5);
        giveGradient(with, 3, 4);
        assertThat(Clipping.byGlobalNorm(List.of(with, without), 1).item()).isEqualTo(5);
        assertThat(gradient(with)).containsExactly(3 * 0.2, 4 * 0.2);
        assertThat(without.gradient()).isNull();
        assertThat(Clipping.globalNorm(List.of(without)).item()).isZero();
    }

    @Example
    void settingsAreChecked() {
        assertThatThrownBy(() -> Clipping.byGlobalNorm(List.of(parameter(1)), 0))
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> Clipping.globalNorm(List.of())).hasMessageContaining("no parameters");
    }
}
