package dev.rankine.tensor.vector;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Several tensors of one shape, seen as rows that are visited together. Axes of length 1 are dropped and neighbouring
 * axes that every tensor steps through evenly become one, so that contiguous tensors are a single long row.
 *
 * <p>Rows are cut into segments and shared out in blocks; both follow from the shape alone.
 */
final class Grid {
    /** The longest piece of a row that is handed out at once, in elements. */
    static final int SEGMENT = 1 << 13;
    /** Elements of a block of work: some microseconds. */
    private static final int BLOCK = 1 << 13;

    private final int[] lengths;
    /** In bytes, [tensor][axis]; the last axis is the row's. */
    private final long[][] strides;

    private final long[] addresses;
    private final Tensor[] tensors;
    /** Whether a single row may be cut anywhere. */
    private final boolean byElement;

    private final int length;
    private final long rows;

    /** What is done with a piece of a row. */
    @FunctionalInterface
    interface Body {
        /**
         * @param at the address of the piece's first element in each tensor
         * @param first the place of the piece within its row
         * @param count its elements
         */
        void run(long[] at, long first, int count, Stage stage);
    }

    private Grid(int[] lengths, long[][] strides, long[] addresses, boolean byElement, Tensor... tensors) {
        this.tensors = tensors;
        this.byElement = byElement;
        this.lengths = lengths;
        this.strides = strides;
        this.addresses = addresses;
        length = lengths[lengths.length - 1];
        long product = 1;
        for (int axis = 0; axis < lengths.length - 1; axis++) {
            product *= lengths[axis];
        }
        rows = length == 0 ? 0 : product;
    }

    /**
     * Tensors of one shape, their elements matched.
     *
     * @throws ShapeMismatch naming {@code operation} if the shapes differ
     */
    static Grid over(String operation, Tensor... tensors) {
        for (Tensor tensor : tensors) {
            ShapeMismatch.require(operation, "an operand", tensors[0].shape(), tensor.shape());
        }
        return merged(tensors[0].shape().toArray(), 0, tensors);
    }

    /**
     * Tensors of one shape whose last axis stays a row of its own; where it has length 1 in one of them, that one number
     * belongs to the whole row of the first.
     *
     * @throws ShapeMismatch naming {@code operation} if the shapes do not fit
     */
    static Grid rows(String operation, Tensor... tensors) {
        Shape whole = tensors[0].shape();
        for (Tensor tensor : tensors) {
            boolean single = tensor.shape().rank() > 0 && tensor.shape().dim(-1) == 1;
            ShapeMismatch.require(operation, "an operand", single ? whole.with(-1, 1) : whole, tensor.shape());
        }
        return merged(tensors[0].shape().toArray(), 1, tensors);
    }

    private static Grid merged(int[] shape, int kept, Tensor... tensors) {
        int[] lengths = new int[Math.max(1, shape.length)];
        long[][] strides = new long[tensors.length][lengths.length];
        int to = lengths.length;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            boolean mayDrop = axis < shape.length - kept;
            if (mayDrop && shape[axis] == 1) {
                continue;
            }
            if (mayDrop && to < lengths.length - kept && continues(tensors, axis, strides, to, lengths[to])) {
                lengths[to] *= shape[axis];
                continue;
            }
            lengths[--to] = shape[axis];
            for (int i = 0; i < tensors.length; i++) {
                // one number for a whole row stays where it is while the row is walked
                boolean single = tensors[i].shape().dim(axis) == 1 && shape[axis] != 1;
                strides[i][to] = single
                        ? 0
                        : tensors[i].stride(axis) * tensors[i].dtype().bytes();
            }
        }
        if (to == lengths.length) {
            // a single element
            lengths[--to] = 1;
            for (int i = 0; i < tensors.length; i++) {
                strides[i][to] = tensors[i].dtype().bytes();
            }
        }
        long[] addresses = new long[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            addresses[i] = Native.addressInOrder(tensors[i]);
            strides[i] = Arrays.copyOfRange(strides[i], to, lengths.length);
        }
        return new Grid(Arrays.copyOfRange(lengths, to, lengths.length), strides, addresses, kept == 0, tensors);
    }

    private static boolean continues(Tensor[] tensors, int axis, long[][] strides, int inner, int length) {
        if ((long) length * tensors[0].shape().dim(axis) > Integer.MAX_VALUE) {
            return false;
        }
        for (int i = 0; i < tensors.length; i++) {
            if (tensors[i].stride(axis) * tensors[i].dtype().bytes() != strides[i][inner] * length) {
                return false;
            }
        }
        return true;
    }

    /** Bytes from one element of a row to the next. */
    long step(int tensor) {
        return strides[tensor][lengths.length - 1];
    }

    int length() {
        return length;
    }

    long rows() {
        return rows;
    }

    /**
     * Runs over all rows in pieces of at most {@link #SEGMENT} elements, now or later.
     *
     * @param seen what the body reads beside the grid's tensors
     */
    void forSegments(RowWork rowWork, Supplier<Stage> stages, Body body, Tensor... seen) {
        run(rowWork, stages, SEGMENT, length, body, seen);
    }

    /**
     * Runs over all rows, each as a whole, now or later.
     *
     * @param cost what a row costs, in elements of a simple operation
     * @param seen what the body reads beside the grid's tensors
     */
    void forRows(RowWork rowWork, Supplier<Stage> stages, long cost, Body body, Tensor... seen) {
        run(rowWork, stages, Math.max(1, length), cost, body, seen);
    }

    private void run(RowWork rowWork, Supplier<Stage> stages, int segment, long cost, Body body, Tensor... seen) {
        if (rows == 0) {
            return;
        }
        Use[] uses = uses(seen);
        int perRow = (length + segment - 1) / segment;
        long pieces = rows * perRow;
        long pieceCost = Math.max(1, Math.min(cost, segment));
        long work = pieces * pieceCost;
        int units = units(uses);
        if (units >= RowBatch.LEAST_UNITS || work < RowWork.SMALL) {
            rowWork.add(RowStep.of(
                    units,
                    work,
                    (from, end) -> {
                        if (lengths.length == 1 && units > 1) {
                            elements(from, end, segment, body, stages.get());
                        } else {
                            pieces(pieces / units * from, pieces / units * end, segment, body, stages.get());
                        }
                    },
                    uses));
            return;
        }
        RowWork.settle(uses);
        long together = Math.clamp(BLOCK / pieceCost, 1, pieces);
        int blocks = Math.toIntExact((pieces + together - 1) / together);
        rowWork.pool().run(blocks, block -> {
            long begin = block * together;
            pieces(begin, Math.min(pieces, begin + together), segment, body, stages.get());
        });
        // kernels knew the addresses only: the memory must not be collected before they were done
        Reference.reachabilityFence(tensors);
        Reference.reachabilityFence(seen);
    }

    /** Whoever reads a tensor may be writing it, unless nobody can: which of them are results is not known here. */
    private Use[] uses(Tensor... seen) {
        Use[] uses = new Use[tensors.length + seen.length];
        for (int i = 0; i < tensors.length; i++) {
            boolean broadcast = i > 0 && strides[i][0] == 0;
            boolean mayWrite = !tensors[i].storage().isReadOnly();
            uses[i] = broadcast ? Use.reads(tensors[i]) : Use.rows(tensors[i], mayWrite);
        }
        for (int i = 0; i < seen.length; i++) {
            uses[tensors.length + i] = Use.reads(seen[i]);
        }
        return uses;
    }

    /** In how many parts it can be made: by elements of a single row, or by the outermost axis. */
    private int units(Use... uses) {
        for (int i = 0; i < tensors.length; i++) {
            boolean gapless =
                    lengths.length > 1 || strides[i][0] == tensors[i].dtype().bytes();
            if (uses[i].writes() && !(uses[i].byUnit() && gapless)) {
                return 1;
            }
        }
        return lengths.length > 1 ? lengths[0] : byElement ? length : 1;
    }

    /** Elements [from, end) of the only row. */
    private void elements(int from, int end, int segment, Body body, Stage stage) {
        long[] at = new long[addresses.length];
        for (int first = from; first < end; first += segment) {
            for (int tensor = 0; tensor < at.length; tensor++) {
                at[tensor] = addresses[tensor] + first * step(tensor);
            }
            body.run(at, first, Math.min(segment, end - first), stage);
        }
    }

    /** Pieces [begin, end) of all rows. */
    private void pieces(long begin, long end, int segment, Body body, Stage stage) {
        int perRow = (length + segment - 1) / segment;
        int[] index = new int[lengths.length - 1];
        long[] row = start(begin / perRow, index);
        long[] at = new long[row.length];
        int piece = (int) (begin % perRow);
        for (long i = begin; i < end; i++) {
            long first = (long) piece * segment;
            for (int tensor = 0; tensor < at.length; tensor++) {
                at[tensor] = row[tensor] + first * step(tensor);
            }
            body.run(at, first, (int) Math.min(segment, length - first), stage);
            if (++piece == perRow) {
                piece = 0;
                next(row, index);
            }
        }
    }

    /** The addresses of a row, whose place is written to {@code index}. */
    private long[] start(long row, int[] index) {
        long[] at = addresses.clone();
        long left = row;
        for (int axis = index.length - 1; axis >= 0; axis--) {
            index[axis] = (int) (left % lengths[axis]);
            left /= lengths[axis];
            for (int tensor = 0; tensor < at.length; tensor++) {
                at[tensor] += index[axis] * strides[tensor][axis];
            }
        }
        return at;
    }

    private void next(long[] at, int[] index) {
        for (int axis = index.length - 1; axis >= 0; axis--) {
            boolean wraps = ++index[axis] == lengths[axis];
            long steps = wraps ? 1 - lengths[axis] : 1;
            for (int tensor = 0; tensor < at.length; tensor++) {
                at[tensor] += steps * strides[tensor][axis];
            }
            if (!wraps) {
                return;
            }
            index[axis] = 0;
        }
    }
}
