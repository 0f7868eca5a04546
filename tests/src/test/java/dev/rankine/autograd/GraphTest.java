package dev.rankine.autograd;

import static dev.rankine.autograd.op.Affine.affine;
import static dev.rankine.autograd.op.Square.square;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The graph behind a result: how gradients flow back through it, and when they do not. */
class GraphTest {
    private final Variable x = parameter(3);

    private static Variable parameter(double... values) {
        return Variable.parameter(Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(values.length), values));
    }

    private static double[] gradient(Variable variable) {
        Tensor gradient = variable.gradient();
        assertThat(gradient).isNotNull();
        return gradient.toDoubles();
    }

    @Test
    void aDiamondSumsItsTwoSides() {
        Variable top = square(x);
        Variable bottom = affine(top, 2, 0).plus(top.times(x));
        bottom.backward();
        // d/dx (2 x^2 + x^3) at 3
        assertThat(gradient(x)).containsExactly(12 + 27);
    }

    @Test
    void aVariableUsedTwiceByOneOperationCountsTwice() {
        x.times(x).backward();
        assertThat(gradient(x)).containsExactly(6);
    }

    @Test
    void aSumPassesTheSameGradientToBothSidesWithoutMixingThem() {
        Variable a = square(x);
        Variable b = affine(x, 5, 0);
        Variable both = a.plus(b);
        both.plus(a).plus(b).backward();
        assertThat(gradient(x)).containsExactly(2 * 6 + 2 * 5);
    }

    @Test
    void manyDiamondsInARowStayLinearInTime() {
        Variable y = x;
        for (int i = 0; i < 60; i++) {
            y = affine(y.plus(y), 0.5, 0);
        }
        y.backward();
        assertThat(gradient(x)).containsExactly(1);
    }

    @Test
    void aChainOfTwentyThousandNodesDoesNotOverflowTheStack() {
        Variable y = x;
        for (int i = 0; i < 20_000; i++) {
            y = affine(y, 1, 1);
        }
        y.backward();
        assertThat(y.data().item()).isEqualTo(20_003);
        assertThat(gradient(x)).containsExactly(1);
    }

    @Test
    void gradientsAddUpOverBackwardPassesUntilCleared() {
        square(x).backward();
        square(x).backward();
        assertThat(gradient(x)).containsExactly(12);
        x.clearGradient();
        assertThat(x.gradient()).isNull();
        square(x).backward();
        assertThat(gradient(x)).containsExactly(6);
    }

    @Test
    void aSecondBackwardPassOverASpentGraphThrows() {
        Variable y = square(x);
        y.backward();
        assertThatThrownBy(y::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("square")
                .hasMessageContaining("run the forward pass again");
        assertThat(gradient(x)).containsExactly(6);
    }

    @Test
    void aGraphThatSharesASpentPartThrowsToo() {
        Variable shared = square(x);
        affine(shared, 2, 0).backward();
        Variable other = affine(shared, 3, 0);
        assertThatThrownBy(other::backward).hasMessageContaining("square");
    }

    @Test
    void nothingIsTrackedWithoutGradients() {
        try (var off = GradientMode.noGrad()) {
            assertThat(off).isNotNull();
            Variable y = square(x);
            assertThat(y.requiresGradient()).isFalse();
            assertThatThrownBy(y::backward).hasMessageContaining("needs a gradient");
        }
        assertThat(square(x).requiresGradient()).isTrue();
    }

    @Test
    void noGradNestsAndRestores() {
        try (var outer = GradientMode.noGrad()) {
            try (var inner = GradientMode.noGrad()) {
                assertThat(inner).isNotSameAs(outer);
            }
            assertThat(square(x).requiresGradient()).isFalse();
        }
        assertThat(square(x).requiresGradient()).isTrue();
    }

    @Test
    void detachStopsTheGradient() {
        x.times(square(x).detach()).backward();
        assertThat(gradient(x)).containsExactly(9);
    }

    @Test
    void onlyAOneElementResultStartsByItself() {
        Variable y = parameter(1, 2);
        assertThatThrownBy(() -> square(y).backward()).hasMessageContaining("reduce it to one element");
        square(y).backward(Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(2), 10, 100));
        assertThat(gradient(y)).containsExactly(20, 400);
    }

    @Test
    void aGradientToStartFromMustFit() {
        Tensor dY = Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(2), 1, 1);
        assertThatThrownBy(() -> square(x).backward(dY)).hasMessageContaining("must be [1], got [2]");
    }

    @Test
    void aParameterIsItsOwnResult() {
        x.backward();
        assertThat(gradient(x)).containsExactly(1);
    }

    @Test
    void freezingForgetsTheGradientAndIsForLeavesOnly() {
        square(x).backward();
        x.requiresGradient(false);
        assertThat(x.gradient()).isNull();
        assertThat(square(x).requiresGradient()).isFalse();
        x.requiresGradient(true);
        assertThatThrownBy(() -> square(x).requiresGradient(false)).hasMessageContaining("only a leaf");
    }
}
