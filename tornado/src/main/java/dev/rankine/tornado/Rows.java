package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Starts the kernels that give a work-group to each row. All tensors are row-major, the mask apart. */
final class Rows {
    private final Engine engine;
    private final Residency residency;

    Rows(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    private static Call call(Kernel kernel, Tensor x) {
        int width = x.shape().dim(-1);
        return new Call(kernel).words(0, Elements.count(x) / width, width);
    }

    private void launch(Call call) {
        engine.launch(call, call.word(0));
    }

    void softmax(Tensor x, @Nullable Tensor mask, double scale, Tensor y) {
        Call call = call(Kernel.SOFTMAX, x).words(3, residency.read(x)).numbers(scale);
        if (mask != null) {
            Layout rows = Layout.leading(1, mask);
            call.words(4, residency.read(mask), 1, rows.rank(), Math.toIntExact(mask.stride(-1)))
                    .words(RowKernels.AXES, rows.lengths())
                    .words(RowKernels.STRIDES, rows.strides(0));
        }
        launch(call.words(2, residency.write(y)));
    }

    void softmaxBackward(Tensor y, Tensor dY, double scale, Tensor dX) {
        int from = residency.read(y);
        int slope = residency.read(dY);
        launch(call(Kernel.SOFTMAX_BACKWARD, y)
                .words(2, residency.write(dX), from, slope)
                .numbers(scale));
    }

    void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        Call call = call(Kernel.LAYER_NORM, x)
                .words(3, residency.read(x), residency.read(gamma), residency.read(beta))
                .numbers(epsilon, 1.0 / x.shape().dim(-1));
        launch(call.words(2, residency.write(y)).words(6, residency.write(mean), residency.write(rstd)));
    }

    void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        Call call = call(Kernel.LAYER_NORM_BACKWARD, x)
                .words(3, residency.read(x), residency.read(gamma), residency.read(mean), residency.read(rstd))
                .words(7, residency.read(dY))
                .numbers(0, 1.0 / x.shape().dim(-1));
        launch(call.words(2, residency.write(dX)));
    }

    private Call crossEntropy(Tensor logits, Tensor targets) {
        return call(Kernel.CROSS_ENTROPY, logits)
                .words(3, residency.read(logits), residency.read(targets), 2 * Math.toIntExact(targets.stride(0)));
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

    void adamW(
            Tensor weight,
            Tensor gradient,
            Tensor m,
            Tensor v,
            Tensor rate,
            Tensor corrections,
            Backend.AdamW settings) {
        int n = Elements.count(weight);
        int slope = residency.read(gradient);
        int rateAt = residency.read(rate);
        int correctionsAt = residency.read(corrections);
        for (Tensor changed : new Tensor[] {weight, m, v}) {
            residency.read(changed);
        }
        Call call = new Call(Kernel.ADAM_W)
                .words(0, n, residency.write(weight), slope, residency.write(m), residency.write(v))
                .words(5, rateAt, correctionsAt)
                .numbers(
                        settings.beta1(),
                        1 - settings.beta1(),
                        settings.beta2(),
                        1 - settings.beta2(),
                        settings.epsilon(),
                        settings.decay());
        engine.launch(call, Elements.groups(n));
    }
}
