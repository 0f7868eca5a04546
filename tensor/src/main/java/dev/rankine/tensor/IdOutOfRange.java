package dev.rankine.tensor;

import java.util.Arrays;

/** An index that names no row of a table, as in {@code gather: id 17 at place [2, 3] of ids [4, 8] is outside [0, 10)}. */
public final class IdOutOfRange extends IndexOutOfBoundsException {
    private static final long serialVersionUID = 1L;

    /**
     * An error about the id at the {@code index}-th place of {@code ids} in row-major order.
     *
     * @param limit the number of rows of the table
     */
    public IdOutOfRange(String operation, Tensor ids, long index, long id, long limit) {
        super(operation + ": id " + id + " at place " + Arrays.toString(place(ids.shape(), index)) + " of ids "
                + ids.shape() + " is outside [0, " + limit + ")");
    }

    private static long[] place(Shape shape, long index) {
        long[] place = new long[shape.rank()];
        long rest = index;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            place[axis] = rest % shape.dim(axis);
            rest /= shape.dim(axis);
        }
        return place;
    }
}
