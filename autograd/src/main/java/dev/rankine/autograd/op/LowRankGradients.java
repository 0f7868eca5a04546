package dev.rankine.autograd.op;

import dev.rankine.tensor.Tensor;

/** What {@link dev.rankine.tensor.Backend#lowRankBackward} gives for t b^T with t = scale x a^T. */
record LowRankGradients(Tensor dT, Tensor dA, Tensor dB) {
    /**
     * @param dY [R, O]
     * @param x [R, I]
     * @param t [R, r]
     * @param b [O, r]
     */
    static LowRankGradients of(String operation, Tensor dY, Tensor x, Tensor t, Tensor b, double scale) {
        Tensor dT = dY.result(operation, t.shape());
        Tensor dA = dY.result(operation, x.shape().with(0, t.shape().dim(1)));
        Tensor dB = dY.result(operation, b.shape());
        dY.backend().lowRankBackward(dY, x, t, b, scale, dT, dA, dB);
        return new LowRankGradients(dT, dA, dB);
    }
}
