package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Starts products of matrices: in the library where there is one and BLAS can do them, else by a kernel. */
final class Products {
    /** Up to this rank a kernel adds a low-rank term in the pass that adds the bias; beyond it the library is asked again. */
    private static final int SMALL_RANK = 32;

    /** From so many elements on there are more than a hundred tiles of the largest kind. */
    private static final int MANY_ELEMENTS = 128 * WideProductKernel.SIDE * WideProductKernel.SIDE;

    private final Engine engine;
    private final Residency residency;

    Products(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    /** h[M, R] u[R, N] that is added to a product of matrices. */
    private record Term(Tensor h, Tensor u) {
        static @Nullable Term of(Backend.@Nullable LowRankTerm update) {
            return update == null || update.h().shape().dim(1) == 0
                    ? null
                    : new Term(update.h(), update.b().transpose(0, 1));
        }

        int rank() {
            return h.shape().dim(1);
        }
    }

    /** out[..., M, N] = a[..., M, K] b[..., K, N], added to what out holds if {@code accumulate}; K is at least 1. */
    void multiply(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        if (!byLibrary(a, b, out, accumulate)) {
            byKernel(a, b, null, null, out, accumulate);
        }
    }

    /** out[R, O] = x W^T + bias + h b^T; x has at least one column. */
    void linear(Tensor x, Tensor weight, @Nullable Tensor bias, Backend.@Nullable LowRankTerm update, Tensor out) {
        Term term = Term.of(update);
        Tensor wide = weight.transpose(0, 1);
        if (!byLibrary(x, wide, out, false)) {
            byKernel(x, wide, term, bias, out, false);
            return;
        }
        if (term != null && term.rank() > SMALL_RANK && byLibrary(term.h(), term.u(), out, true)) {
            term = null;
        }
        if (term != null || bias != null) {
            int columns = out.shape().dim(1);
            int n = Elements.count(out);
            int pieces = (n / columns + ProductKernels.TOGETHER - 1) / ProductKernels.TOGETHER * columns;
            Call call = new Call(Kernel.PRODUCT_END);
            add(call, term, bias);
            residency.read(out);
            engine.launch(
                    call.words(0, n)
                            .words(2, columns)
                            .words(4, residency.write(out))
                            .words(7, 1),
                    Elements.groups(pieces));
        }
    }

    private boolean byLibrary(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        Gemm gemm = engine.hasLibrary() ? Gemm.of(a, b, out, accumulate) : null;
        if (gemm == null) {
            return false;
        }
        int left = residency.read(a);
        int right = residency.read(b);
        if (accumulate) {
            residency.read(out);
        }
        engine.multiply(gemm.at(left, right, residency.write(out)));
        return true;
    }

    private void byKernel(
            Tensor a, Tensor b, @Nullable Term term, @Nullable Tensor bias, Tensor out, boolean accumulate) {
        int rows = out.shape().dim(-2);
        int columns = out.shape().dim(-1);
        int tile = tile(rows, columns, out);
        Kernel kernel = switch (tile) {
            case WideProductKernel.SIDE -> Kernel.PRODUCT_WIDE;
            case ProductKernels.LARGE -> Kernel.PRODUCT_LARGE;
            default -> Kernel.PRODUCT_SMALL;
        };
        int across = (columns + tile - 1) / tile;
        int down = (rows + tile - 1) / tile;
        int matrices = Elements.count(out) / (rows * columns);
        int tiles = Math.multiplyExact(matrices, Math.multiplyExact(across, down));
        Layout batch = Layout.leading(2, out, a, b);
        Call call = new Call(kernel)
                .words(0, tiles, rows, columns, a.shape().dim(-1))
                .words(5, residency.read(a), residency.read(b), accumulate ? 1 : 0, across, down)
                .words(10, stride(out, -2), stride(out, -1), stride(a, -2), stride(a, -1), stride(b, -2), stride(b, -1))
                .words(16, batch.rank())
                .words(ProductKernels.BATCH, batch.lengths())
                .words(ProductKernels.BATCH_STRIDES, batch.strides(0))
                .words(ProductKernels.BATCH_STRIDES + ProductKernels.APART, batch.strides(1))
                .words(ProductKernels.BATCH_STRIDES + 2 * ProductKernels.APART, batch.strides(2));
        add(call, term, bias);
        if (accumulate) {
            residency.read(out);
        }
        engine.launch(call.words(4, residency.write(out)), tiles);
    }

    /** The side of the largest tiles that waste little and are enough for all of a device. */
    private static int tile(int rows, int columns, Tensor out) {
        int least = Math.min(rows, columns);
        if (least <= ProductKernels.LARGE / 2) {
            return ProductKernels.SMALL;
        }
        boolean wide = least >= WideProductKernel.SIDE && Elements.count(out) >= MANY_ELEMENTS;
        return wide ? WideProductKernel.SIDE : ProductKernels.LARGE;
    }

    private void add(Call call, @Nullable Term term, @Nullable Tensor bias) {
        if (term != null) {
            Tensor h = term.h();
            Tensor u = term.u();
            call.words(ProductKernels.TERM, term.rank(), residency.read(h), stride(h, 0), stride(h, 1))
                    .words(ProductKernels.TERM + 4, residency.read(u), stride(u, 0), stride(u, 1));
        }
        if (bias != null) {
            call.words(ProductKernels.BIAS, 1, residency.read(bias), stride(bias, 0));
        }
    }

    private static int stride(Tensor x, int axis) {
        return Math.toIntExact(x.stride(axis));
    }
}
