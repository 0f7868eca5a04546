package dev.rankine.autograd;

import static dev.rankine.autograd.op.Square.square;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The judge of gradients must itself find a wrong one. */
class GradientCheckTest {
    private static final Tensor POINT = Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(3), 0.5, -1.25, 2);

    /** x^2 with a gradient that is off by a factor. */
    private record WrongSquare(double factor) implements Operation {
        @Override
        public String name() {
            return "wrongSquare";
        }

        @Override
        public Tensor forward(Saved saved, Tensor... in) {
            saved.save(in[0]);
            return in[0].map(Unary.SQUARE);
        }

        @Override
        public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
            return new @Nullable Tensor[] {dY.times(saved.get(0)).affine(2 * factor, 0)};
        }
    }

    private static OpSpec.Function squareOffBy(double factor) {
        return in -> Operation.apply(new WrongSquare(factor), in);
    }

    @Test
    void passesARightGradient() {
        GradientCheck.check("square", in -> square(in[0]), 1, POINT);
        assertThat(GradientCheck.worst("square", in -> square(in[0]), 1, POINT).figure())
                .isLessThan(1e-9);
    }

    @Test
    void findsAGradientThatIsOffByAFewMillionths() {
        assertThatThrownBy(() -> GradientCheck.check("wrong", squareOffBy(1 + 1e-5), 1, POINT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wrong: input 0 element")
                .hasMessageContaining("backward gives")
                .hasMessageContaining("central differences give");
    }

    @Test
    void findsAMissingGradientAndOneThatIsNoNumber() {
        assertThat(GradientCheck.worst("none", squareOffBy(0), 1, POINT).figure())
                .isGreaterThan(0.1);
        assertThat(GradientCheck.worst("NaN", squareOffBy(Double.NaN), 1, POINT).figure())
                .isInfinite();
    }

    /** The step grows with x, else rounding would drown the difference; large gradients are compared by their size. */
    @Test
    void largeNumbersAreCheckedByTheirOwnScale() {
        Tensor far = Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(2), 1e6, -3e8);
        GradientCheck.check("square", in -> square(in[0]), 1, far);
        assertThat(new GradientCheck.Worst("f", 0, 0, 1e6 + 1, 1e6).figure()).isEqualTo(1e-6);
        assertThat(new GradientCheck.Worst("f", 0, 0, .25, .5).figure()).isEqualTo(.25);
    }

    @Test
    void namesTheFirstOfTheWorst() {
        Tensor equal = Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(3), 0, 0, 0);
        assertThat(GradientCheck.worst("square", in -> square(in[0]), 1, equal).index())
                .isZero();
    }

    @Test
    void wantsDoubles() {
        Tensor floats = Tensor.of(SpecCase.REFERENCE, Shape.of(1), 1f);
        assertThatThrownBy(() -> GradientCheck.check("square", in -> square(in[0]), 1, floats))
                .hasMessageContaining("F64");
    }
}
