package dev.rankine.tornado;

import dev.rankine.tensor.Tensor;

/** Starts products of matrices: in the library where there is one and BLAS can do them, else by a kernel. */
final class Products {
    private final Engine engine;
    private final Residency residency;

    Products(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    /** out[..., M, N] = a[..., M, K] b[..., K, N], added to what out holds if {@code accumulate}; K is at least 1. */
    void multiply(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        int rows = out.shape().dim(-2);
        int columns = out.shape().dim(-1);
        boolean small = Math.min(rows, columns) <= ProductKernels.LARGE / 2;
        int tile = small ? ProductKernels.SMALL : ProductKernels.LARGE;
        int across = (columns + tile - 1) / tile;
        int down = (rows + tile - 1) / tile;
        int matrices = Elements.count(out) / (rows * columns);
        int tiles = Math.multiplyExact(matrices, Math.multiplyExact(across, down));
        Layout batch = Layout.leading(2, out, a, b);
        Gemm gemm = engine.hasLibrary() ? Gemm.of(a, b, out, accumulate) : null;
        int left = residency.read(a);
        int right = residency.read(b);
        if (accumulate) {
            residency.read(out);
        }
        int result = residency.write(out);
        if (gemm != null) {
            engine.multiply(gemm.at(left, right, result));
            return;
        }
        Call call = new Call(small ? Kernel.PRODUCT_SMALL : Kernel.PRODUCT_LARGE)
                .words(
                        0,
                        tiles,
                        rows,
                        columns,
                        a.shape().dim(-1),
                        result,
                        left,
                        right,
                        accumulate ? 1 : 0,
                        across,
                        down)
                .words(10, stride(out, -2), stride(out, -1), stride(a, -2), stride(a, -1), stride(b, -2), stride(b, -1))
                .words(16, batch.rank())
                .words(ProductKernels.BATCH, batch.lengths())
                .words(ProductKernels.BATCH_STRIDES, batch.strides(0))
                .words(ProductKernels.BATCH_STRIDES + ProductKernels.APART, batch.strides(1))
                .words(ProductKernels.BATCH_STRIDES + 2 * ProductKernels.APART, batch.strides(2));
        engine.launch(call, tiles);
    }

    private static int stride(Tensor x, int axis) {
        return Math.toIntExact(x.stride(axis));
    }
}
