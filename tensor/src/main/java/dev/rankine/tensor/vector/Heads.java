package dev.rankine.tensor.vector;

import dev.rankine.tensor.Tensor;

/** A tensor [B, H, rows, columns] by address, the numbers of a row side by side. */
record Heads(Tensor tensor, long address, int rows, int columns) {
    /** @throws IllegalArgumentException if the numbers of a row are apart */
    static Heads of(Tensor x) {
        if (!Fused.hasEvenRows(x)) {
            throw new IllegalArgumentException("attention: the rows of " + x + " have gaps");
        }
        return new Heads(
                x, Native.addressInOrder(x), x.shape().dim(2), x.shape().dim(3));
    }

    /** Bytes of packed heads that stay in a second cache beside what is made of them. */
    private static final int NEAR = 3 << 18;

    /** The most that are: of one row of them enough is read at once then. */
    private static final int MOST = 12;

    /** How many heads of {@code bytes} bytes each are packed at once. */
    static int near(long bytes) {
        return Math.clamp(NEAR / Math.max(1, bytes), 1, MOST);
    }

    /** Heads in all. */
    int count() {
        return tensor.shape().dim(0) * tensor.shape().dim(1);
    }

    int example(int index) {
        return index / tensor.shape().dim(1);
    }

    /** The place of head {@code index} within its example. */
    int head(int index) {
        return index % tensor.shape().dim(1);
    }

    /** Heads from {@code index} on that are in the same example, before head {@code end}. */
    int together(int index, int end) {
        return Math.min(end - index, tensor.shape().dim(1) - head(index));
    }

    /** Bytes of a head's panels. */
    long panelBytes() {
        return HeadProduct.panelBytes(rows, columns);
    }

    /** Where head {@code index} of all begins. */
    long at(int index) {
        return address + Float.BYTES * (example(index) * tensor.stride(0) + head(index) * tensor.stride(1));
    }

    /** Where a row of head {@code index} begins. */
    long at(int index, int row) {
        return at(index) + row * step();
    }

    /** Bytes from row to row. */
    long step() {
        return Float.BYTES * tensor.stride(2);
    }
}
