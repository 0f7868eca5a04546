package dev.rankine.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.op.Multiply;
import dev.rankine.autograd.op.Sum;
import dev.rankine.autograd.op.Tanh;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RecomputationTest {
    private static final Backend BACKEND = new ReferenceBackend();

    private static Variable parameter(double... values) {
        return Variable.parameter(Tensor.of(BACKEND, DType.F64, Shape.of(values.length), values));
    }

    private static double[] gradient(Variable parameter) {
        return Objects.requireNonNull(parameter.gradient(), "a gradient").toDoubles();
    }

    /** tanh(w x) x + z with z used in every layer, as what an encoder read is. */
    private static Function<Variable[], Variable> layer(Variable w) {
        return in -> Tanh.tanh(Multiply.multiply(w, in[0])).times(in[0]).plus(in[1].times(in[1]));
    }

    private static double[][] run(boolean recomputes, int layers, double[] at) {
        Variable w = parameter(Arrays.stream(at).map(v -> v / 3 + 0.1).toArray());
        Variable x = parameter(at);
        Variable z = parameter(Arrays.stream(at).map(v -> 1 - v).toArray());
        Variable read = Tanh.tanh(z);
        Variable h = x;
        for (int i = 0; i < layers; i++) {
            h = recomputes ? Recomputation.recompute(layer(w), h, read) : layer(w).apply(new Variable[] {h, read});
        }
        Variable sum = Sum.sum(h);
        sum.backward();
        return new double[][] {sum.data().toDoubles(), gradient(w), gradient(x), gradient(z)};
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void valuesAndGradientsHaveTheSameBits(
            @ForAll @IntRange(min = 1, max = 5) int layers,
            @ForAll @Size(min = 1, max = 4) double @DoubleRange(min = -2, max = 2) [] at) {
        double[][] kept = run(false, layers, at);
        assertThat(run(true, layers, at)).isDeepEqualTo(kept);
        try (Scope _ = Scope.open(BACKEND)) {
            assertThat(run(true, layers, at)).isDeepEqualTo(kept);
        }
    }

    @Test
    void aPartMayHoldAllThatIsTrained() {
        Variable w = parameter(2);
        Variable x = Variable.constant(parameter(3).data());
        Variable y = Recomputation.recompute(in -> in[0].times(w).times(w), x);
        assertThat(y.requiresGradient()).isTrue();
        y.backward();
        assertThat(gradient(w)).containsExactly(12);
    }

    @Test
    void aPartWithoutParametersIsAConstant() {
        Variable x = Variable.constant(parameter(3).data());
        assertThat(Recomputation.recompute(in -> in[0].times(in[0]), x).requiresGradient())
                .isFalse();
        Variable w = parameter(3);
        try (var _ = GradientMode.noGrad()) {
            assertThat(Recomputation.recompute(in -> in[0].times(in[0]), w).requiresGradient())
                    .isFalse();
        }
    }

    @Test
    void aPartMayGiveBackItsInput() {
        Variable x = parameter(3);
        Recomputation.recompute(in -> in[0], x).backward();
        assertThat(gradient(x)).containsExactly(1);
    }

    @Test
    void partsHaveParts() {
        Variable x = parameter(3);
        Recomputation.recompute(
                        in -> Recomputation.recompute(inner -> inner[0].times(inner[0]), in[0])
                                .times(in[0]),
                        x)
                .backward();
        assertThat(gradient(x)).containsExactly(27);
    }

    @Test
    void aGraphIsUsedOnce() {
        Variable x = parameter(3);
        Variable y = Recomputation.recompute(in -> in[0].times(in[0]), x);
        y.backward();
        assertThatThrownBy(y::backward).hasMessageContaining("recompute").hasMessageContaining("already used");
    }

    /** What a part reads from outside must live until it has run again, whoever used it last before. */
    @Test
    void whatAPartReadsFromOutsideIsNotTakenBack() {
        try (Scope _ = Scope.open(BACKEND)) {
            Variable x = parameter(0.5);
            Tensor factor = x.data().plus(x.data());
            Variable h = Recomputation.recompute(in -> in[0].times(Variable.constant(factor)), x);
            Recomputation.recompute(in -> in[0].times(Variable.constant(factor)), h)
                    .backward();
            assertThat(gradient(x)).containsExactly(1);
        }
    }

    @Test
    void layersShareTheirMemory() {
        long kept = taken(false, 12);
        long two = taken(true, 2);
        long twelve = taken(true, 12);
        assertThat(twelve).isLessThan(kept / 2);
        // a layer more is its input more
        assertThat(twelve - two).isLessThanOrEqualTo(10 * 2 * 1024 * 8);
    }

    private static long taken(boolean recomputes, int layers) {
        ScopePool pool = new ScopePool(BACKEND);
        try (Scope _ = pool.open()) {
            run(recomputes, layers, new double[1000]);
        }
        return pool.allocatedBytes();
    }
}
