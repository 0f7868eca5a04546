package dev.rankine.tornado;

import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Starts the kernels that give columns a factor and a bias of their own. No tensor is empty. */
final class Columns {
    private final Engine engine;
    private final Residency residency;

    Columns(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    void scale(Tensor x, Tensor f, @Nullable Tensor bias, Tensor y) {
        int n = Elements.count(x);
        Call call = new Call(Kernel.SCALE_COLUMNS)
                .words(0, n, x.shape().dim(0), x.shape().dim(1))
                .words(4, residency.readRowMajor(x), residency.readRowMajor(f));
        if (bias != null) {
            call.words(6, residency.readRowMajor(bias), 1);
        }
        engine.launch(call.words(3, residency.write(y)), Elements.groups(n));
    }

    void scaleBackward(Tensor x, Tensor f, Tensor dY, Tensor dX, Tensor dF) {
        int width = x.shape().dim(1);
        int groups = (width + ColumnKernels.WIDE - 1) / ColumnKernels.WIDE;
        Call call = new Call(Kernel.SCALE_COLUMNS_BACKWARD)
                .words(0, groups, x.shape().dim(0), width)
                .words(4, residency.readRowMajor(x), residency.readRowMajor(f), residency.readRowMajor(dY));
        engine.launch(call.words(3, residency.write(dX)).words(7, residency.write(dF)), groups);
    }
}
