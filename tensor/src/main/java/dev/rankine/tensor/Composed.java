package dev.rankine.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The fused operations made of primitives: the default bodies of {@link Backend}. They read like the formulas, and the
 * faster overrides are tested against them.
 */
final class Composed {
    /** Far below every score, and still finite when a score is added. */
    private static final double HIDDEN = -1e30;

    /** Elements of a weight that are widened at once: 16 MiB. */
    private static final long WIDENED = 1L << 22;

    private Composed() {}

    static void linear(
            Tensor x, Tensor weight, @Nullable Tensor bias, Backend.@Nullable LowRankTerm update, Tensor out) {
        Backend backend = x.backend();
        if (weight.dtype().computes()) {
            backend.matmul(x, weight.transpose(0, 1), out, false);
        } else {
            widened(x, weight, out);
        }
        if (update != null) {
            backend.matmul(update.h(), update.b().transpose(0, 1), out, true);
        }
        if (bias != null) {
            backend.zip(Binary.ADD, out, bias.expand(out.shape()), out);
        }
    }

    /** x W^T, a few rows of W at a time, so that it needs little memory beside it however large W is. */
    private static void widened(Tensor x, Tensor weight, Tensor out) {
        int outputs = weight.shape().dim(0);
        int each = Math.clamp(WIDENED / Math.max(1, weight.shape().dim(1)), 1, Integer.MAX_VALUE);
        for (int from = 0; from < outputs; from += each) {
            int to = Math.min(outputs, from + each);
            Tensor wide = weight.slice(0, from, to).copy("linear", out.dtype());
            Tensor part = x.matmul(wide.transpose(0, 1));
            out.backend().copy(part, out.slice(1, from, to));
            Temporaries.release(wide, part);
        }
    }

    static void lowRankBackward(
            Tensor dY, Tensor x, Tensor t, Tensor b, double scale, Tensor dT, Tensor dA, Tensor dB) {
        Backend backend = dY.backend();
        backend.matmul(dY, b, dT, false);
        backend.affine(dT, scale, 0, dT);
        backend.matmul(dT.transpose(0, 1), x, dA, false);
        backend.matmul(dY.transpose(0, 1), t, dB, false);
    }

    static void softmax(Tensor x, @Nullable Tensor mask, Tensor y) {
        Backend backend = x.backend();
        Tensor seen = mask == null ? x : x.plus(mask.affine(-HIDDEN, HIDDEN));
        Tensor e = seen.minus(seen.reduce(Reduction.MAXIMUM, -1)).map(Unary.EXP);
        if (mask != null) {
            e = e.times(mask);
        }
        Tensor sum = e.reduce(Reduction.SUM, -1);
        // a row without any element divides 0 by 1, not by 0
        Tensor divisor = sum.plus(sum.map(Unary.SIGN).affine(-1, 1));
        backend.zip(Binary.DIVIDE, e, divisor.expand(e.shape()), y);
    }

    static void softmaxBackward(Tensor y, Tensor dY, Tensor dX) {
        Tensor inner = y.times(dY).reduce(Reduction.SUM, -1);
        y.backend().zip(Binary.MULTIPLY, y, dY.minus(inner), dX);
    }

    static void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        Backend backend = x.backend();
        double share = 1.0 / x.shape().dim(-1);
        backend.affine(x.reduce(Reduction.SUM, -1), share, 0, mean);
        Tensor variance = x.minus(mean).map(Unary.SQUARE).reduce(Reduction.SUM, -1);
        backend.map(Unary.RECIPROCAL, variance.affine(share, epsilon).map(Unary.SQUARE_ROOT), rstd);
        Tensor scaled = normalized(x, mean, rstd).times(gamma);
        backend.zip(Binary.ADD, scaled, beta.expand(y.shape()), y);
    }

    static void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        double share = 1.0 / x.shape().dim(-1);
        Tensor n = normalized(x, mean, rstd);
        Tensor g = dY.times(gamma);
        Tensor meanG = g.reduce(Reduction.SUM, -1).affine(share, 0);
        Tensor meanGn = g.times(n).reduce(Reduction.SUM, -1).affine(share, 0);
        Tensor centred = g.minus(meanG).minus(n.times(meanGn));
        x.backend().zip(Binary.MULTIPLY, centred, rstd.expand(dX.shape()), dX);
    }

    static void layerNormParameters(Tensor x, Tensor mean, Tensor rstd, Tensor dY, Tensor dGamma, Tensor dBeta) {
        Backend backend = x.backend();
        backend.copy(dY.times(normalized(x, mean, rstd)).sumTo(dGamma.shape()), dGamma);
        backend.copy(dY.sumTo(dBeta.shape()), dBeta);
    }

    static void residualNorm(
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
        Backend backend = x.backend();
        backend.zip(Binary.ADD, x, dropped(f, dropout), sum);
        backend.layerNorm(sum, gamma, beta, epsilon, y, mean, rstd);
    }

    static void scaleColumns(Tensor x, Tensor f, @Nullable Tensor bias, Tensor y) {
        Backend backend = x.backend();
        backend.zip(Binary.MULTIPLY, x, f.expand(y.shape()), y);
        if (bias != null) {
            backend.zip(Binary.ADD, y, bias.expand(y.shape()), y);
        }
    }

    private static Tensor normalized(Tensor x, Tensor mean, Tensor rstd) {
        return x.minus(mean).times(rstd);
    }

    static void attention(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            double scale,
            Backend.@Nullable Dropout dropout,
            Tensor out,
            Tensor probabilities) {
        Backend backend = q.backend();
        Tensor scores = q.matmul(k.transpose(-1, -2)).affine(scale, 0);
        backend.softmax(scores, mask, probabilities);
        backend.matmul(dropped(probabilities, dropout), v, out, false);
    }

    static void attentionBackward(
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor probabilities,
            double scale,
            Backend.@Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        Backend backend = q.backend();
        backend.matmul(dropped(probabilities, dropout).transpose(-1, -2), dOut, dV, false);
        Tensor dProbabilities = dropped(dOut.matmul(v.transpose(-1, -2)), dropout);
        Tensor dScores = probabilities.result("attention", probabilities.shape());
        backend.softmaxBackward(probabilities, dProbabilities, dScores);
        Tensor scaled = dScores.affine(scale, 0);
        backend.matmul(scaled, k, dQ, false);
        backend.matmul(scaled.transpose(-1, -2), q, dK, false);
    }

    private static Tensor dropped(Tensor x, Backend.@Nullable Dropout dropout) {
        if (dropout == null) {
            return x;
        }
        Tensor y = x.result("dropout", x.shape());
        x.backend().dropout(x, dropout, y);
        return y;
    }

    static void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        Tensor hot = hot(logits, targets);
        Tensor max = logits.reduce(Reduction.MAXIMUM, -1);
        Tensor e = logits.minus(max).map(Unary.EXP);
        Tensor logSum = e.reduce(Reduction.SUM, -1).map(Unary.LOG).plus(max);
        Tensor counted = hot.reduce(Reduction.SUM, -1);
        Tensor target = hot.times(logits).reduce(Reduction.SUM, -1);
        Tensor loss = logSum.times(counted).minus(target);
        logits.backend().copy(loss.reshape(losses.shape()), losses);
    }

    static void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        Tensor hot = hot(logits, targets);
        Tensor probabilities = logits.result("crossEntropy", logits.shape());
        logits.backend().softmax(logits, null, probabilities);
        Tensor counted = hot.reduce(Reduction.SUM, -1);
        Tensor weight = dLosses.reshape(counted.shape()).times(counted);
        logits.backend().zip(Binary.MULTIPLY, probabilities.minus(hot), weight.expand(dLogits.shape()), dLogits);
    }

    private static Tensor hot(Tensor logits, Tensor targets) {
        Tensor hot = logits.result("oneHot", logits.shape());
        logits.backend().oneHot(targets, hot);
        return hot;
    }

    static void dropout(Tensor x, Backend.Dropout dropout, Tensor y) {
        Tensor u = x.result("uniform", x.shape());
        x.backend().uniform(dropout.draw(), u);
        Tensor keep = u.affine(1, -dropout.p()).map(Unary.STEP);
        x.backend().zip(Binary.MULTIPLY, x, keep.affine(1 / (1 - dropout.p()), 0), y);
    }

    static void adamW(
            Tensor weight,
            Tensor gradient,
            Tensor m,
            Tensor v,
            Tensor rate,
            Tensor corrections,
            Backend.AdamW settings) {
        Backend backend = weight.backend();
        Tensor newM = m.affine(settings.beta1(), 0).plus(gradient.affine(1 - settings.beta1(), 0));
        Tensor newV =
                v.affine(settings.beta2(), 0).plus(gradient.map(Unary.SQUARE).affine(1 - settings.beta2(), 0));
        backend.copy(newM, m);
        backend.copy(newV, v);
        Tensor mHat = newM.zip(Binary.DIVIDE, corrections.slice(0, 0, 1));
        Tensor vHat = newV.zip(Binary.DIVIDE, corrections.slice(0, 1, 2));
        Tensor direction = mHat.zip(Binary.DIVIDE, vHat.map(Unary.SQUARE_ROOT).affine(1, settings.epsilon()));
        Tensor change = weight.affine(settings.decay(), 0).plus(direction).times(rate);
        backend.zip(Binary.SUBTRACT, weight, change.reshape(weight.shape()), weight);
    }
}
