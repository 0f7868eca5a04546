package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Starts the kernels of softmax and cross-entropy. No tensor is empty. */
final class Rows {
    private final Engine engine;
    private final Residency residency;

    Rows(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    private static Call call(Kernel kernel, Tensor x) {
        int width = x.shape().dim(-1);
        return new Call(kernel).words(0, Elements.count(x) / width, width).words(RowKernels.DROPS + 2, 1);
    }

    private void launch(Call call) {
        engine.launch(call, call.word(0));
    }

    /** What dropout leaves of a row's results goes where {@code to} says. */
    private void drop(Call call, Tensor x, double scale, Backend.Dropout dropout, int to) {
        double[] numbers = Drawing.numbers(dropout);
        call.words(RowKernels.DROPS, 1, to, Elements.count(x) / x.shape().dim(0))
                .words(RowKernels.DROPS + 3, Drawing.words(residency, "dropout", dropout.draw(), x))
                .numbers(scale, numbers[0], numbers[1]);
    }

    /** y, and what dropout leaves of it where it is wanted. */
    void softmax(
            Tensor x,
            @Nullable Tensor mask,
            double scale,
            Tensor y,
            Backend.@Nullable Dropout dropout,
            @Nullable Tensor left) {
        Call call = call(Kernel.SOFTMAX, x).words(3, residency.readRowMajor(x)).numbers(scale);
        if (mask != null) {
            Layout rows = Layout.leading(1, mask);
            call.words(4, residency.read(mask), 1, rows.rank(), Math.toIntExact(mask.stride(-1)))
                    .words(RowKernels.AXES, rows.lengths())
                    .words(RowKernels.STRIDES, rows.strides(0));
        }
        if (dropout != null && left != null) {
            drop(call, x, scale, dropout, residency.write(left));
        }
        launch(call.words(2, residency.write(y)));
    }

    void softmaxBackward(Tensor y, Tensor dY, double scale, Backend.@Nullable Dropout dropout, Tensor dX) {
        Call call = call(Kernel.SOFTMAX_BACKWARD, y)
                .words(3, residency.readRowMajor(y), residency.readRowMajor(dY))
                .numbers(scale);
        if (dropout != null) {
            drop(call, y, scale, dropout, 0);
        }
        launch(call.words(2, residency.write(dX)));
    }

    private Call crossEntropy(Tensor logits, Tensor targets) {
        return call(Kernel.CROSS_ENTROPY, logits)
                .words(
                        3,
                        residency.readRowMajor(logits),
                        residency.read(targets),
                        2 * Math.toIntExact(targets.stride(0)));
    }

    void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        Call call = crossEntropy(logits, targets);
        launch(call.words(2, residency.write(losses)));
    }

    void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        Call call =
                crossEntropy(logits, targets).words(6, residency.read(dLosses), Math.toIntExact(dLosses.stride(0)), 1);
        launch(call.words(2, residency.write(dLogits)));
    }
}
