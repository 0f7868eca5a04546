package dev.rankine.tornado;

import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A product as BLAS wants it. BLAS stores matrices column by column, so a row-major C[M, N] is to it the matrix C^T[N, M]; what it
 * computes is C^T = B^T A^T: its first operand is our b. Places and strides count elements.
 *
 * @param columns N, the rows of what BLAS computes
 * @param rows M
 * @param inner K
 * @param calls how often BLAS must be called: it knows one axis of a batch, the other one is looped over
 * @param matrices the matrices of one call
 */
record Gemm(
        int columns,
        int rows,
        int inner,
        int calls,
        int matrices,
        Operand b,
        Operand a,
        Operand out,
        boolean accumulates) {
    /** More calls than this cost more than a kernel that makes them all at once. */
    private static final int MOST_CALLS = 16;

    /**
     * A matrix in a batch.
     *
     * @param transposed whether BLAS must transpose what lies there
     * @param leading from the start of one of its columns, in BLAS' sense, to the next one's
     * @param perCall from a call's first matrix to the next call's
     * @param perMatrix from a matrix to the next one
     * @param place of the first element
     */
    record Operand(boolean transposed, int leading, long perCall, long perMatrix, long place) {
        private Operand at(long elsewhere) {
            return new Operand(transposed, leading, perCall, perMatrix, elsewhere);
        }
    }

    /**
     * The axes of a batch: a call goes along one of them, calls follow each other along the other one.
     *
     * @param callAxis null where there is one call
     * @param matrixAxis null where a call makes one matrix
     */
    private record Split(
            int calls,
            @Nullable Integer callAxis,
            int matrices,
            @Nullable Integer matrixAxis) {
        static Split of(Layout batch) {
            int[] lengths = batch.lengths();
            return switch (batch.rank()) {
                case 0 -> new Split(1, null, 1, null);
                case 1 -> new Split(1, null, lengths[0], 0);
                default ->
                    lengths[0] < lengths[1]
                            ? new Split(lengths[0], 0, lengths[1], 1)
                            : new Split(lengths[1], 1, lengths[0], 0);
            };
        }

        /** x as it lies, or null if its elements are neighbours along neither axis. */
        @Nullable
        Operand operand(Tensor x, int[] strides) {
            long perCall = callAxis == null ? 0 : strides[callAxis];
            long perMatrix = matrixAxis == null ? 0 : strides[matrixAxis];
            int rows = x.shape().dim(-2);
            int columns = x.shape().dim(-1);
            int leading = leading(rows, columns, x.stride(-2), x.stride(-1));
            if (leading > 0) {
                return new Operand(false, leading, perCall, perMatrix, 0);
            }
            leading = leading(columns, rows, x.stride(-1), x.stride(-2));
            return leading > 0 ? new Operand(true, leading, perCall, perMatrix, 0) : null;
        }
    }

    /** The product out = a b, with all places 0; null if BLAS cannot do it with the operands as they lie. */
    static @Nullable Gemm of(Tensor a, Tensor b, Tensor out, boolean accumulates) {
        Layout batch = Layout.leading(2, out, a, b);
        Split split = Split.of(batch);
        if (batch.rank() > 2 || split.calls() > MOST_CALLS) {
            return null;
        }
        Operand result = split.operand(out, batch.strides(0));
        Operand left = split.operand(a, batch.strides(1));
        Operand right = split.operand(b, batch.strides(2));
        if (result == null || left == null || right == null || result.transposed()) {
            return null;
        }
        return new Gemm(
                out.shape().dim(-1),
                out.shape().dim(-2),
                a.shape().dim(-1),
                split.calls(),
                split.matrices(),
                right,
                left,
                result,
                accumulates);
    }

    /** The distance of lines whose elements are neighbours and that do not overlap; 0 if they are not such. */
    private static int leading(int lines, int length, long lineStride, long elementStride) {
        if (length > 1 && elementStride != 1 || lines > 1 && lineStride < length) {
            return 0;
        }
        return Math.toIntExact(lines > 1 ? lineStride : length);
    }

    /** The same product of what begins at these places. */
    Gemm at(int aPlace, int bPlace, int outPlace) {
        return new Gemm(
                columns, rows, inner, calls, matrices, b.at(bPlace), a.at(aPlace), out.at(outPlace), accumulates);
    }
}
