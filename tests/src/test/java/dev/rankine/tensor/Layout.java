package dev.rankine.tensor;

import java.util.Arrays;

/** How the elements of a sample lie in memory. */
public enum Layout {
    ROW_MAJOR {
        @Override
        Tensor lay(Shape shape, Samples samples, DType dtype) {
            return samples.dense(dtype, shape);
        }
    },
    /** All axes in reverse order. */
    TRANSPOSED {
        @Override
        Tensor lay(Shape shape, Samples samples, DType dtype) {
            int[] reversed = new int[shape.rank()];
            int[] order = new int[shape.rank()];
            for (int axis = 0; axis < reversed.length; axis++) {
                order[axis] = reversed.length - 1 - axis;
                reversed[axis] = shape.dim(order[axis]);
            }
            return samples.dense(dtype, Shape.of(reversed)).permute(order);
        }
    },
    /** In the middle of a larger tensor: an offset, and gaps between the rows. */
    INSET {
        @Override
        Tensor lay(Shape shape, Samples samples, DType dtype) {
            int[] larger =
                    Arrays.stream(shape.toArray()).map(length -> length + 3).toArray();
            Tensor inset = samples.dense(dtype, Shape.of(larger));
            for (int axis = 0; axis < shape.rank(); axis++) {
                inset = inset.slice(axis, 1, 1 + shape.dim(axis));
            }
            return inset;
        }
    },
    /** Every second axis repeated by stride 0, the last one among them. */
    BROADCAST {
        @Override
        Tensor lay(Shape shape, Samples samples, DType dtype) {
            Shape narrow = shape;
            for (int axis = shape.rank() - 1; axis >= 0; axis -= 2) {
                narrow = narrow.with(axis, 1);
            }
            return samples.dense(dtype, narrow).expand(shape);
        }
    },
    /** Every third element. */
    STEPPED {
        @Override
        Tensor lay(Shape shape, Samples samples, DType dtype) {
            int[] longer = Arrays.copyOf(shape.toArray(), shape.rank() + 1);
            longer[shape.rank()] = 3;
            Tensor x = samples.dense(dtype, Shape.of(longer));
            return x.view(shape, Arrays.copyOf(Views.strides(x), shape.rank()), 1);
        }
    };

    /** A sample of a shape that lies in memory like this. */
    abstract Tensor lay(Shape shape, Samples samples, DType dtype);
}
