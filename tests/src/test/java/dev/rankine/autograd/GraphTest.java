package dev.rankine.autograd;

import static dev.rankine.autograd.op.Affine.affine;
import static dev.rankine.autograd.op.Square.square;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;
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
        assertThatThrownBy(() -> square(x).backward(dY))
                .hasMessageContaining("backward: the gradient to start from")
                .hasMessageContaining("must be [1], got [2]");
    }

    /** An operation whose backward pass gives what it was told to give. */
    private record Wrong(Tensor... gradients) implements Operation {
        @Override
        public String name() {
            return "wrong";
        }

        @Override
        public Tensor forward(Saved saved, Tensor... in) {
            return in[0].affine(1, 0);
        }

        @Override
        public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
            return gradients;
        }
    }

    @Test
    void anOperationThatGivesWrongGradientsIsNamed() {
        Tensor two = Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(2), 1, 1);
        assertThatThrownBy(() -> Operation.apply(new Wrong(two), x).backward())
                .hasMessageContaining("wrong (backward): the gradient of input 0")
                .hasMessageContaining("must be [1], got [2]");
        assertThatThrownBy(() -> Operation.apply(new Wrong(two, two), x).backward())
                .hasMessage("wrong: backward gave 2 gradients for 1 inputs");
    }

    @Test
    void unfreezingMovesOnlyWhatCannotBeTrainedWhereItIs() {
        Tensor plain = Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(2), 1, .5);
        Variable weight = Variable.constant(plain);
        weight.requiresGradient(true);
        assertThat(weight.data()).isSameAs(plain);
        Variable narrow = Variable.constant(plain.copy("store", DType.BF16));
        narrow.requiresGradient(false);
        assertThat(narrow.data().dtype()).isEqualTo(DType.BF16);
        narrow.requiresGradient(true);
        assertThat(narrow.data().dtype()).isEqualTo(DType.F32);
        assertThat(narrow.data().toDoubles()).containsExactly(1, .5);
        Variable ids = Variable.constant(Tensor.ofLongs(SpecCase.REFERENCE, Shape.of(1), 3));
        ids.requiresGradient(false);
        assertThatThrownBy(() -> ids.requiresGradient(true)).hasMessageContaining("whole numbers cannot be trained");
    }

    @Test
    void aVariableSaysWhatItIs() {
        assertThat(x.toString()).startsWith("variable ").contains("[1]");
        assertThat(x.detach().toString()).startsWith("constant ");
        assertThat(parameter(1, 2, 3, 4).reshape(2, 2).shape()).isEqualTo(Shape.of(2, 2));
        assertThat(x.minus(square(x)).data().item()).isEqualTo(-6);
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
