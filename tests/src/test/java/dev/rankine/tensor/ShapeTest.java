package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class ShapeTest {
    @Test
    void knowsItsAxes() {
        Shape shape = Shape.of(2, 3, 5);
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.size()).isEqualTo(30);
        assertThat(shape.dim(-1)).isEqualTo(5);
        assertThat(shape.axis(-3)).isZero();
        assertThat(shape.rowMajorStrides()).containsExactly(15, 5, 1);
        assertThat(shape.with(-2, 7)).isEqualTo(Shape.of(2, 7, 5));
        assertThat(shape.without(0)).isEqualTo(Shape.of(3, 5));
        assertThat(shape).hasToString("[2, 3, 5]");
    }

    @Test
    void aScalarHasOneElementAndAnEmptyAxisNone() {
        assertThat(Shape.of().size()).isEqualTo(1);
        assertThat(Shape.of(4, 0, 3).size()).isZero();
    }

    @Test
    void refusesWhatIsNoShape() {
        assertThatThrownBy(() -> Shape.of(2, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape [2, -1] has a negative axis");
        assertThatThrownBy(() -> Shape.of(1 << 30, 1 << 30, 1 << 30)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Shape.of(2, 3).dim(2))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("axis 2 of shape [2, 3]");
        assertThatThrownBy(() -> Shape.of().dim(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void sayWhichAxisDoesNotBroadcast() {
        assertThatThrownBy(() -> Shape.broadcast("add", Shape.of(4, 2, 3), Shape.of(5, 3)))
                .isInstanceOf(ShapeMismatch.class)
                .hasMessage("add: [4, 2, 3] x [5, 3]: axis -2 is 2 in one and 5 in the other");
    }

    @Test
    void anArrayOutsideDoesNotChangeIt() {
        int[] lengths = {2, 3};
        Shape shape = Shape.of(lengths);
        lengths[0] = 9;
        shape.toArray()[1] = 9;
        assertThat(shape).isEqualTo(Shape.of(2, 3));
    }

    @Property
    void broadcastingToOneselfChangesNothing(@ForAll Shape shape) {
        assertThat(Shape.broadcast("add", shape, shape)).isEqualTo(shape);
        assertThat(Shape.broadcast("add", shape, Shape.of())).isEqualTo(shape);
    }

    @Property
    void broadcastingIsSymmetricAndFillsAxesOfLengthOne(@ForAll Shape shape, @ForAll int axesKept) {
        int[] narrow = shape.toArray();
        for (int axis = 0; axis < narrow.length; axis++) {
            if ((axesKept >> axis & 1) == 0) {
                narrow[axis] = 1;
            }
        }
        Shape other = Shape.of(narrow);
        assertThat(Shape.broadcast("add", shape, other)).isEqualTo(shape);
        assertThat(Shape.broadcast("add", other, shape)).isEqualTo(shape);
    }

    @Property
    void sizeIsTheProductAndStridesTheProductsBehind(@ForAll Shape shape) {
        assertThat(shape.size())
                .isEqualTo(Arrays.stream(shape.toArray()).asLongStream().reduce(1, (a, b) -> a * b));
        long[] strides = shape.rowMajorStrides();
        for (int axis = 0; axis < shape.rank(); axis++) {
            long behind =
                    Arrays.stream(shape.toArray()).skip(axis + 1).asLongStream().reduce(1, (a, b) -> a * b);
            assertThat(strides[axis]).isEqualTo(behind);
        }
    }
}
