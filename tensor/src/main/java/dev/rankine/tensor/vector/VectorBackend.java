package dev.rankine.tensor.vector;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The back-end for CPUs with vector instructions. It computes in F32; every operation takes operands of any strides, and
 * gives the same bits at any number of threads.
 */
public final class VectorBackend implements Backend {
    private final WorkerPool pool;
    private final Gemm gemm;
    private final Elementwise elementwise;
    private final Reductions reductions;
    private final Indexing indexing;
    private final Fused fused;
    private final Attention attention;
    private final Conversions conversions;

    /** A back-end that works with {@code threads} threads, the caller's among them. */
    public VectorBackend(int threads) {
        pool = new WorkerPool(threads);
        Supplier<Stage> stages = ThreadLocal.withInitial(Stage::new)::get;
        Supplier<Scratch> scratches = ThreadLocal.withInitial(Scratch::new)::get;
        gemm = new Gemm(pool, scratches);
        elementwise = new Elementwise(pool, stages);
        reductions = new Reductions(pool, stages);
        indexing = new Indexing(pool);
        fused = new Fused(pool, stages);
        attention = new Attention(pool, stages, scratches);
        conversions = new Conversions(pool, stages);
    }

    static String width() {
        return Lanes.SPECIES.vectorBitSize() + "-bit vectors";
    }

    @Override
    public String name() {
        return VectorBackendProvider.NAME;
    }

    @Override
    public String description() {
        return width() + ", " + pool.threads() + (pool.threads() == 1 ? " thread" : " threads");
    }

    @Override
    public int threads() {
        return pool.threads();
    }

    @Override
    public void close() {
        pool.close();
    }

    private static void requireFloats(String operation, @Nullable Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (tensor != null && tensor.dtype() != DType.F32) {
                throw new IllegalArgumentException(operation + ": the vector back-end computes in F32, got " + tensor
                        + "; use the reference back-end for F64, or copy to F32 first");
            }
        }
    }

    // ---- primitives ----

    @Override
    public void map(Unary function, Tensor x, Tensor out) {
        requireFloats(function.name(), x, out);
        elementwise.map(function, x, out);
    }

    @Override
    public void affine(Tensor x, double scale, double shift, Tensor out) {
        requireFloats("affine", x, out);
        elementwise.affine(x, (float) scale, (float) shift, out);
    }

    @Override
    public void zip(Binary function, Tensor a, Tensor b, Tensor out) {
        requireFloats(function.name(), a, b, out);
        elementwise.zip(function, a, b, out);
    }

    @Override
    public void reduce(Reduction reduction, Tensor x, Tensor out) {
        requireFloats(reduction.name(), x, out);
        reductions.reduce(reduction, x, out);
    }

    @Override
    public void matmul(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        requireFloats("matmul", a, b, out);
        gemm.multiply(Matrix.of(a), Matrix.of(b), Matrix.of(out), accumulate);
    }

    @Override
    public void gather(Tensor table, Tensor ids, Tensor out) {
        requireFloats("gather", out);
        indexing.gather(table, ids, out);
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        requireFloats("scatterAdd", rows, table);
        indexing.scatterAdd(rows.contiguous(), ids, table);
    }

    @Override
    public void oneHot(Tensor ids, Tensor out) {
        requireFloats("oneHot", out);
        elementwise.fill(out, 0);
        Indexing.oneHot(ids, out);
    }

    @Override
    public void copy(Tensor x, Tensor out) {
        if (x.dtype() == DType.F32 && out.dtype() == DType.F32) {
            elementwise.copy(x, out);
        } else {
            conversions.copy(x, out);
        }
    }

    @Override
    public void fill(Tensor out, double value) {
        if (out.dtype() == DType.F32) {
            elementwise.fill(out, (float) value);
        } else {
            conversions.fill(out, value);
        }
    }

    @Override
    public void uniform(Draw draw, Tensor out) {
        requireFloats("uniform", out);
        if (out.isContiguous()) {
            fused.uniform(draw, out);
        } else {
            Tensor even = out.result("uniform", out.shape());
            fused.uniform(draw, even);
            elementwise.copy(even, out);
        }
    }

    // ---- fused operations ----

    @Override
    public void softmax(Tensor x, @Nullable Tensor mask, Tensor y) {
        requireFloats("softmax", x, mask, y);
        fused.softmax(x, mask, y);
    }

    @Override
    public void softmaxBackward(Tensor y, Tensor dY, Tensor dX) {
        requireFloats("softmaxBackward", y, dY, dX);
        fused.softmaxBackward(y, dY, dX);
    }

    @Override
    public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        requireFloats("layerNorm", x, gamma, beta, y, mean, rstd);
        fused.layerNorm(x, gamma, beta, epsilon, y, mean, rstd);
    }

    @Override
    public void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        requireFloats("layerNormBackward", x, gamma, mean, rstd, dY, dX);
        fused.layerNormBackward(x, gamma, mean, rstd, dY, dX);
    }

    @Override
    public void layerNormParameters(Tensor x, Tensor mean, Tensor rstd, Tensor dY, Tensor dGamma, Tensor dBeta) {
        requireFloats("layerNormParameters", x, mean, rstd, dY, dGamma, dBeta);
        fused.layerNormParameters(x, mean, rstd, dY, dGamma, dBeta);
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
            Tensor probabilities) {
        requireFloats("attention", q, k, v, mask, out, probabilities);
        attention.forward(q, k, v, mask, (float) scale, dropout, out, probabilities);
    }

    @Override
    public void attentionBackward(
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor probabilities,
            double scale,
            @Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        requireFloats("attentionBackward", q, k, v, probabilities, dOut, dQ, dK, dV);
        attention.backward(q, k, v, probabilities, (float) scale, dropout, dOut, dQ, dK, dV);
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        requireFloats("crossEntropy", logits, losses);
        fused.crossEntropy(logits, targets, losses);
    }

    @Override
    public void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        requireFloats("crossEntropyBackward", logits, dLosses, dLogits);
        fused.crossEntropyBackward(logits, targets, dLosses, dLogits);
    }

    @Override
    public void dropout(Tensor x, Dropout dropout, Tensor y) {
        requireFloats("dropout", x, y);
        fused.dropout(x, dropout, y);
    }

    @Override
    public void adamW(
            Tensor weight, Tensor gradient, Tensor m, Tensor v, Tensor rate, Tensor corrections, AdamW settings) {
        requireFloats("adamW", weight, gradient, m, v, rate, corrections);
        fused.adamW(weight, gradient, m, v, rate, corrections, settings);
    }
}
