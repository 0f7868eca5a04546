package dev.rankine.tensor.vector;

import dev.rankine.tensor.Sequences;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The heads of all examples of a tensor by address, the numbers of a row side by side: [B, H, rows, columns], or [N, H
 * columns] where the rows of an example are those of a sequence.
 *
 * @param heads of an example
 * @param exampleStep bytes from example to example, where there are no sequences
 * @param headStep bytes from head to head
 * @param step bytes from row to row
 * @param longest rows of a head, of the longest sequence where they differ
 */
record Heads(
        Tensor tensor,
        long address,
        int examples,
        int heads,
        long exampleStep,
        long headStep,
        long step,
        int longest,
        int columns,
        @Nullable Sequences sequences) {
    /** Bytes of packed heads that stay in a second cache beside what is made of them. */
    private static final int NEAR = 3 << 18;

    /** The most that are: of one row of them enough is read at once then. */
    private static final int MOST = 12;

    /**
     * Those of [B, H, rows, columns].
     *
     * @throws IllegalArgumentException if the numbers of a row are apart
     */
    static Heads of(Tensor x) {
        requireEvenRows(x);
        return new Heads(
                x,
                Native.addressInOrder(x),
                x.shape().dim(0),
                x.shape().dim(1),
                Float.BYTES * x.stride(0),
                Float.BYTES * x.stride(1),
                Float.BYTES * x.stride(2),
                x.shape().dim(2),
                x.shape().dim(3),
                null);
    }

    /**
     * Those of [N, H columns] by sequences.
     *
     * @throws IllegalArgumentException if the numbers of a row are apart
     */
    static Heads of(Tensor x, int heads, Sequences sequences) {
        requireEvenRows(x);
        int columns = x.shape().dim(1) / heads;
        return new Heads(
                x,
                Native.addressInOrder(x),
                sequences.count(),
                heads,
                0,
                (long) Float.BYTES * columns,
                Float.BYTES * x.stride(0),
                sequences.longest(),
                columns,
                sequences);
    }

    private static void requireEvenRows(Tensor x) {
        if (!Fused.hasEvenRows(x)) {
            throw new IllegalArgumentException("attention: the rows of " + x + " have gaps");
        }
    }

    /** How many heads of {@code bytes} bytes each are packed at once. */
    static int near(long bytes) {
        return Math.clamp(NEAR / Math.max(1, bytes), 1, MOST);
    }

    /** Heads in all. */
    int count() {
        return examples * heads;
    }

    /** Rows of all heads of an example, added up over the examples. */
    long allRows() {
        return sequences == null ? (long) examples * longest : sequences.rows();
    }

    int example(int index) {
        return index / heads;
    }

    /** The place of head {@code index} within its example. */
    int head(int index) {
        return index % heads;
    }

    /** Heads from {@code index} on that are in the same example, before head {@code end}. */
    int together(int index, int end) {
        return Math.min(end - index, heads - head(index));
    }

    /** Rows of head {@code index}. */
    int rows(int index) {
        return sequences == null ? longest : sequences.length(example(index));
    }

    /** Bytes of the panels of head {@code index}. */
    long panelBytes(int index) {
        return HeadProduct.panelBytes(rows(index), columns);
    }

    /** Where head {@code index} of all begins. */
    long at(int index) {
        int example = example(index);
        long begin = sequences == null ? example * exampleStep : sequences.first(example) * step;
        return address + begin + head(index) * headStep;
    }

    /** Where a row of head {@code index} begins. */
    long at(int index, int row) {
        return at(index) + row * step;
    }
}
