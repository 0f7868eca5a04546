package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fused operations as kernels; what is empty, and leaves nothing to compute, keeps the default bodies. */
abstract class FusedKernels implements Backend {
    final Engine engine;
    final Residency residency;
    final Elements elements;
    final Products products;
    final Indexing indexing;
    final Drawing drawing;
    private final Rows rows;
    private final Norms norms;
    private final Columns columns;
    private final Attentions attentions;
    private final AdamSteps adamSteps;

    FusedKernels(Engine engine, Memory memory) {
        this.engine = engine;
        residency = new Residency(engine.stages(), memory.floats(), memory.ints());
        elements = new Elements(engine, residency);
        products = new Products(engine, residency);
        indexing = new Indexing(engine, residency);
        drawing = new Drawing(engine, residency);
        rows = new Rows(engine, residency);
        norms = new Norms(engine, residency);
        columns = new Columns(engine, residency);
        attentions = new Attentions(this, engine, residency, rows, drawing);
        adamSteps = new AdamSteps(engine, residency);
    }

    static void reads(String operation, @Nullable Tensor... operands) {
        for (Tensor operand : operands) {
            if (operand != null && operand.dtype() != DType.F32) {
                throw new IllegalArgumentException(operation + ": the tornado back-end computes in F32, got " + operand
                        + "; use the reference back-end for F64, or copy to F32 first");
            }
        }
    }

    private static boolean isEmpty(Tensor x) {
        return x.shape().size() == 0;
    }

    private static boolean areRowMajor(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (!tensor.isContiguous()) {
                return false;
            }
        }
        return true;
    }

    /** A weight of F16 or BF16 lies on the device widened. */
    @Override
    public void linear(Tensor x, Tensor weight, @Nullable Tensor bias, @Nullable LowRankTerm update, Tensor out) {
        boolean widens = weight.dtype() == DType.F16 || weight.dtype() == DType.BF16;
        reads("linear", x, widens ? null : weight, bias, out);
        if (isEmpty(x) || isEmpty(out)) {
            Backend.super.linear(x, weight, bias, update, out);
        } else {
            products.linear(x, weight, bias, update, out);
        }
    }

    @Override
    public void softmax(Tensor x, @Nullable Tensor mask, Tensor y) {
        reads("softmax", x, mask, y);
        if (!isEmpty(x)) {
            rows.softmax(x, mask, 1, y, null, null);
        }
    }

    @Override
    public void softmaxBackward(Tensor y, Tensor dY, Tensor dX) {
        reads("softmaxBackward", y, dY, dX);
        if (!isEmpty(y)) {
            rows.softmaxBackward(y, dY, 1, null, dX);
        }
    }

    @Override
    public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        reads("layerNorm", x, gamma, beta, y, mean, rstd);
        if (isEmpty(x)) {
            Backend.super.layerNorm(x, gamma, beta, epsilon, y, mean, rstd);
        } else {
            norms.norm(x, gamma, beta, epsilon, y, mean, rstd);
        }
    }

    @Override
    public void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        reads("layerNormBackward", x, gamma, mean, rstd, dY, dX);
        if (!isEmpty(x)) {
            norms.backward(x, null, gamma, mean, rstd, dY, dX, null);
        }
    }

    @Override
    public void layerNormParameters(Tensor x, Tensor mean, Tensor rstd, Tensor dY, Tensor dGamma, Tensor dBeta) {
        reads("layerNormParameters", x, mean, rstd, dY, dGamma, dBeta);
        if (isEmpty(x)) {
            Backend.super.layerNormParameters(x, mean, rstd, dY, dGamma, dBeta);
        } else {
            norms.parameters(x, mean, rstd, dY, dGamma, dBeta);
        }
    }

    @Override
    public void residualNorm(
            Tensor x,
            Tensor f,
            @Nullable Dropout dropout,
            Tensor gamma,
            Tensor beta,
            double epsilon,
            Tensor sum,
            Tensor y,
            Tensor mean,
            Tensor rstd) {
        reads("residualNorm", x, f, gamma, beta, sum, y, mean, rstd);
        if (isEmpty(x)) {
            Backend.super.residualNorm(x, f, dropout, gamma, beta, epsilon, sum, y, mean, rstd);
        } else {
            norms.residual(x, f, dropout, gamma, beta, epsilon, sum, y, mean, rstd);
        }
    }

    @Override
    public void residualNormBackward(
            Tensor sum, Dropout dropout, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX, Tensor dF) {
        reads("residualNormBackward", sum, gamma, mean, rstd, dY, dX, dF);
        if (!isEmpty(sum)) {
            norms.backward(sum, dropout, gamma, mean, rstd, dY, dX, dF);
        }
    }

    @Override
    public void scaleColumns(Tensor x, Tensor f, @Nullable Tensor bias, Tensor y) {
        reads("scaleColumns", x, f, bias, y);
        if (!isEmpty(x)) {
            columns.scale(x, f, bias, y);
        }
    }

    @Override
    public void scaleColumnsBackward(Tensor x, Tensor f, Tensor dY, Tensor dX, Tensor dF) {
        reads("scaleColumnsBackward", x, f, dY, dX, dF);
        if (isEmpty(x)) {
            Backend.super.scaleColumnsBackward(x, f, dY, dX, dF);
        } else {
            columns.scaleBackward(x, f, dY, dX, dF);
        }
    }

    @Override
    public Shape attentionSaves(Shape scores) {
        return attentions.saves(scores);
    }

    @Override
    public void attention(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            double scale,
            @Nullable Dropout dropout,
            Tensor out,
            Tensor saved) {
        reads("attention", q, k, v, mask, out, saved);
        attentions.forward(q, k, v, mask, scale, dropout, out, saved);
    }

    @Override
    public void attentionBackward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            Tensor saved,
            double scale,
            @Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        reads("attentionBackward", q, k, v, saved, dOut, dQ, dK, dV);
        attentions.backward(q, k, v, mask, saved, scale, dropout, dOut, dQ, dK, dV);
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        reads("crossEntropy", logits, losses);
        Indexing.require(
                "crossEntropy", targets, Integer.MIN_VALUE, logits.shape().dim(-1));
        if (isEmpty(logits)) {
            Backend.super.crossEntropy(logits, targets, losses);
        } else {
            rows.crossEntropy(logits, targets, losses);
        }
    }

    @Override
    public void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        reads("crossEntropyBackward", logits, dLosses, dLogits);
        Indexing.require(
                "crossEntropy", targets, Integer.MIN_VALUE, logits.shape().dim(-1));
        if (!isEmpty(logits)) {
            rows.crossEntropyBackward(logits, targets, dLosses, dLogits);
        }
    }

    @Override
    public void dropout(Tensor x, Dropout dropout, Tensor y) {
        reads("dropout", x, y);
        drawing.drop(x, dropout, y);
    }

    @Override
    public void adamW(
            Tensor weight, Tensor gradient, Tensor m, Tensor v, Tensor rate, Tensor corrections, AdamW settings) {
        reads("adamW", weight, gradient, m, v, rate, corrections);
        if (!areRowMajor(weight, m, v)) {
            Backend.super.adamW(weight, gradient, m, v, rate, corrections, settings);
        } else {
            adamW(List.of(new AdamWStep(weight, gradient, m, v, rate, corrections, settings)));
        }
    }

    @Override
    public void adamW(List<AdamWStep> steps) {
        for (AdamWStep step : steps) {
            reads("adamW", step.weight(), step.gradient(), step.m(), step.v(), step.rate(), step.corrections());
        }
        adamSteps.run(steps);
    }
}
