package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Starts the kernels of layer norm. No tensor is empty. */
final class Norms {
    private final Engine engine;
    private final Residency residency;

    Norms(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    private static Call call(Kernel kernel, Tensor x, double epsilon) {
        int width = x.shape().dim(-1);
        return new Call(kernel)
                .words(0, Elements.count(x) / width, width)
                .words(NormKernels.ADDED + 3, 1)
                .numbers(epsilon, 1.0 / width);
    }

    private void drop(Call call, Backend.Dropout dropout, Tensor x) {
        double[] numbers = Drawing.numbers(dropout);
        call.words(NormKernels.ADDED, NormKernels.SOME)
                .words(NormKernels.ADDED + 3, Elements.count(x) / x.shape().dim(0))
                .words(NormKernels.ADDED + 4, Drawing.words(residency, "residualNorm", dropout.draw(), x))
                .numbers(call.number(0), call.number(1), numbers[0], numbers[1]);
    }

    private Call forward(Tensor x, Tensor gamma, Tensor beta, double epsilon) {
        return call(Kernel.NORM, x, epsilon)
                .words(3, residency.readRowMajor(x), residency.readRowMajor(gamma), residency.readRowMajor(beta));
    }

    private void launch(Call call, Tensor y, Tensor mean, Tensor rstd) {
        call.words(2, residency.write(y)).words(6, residency.write(mean), residency.write(rstd));
        engine.launch(call, call.word(0));
    }

    void norm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        launch(forward(x, gamma, beta, epsilon), y, mean, rstd);
    }

    void residual(
            Tensor x,
            Tensor f,
            Backend.@Nullable Dropout dropout,
            Tensor gamma,
            Tensor beta,
            double epsilon,
            Tensor sum,
            Tensor y,
            Tensor mean,
            Tensor rstd) {
        Call call = forward(x, gamma, beta, epsilon)
                .words(NormKernels.ADDED, NormKernels.ALL)
                .words(NormKernels.ADDED + 2, residency.readRowMajor(f));
        if (dropout != null) {
            drop(call, dropout, x);
        }
        launch(call.words(NormKernels.ADDED + 1, residency.write(sum)), y, mean, rstd);
    }

    /** dX, and dF where it is wanted. */
    void backward(
            Tensor x,
            Backend.@Nullable Dropout dropout,
            Tensor gamma,
            Tensor mean,
            Tensor rstd,
            Tensor dY,
            Tensor dX,
            @Nullable Tensor dF) {
        Call call = call(Kernel.NORM_BACKWARD, x, 0)
                .words(
                        3,
                        residency.readRowMajor(x),
                        residency.readRowMajor(gamma),
                        residency.readRowMajor(mean),
                        residency.readRowMajor(rstd))
                .words(7, residency.readRowMajor(dY));
        if (dropout != null && dF != null) {
            drop(call, dropout, x);
            call.words(NormKernels.ADDED + 1, residency.write(dF));
        }
        engine.launch(call.words(2, residency.write(dX)), call.word(0));
    }

    void parameters(Tensor x, Tensor mean, Tensor rstd, Tensor dY, Tensor dGamma, Tensor dBeta) {
        int width = x.shape().dim(-1);
        int groups = (width + ColumnKernels.WIDE - 1) / ColumnKernels.WIDE;
        Call call = new Call(Kernel.NORM_PARAMETERS)
                .words(0, groups, Elements.count(x) / width, width)
                .words(
                        5,
                        residency.readRowMajor(x),
                        residency.readRowMajor(mean),
                        residency.readRowMajor(rstd),
                        residency.readRowMajor(dY))
                .words(3, residency.write(dGamma), residency.write(dBeta));
        engine.launch(call, groups);
    }
}
