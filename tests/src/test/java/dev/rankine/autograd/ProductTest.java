package dev.rankine.autograd;

import static dev.rankine.autograd.op.Linear.linear;
import static dev.rankine.autograd.op.Matmul.matmul;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What products cost in the backward pass, and weights of other types. */
class ProductTest {
    private final CallCounter counter = new CallCounter(SpecCase.REFERENCE);

    private Tensor random(DType dtype, int... lengths) {
        Tensor like = Tensor.zeros(counter.backend(), dtype, Shape.of(lengths));
        return SpecCase.cotangent(like, lengths.length);
    }

    private Variable parameter(int... lengths) {
        return Variable.parameter(random(DType.F64, lengths));
    }

    private Variable constant(int... lengths) {
        return Variable.constant(random(DType.F64, lengths));
    }

    @Test
    void aFrozenWeightCostsNoProduct() {
        Variable y = linear(parameter(2, 3, 4), constant(5, 4), constant(5));
        assertThat(productsOfBackward(y)).isEqualTo(1);
    }

    @Test
    void anInputWithoutGradientCostsNoProduct() {
        Variable y = linear(constant(2, 3, 4), parameter(5, 4), parameter(5));
        assertThat(productsOfBackward(y)).isEqualTo(1);
    }

    @Test
    void aTrainedBiasAloneCostsNoProduct() {
        Variable y = linear(constant(2, 3, 4), constant(5, 4), parameter(5));
        assertThat(productsOfBackward(y)).isZero();
    }

    @Test
    void everythingTrainedCostsTwoProducts() {
        Variable y = linear(parameter(2, 3, 4), parameter(5, 4), parameter(5));
        assertThat(productsOfBackward(y)).isEqualTo(2);
    }

    private long productsOfBackward(Variable y) {
        counter.reset();
        y.backward(random(DType.F64, y.shape().toArray()));
        return counter.count("matmul");
    }

    @Test
    void anInputIsNotKeptForAFrozenWeight() {
        Variable weight = constant(4, 4);
        try (Scope step = Scope.open(counter.backend())) {
            Variable x = parameter(3, 4);
            Variable hidden = x.plus(x);
            linear(hidden, weight, null);
            hidden.data().storage().hold();
            hidden.data().storage().releaseHold();
            assertThat(hidden.data().isAlive())
                    .as("nobody else holds the input")
                    .isFalse();
            assertThat(step.leases()).isPositive();
        }
    }

    @Test
    void aMatrixForAllBatchesGetsOneGradientNotOnePerBatch() {
        Variable x = constant(50, 2, 3);
        Variable weight = parameter(3, 4);
        matmul(x, weight).backward(random(DType.F64, 50, 2, 4));
        // the largest is the result [50, 2, 4]; a gradient per batch would be [50, 3, 4]
        assertThat(counter.largest()).isEqualTo(50 * 2 * 4);
    }

    @Test
    void aWeightStoredInHalfPrecisionIsWidenedForTheProduct() {
        Backend backend = counter.backend();
        Tensor wide = Tensor.of(backend, Shape.of(2, 3), 0.5f, -1.25f, 2, 0, 3, -0.125f);
        for (DType stored : new DType[] {DType.F16, DType.BF16}) {
            Variable x = Variable.parameter(Tensor.of(backend, Shape.of(1, 3), 1, 2, 3));
            Variable y = linear(x, Variable.constant(wide.clone(stored)), null);
            y.backward(Tensor.of(backend, Shape.of(1, 2), 1, 2));
            assertThat(y.data().toFloats()).containsExactly(4, 5.625f);
            Tensor dX = x.gradient();
            assertThat(dX).isNotNull();
            assertThat(dX.toFloats()).containsExactly(0.5f, 4.75f, 1.75f);
        }
    }

    @Test
    void aWeightThatComputesIsNotCopied() {
        Variable x = parameter(2, 3);
        Variable weight = parameter(4, 3);
        counter.reset();
        linear(x, weight, null);
        assertThat(counter.count("copy")).isZero();
    }

    @Test
    void aWidenedWeightGoesBackToThePoolAtOnce() {
        Variable half = Variable.constant(Tensor.zeros(counter.backend(), DType.F16, Shape.of(4, 4)));
        Variable x = Variable.parameter(Tensor.zeros(counter.backend(), DType.F32, Shape.of(2, 4)));
        try (Scope step = Scope.open(counter.backend())) {
            linear(x, half, null);
            assertThat(step.leases()).as("the result alone").isEqualTo(1);
        }
    }

    @Test
    void linearIsTheProductWithTheTransposePlusBias() {
        Variable x = constant(2, 3, 5);
        Variable weight = constant(4, 5);
        Variable bias = constant(4);
        double[] expected = matmul(x, weight.transpose(0, 1)).plus(bias).data().toDoubles();
        double[] got = linear(x, weight, bias).data().toDoubles();
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).isCloseTo(expected[i], within(1e-14));
        }
    }
}
