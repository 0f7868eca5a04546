package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

/** Views against index arithmetic: element [i, j, ...] of a view is a known element of what it looks at. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class ViewsPropertyTest {
    private final Backend backend = new ReferenceBackend();

    /** The element at an index, read through a slice of one element. */
    private static double at(Tensor x, int... index) {
        Tensor element = x;
        for (int axis = 0; axis < index.length; axis++) {
            element = element.slice(axis, index[axis], index[axis] + 1);
        }
        return element.item();
    }

    /** Index of the {@code n}-th element in row-major order. */
    private static int[] index(Shape shape, long n) {
        int[] index = new int[shape.rank()];
        long rest = n;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            index[axis] = (int) (rest % shape.dim(axis));
            rest /= shape.dim(axis);
        }
        return index;
    }

    private Tensor sample(Shape shape, Layout layout, long seed) {
        return new Samples(backend, seed).of(DType.F32, shape, layout);
    }

    @Property(tries = 200)
    void readingFollowsTheStrides(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Tensor x = sample(shape, layout, seed);
        double[] values = x.toDoubles();
        float[] floats = x.toFloats();
        for (int n = 0; n < Math.min(values.length, 50); n++) {
            assertThat(values[n]).isEqualTo(at(x, index(shape, n)));
            assertThat(floats[n]).isEqualTo((float) values[n]);
        }
    }

    @Property(tries = 200)
    void permuteMovesAxes(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Tensor x = sample(shape, layout, seed);
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            axes.add(axis);
        }
        Collections.shuffle(axes, new Random(seed));
        int[] order = axes.stream().mapToInt(axis -> axis).toArray();
        Tensor permuted = x.permute(order);
        double[] values = permuted.toDoubles();
        for (int n = 0; n < Math.min(values.length, 50); n++) {
            int[] to = index(permuted.shape(), n);
            int[] from = new int[to.length];
            for (int i = 0; i < to.length; i++) {
                from[order[i]] = to[i];
            }
            assertThat(values[n]).isEqualTo(at(x, from));
        }
        assertThat(permuted.storage()).isSameAs(x.storage());
    }

    @Property(tries = 200)
    void transposingTwiceIsNothing(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Tensor x = sample(shape, layout, seed);
        if (shape.rank() >= 2) {
            assertThat(x.transpose(0, -1).transpose(-1, 0).isSameAs(x)).isTrue();
        }
    }

    @Property(tries = 200)
    void reshapeKeepsRowMajorOrder(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Tensor x = sample(shape, layout, seed);
        Shape target = anotherShape(shape, new Random(seed));
        Tensor reshaped = x.reshape(target);
        assertThat(reshaped.shape()).isEqualTo(target);
        assertThat(reshaped.toDoubles()).containsExactly(x.toDoubles());
        assertThat(reshaped.reshape(shape).toDoubles()).containsExactly(x.toDoubles());
    }

    /** Merges some neighbours, splits some axes and inserts ones. */
    private static Shape anotherShape(Shape shape, Random random) {
        List<Integer> lengths = new ArrayList<>();
        for (int length : shape.toArray()) {
            if (!lengths.isEmpty() && random.nextBoolean()) {
                lengths.add(lengths.removeLast() * length);
            } else if (length > 2 && length % 2 == 0 && random.nextBoolean()) {
                lengths.add(2);
                lengths.add(length / 2);
            } else {
                lengths.add(length);
            }
            if (random.nextInt(4) == 0) {
                lengths.add(random.nextInt(lengths.size() + 1), 1);
            }
        }
        return Shape.of(lengths.stream().mapToInt(length -> length).toArray());
    }

    @Property(tries = 200)
    void splittingAndMergingWhatLiesTogetherCopiesNothing(@ForAll Shape shape, @ForAll long seed) {
        Tensor x = sample(shape, Layout.ROW_MAJOR, seed);
        assertThat(x.reshape(anotherShape(shape, new Random(seed))).storage()).isSameAs(x.storage());
    }

    @Test
    void headsAreSplitAndTransposedWithoutACopy() {
        Tensor x = Tensor.zeros(backend, DType.F32, Shape.of(2, 5, 12));
        Tensor heads = x.reshape(Shape.of(2, 5, 3, 4)).transpose(1, 2);
        assertThat(heads.storage()).isSameAs(x.storage());
        Tensor oneByOne = heads.reshape(Shape.of(2, 3, 1, 5, 2, 2));
        assertThat(oneByOne.storage()).isSameAs(x.storage());
        assertThat(heads.reshape(Shape.of(6, 5, 4)).storage()).isNotSameAs(x.storage());
    }

    @Property(tries = 200)
    void expandRepeats(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Random random = new Random(seed);
        Shape narrow = shape;
        for (int axis = 0; axis < shape.rank(); axis++) {
            narrow = random.nextBoolean() ? narrow.with(axis, 1) : narrow;
        }
        Tensor x = sample(narrow, layout, seed);
        Tensor wide = x.expand(shape);
        double[] values = wide.toDoubles();
        for (int n = 0; n < Math.min(values.length, 50); n++) {
            int[] from = index(shape, n);
            for (int axis = 0; axis < from.length; axis++) {
                from[axis] = narrow.dim(axis) == 1 ? 0 : from[axis];
            }
            assertThat(values[n]).isEqualTo(at(x, from));
        }
        assertThat(wide.storage()).isSameAs(x.storage());
    }

    /** The sum over what expand repeated is its adjoint: {@code <expand x, y> = <x, sumTo y>}. */
    @Property(tries = 200)
    void sumToIsTheAdjointOfExpand(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Random random = new Random(seed);
        Shape narrow = shape;
        for (int axis = 0; axis < shape.rank(); axis++) {
            narrow = random.nextBoolean() ? narrow.with(axis, 1) : narrow;
        }
        while (narrow.rank() > 0 && narrow.dim(0) == 1 && random.nextBoolean()) {
            narrow = narrow.without(0);
        }
        Samples samples = new Samples(backend, seed);
        Tensor x = samples.of(DType.F64, narrow, Layout.ROW_MAJOR);
        Tensor y = samples.of(DType.F64, shape, layout);
        Tensor summed = y.sumTo(narrow);
        assertThat(summed.shape()).isEqualTo(narrow);
        assertThat(inner(x.expand(shape), y)).isCloseTo(inner(x, summed), within(1e-9));
    }

    private static double inner(Tensor a, Tensor b) {
        double[] left = a.toDoubles();
        double[] right = b.toDoubles();
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }

    @Property(tries = 200)
    void contiguousHasTheSameElementsInOrder(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Tensor x = sample(shape, layout, seed);
        Tensor dense = x.contiguous();
        assertThat(dense.isContiguous()).isTrue();
        assertThat(dense.toDoubles()).containsExactly(x.toDoubles());
        assertThat(dense == x).isEqualTo(x.isContiguous());
    }

    @Test
    void anEmptyViewMayBeginBehindItsStorage() {
        Tensor x = Tensor.zeros(backend, DType.F32, Shape.of(0, 3)).slice(1, 1, 3);
        assertThat(x.toFloats()).isEmpty();
        assertThat(x.toDoubles()).isEmpty();
    }

    @Test
    void saysWhatDoesNotFit() {
        Tensor x = Tensor.zeros(backend, DType.F32, Shape.of(2, 3));
        assertThatThrownBy(() -> x.reshape(Shape.of(4)))
                .isInstanceOf(ShapeMismatch.class)
                .hasMessage("reshape: [2, 3] x [4]: 6 elements and 4");
        assertThatThrownBy(() -> x.permute(0)).hasMessage("permute: [2, 3]: an order of 1 axes");
        assertThatThrownBy(() -> x.permute(1, 1)).hasMessage("permute: [2, 3]: axis 1 twice in [1, 1]");
        assertThatThrownBy(() -> x.slice(1, 2, 4)).hasMessage("slice: [2, 3]: places 2 to 4 of axis 1");
        assertThatThrownBy(() -> x.slice(1, 2, 1)).isInstanceOf(ShapeMismatch.class);
        assertThatThrownBy(() -> x.expand(Shape.of(4, 3))).hasMessage("expand: [2, 3] x [4, 3]: axis 0 has length 2");
        assertThatThrownBy(() -> x.expand(Shape.of(3))).hasMessage("expand: [2, 3] x [3]: fewer axes than before");
        assertThatThrownBy(() -> x.plus(Tensor.zeros(backend, DType.F32, Shape.of(2))))
                .hasMessage("ADD: [2, 3] x [2]: axis -1 is 3 in one and 2 in the other");
    }
}
