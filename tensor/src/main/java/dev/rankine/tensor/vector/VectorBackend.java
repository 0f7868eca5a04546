package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Operands.reads;
import static dev.rankine.tensor.vector.Operands.requireWritable;
import static dev.rankine.tensor.vector.Operands.writes;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.HostMemory;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.SequenceForm;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The back-end for CPUs with vector instructions. It computes in F32; every operation takes operands of any strides, and
 * gives the same bits at any number of threads.
 */
public final class VectorBackend implements Backend {
    private final WorkerPool pool;
    private final RowWork rowWork;
    private final PackedWeights packedWeights;
    private final Gemm gemm;
    private final Elementwise elementwise;
    private final Reductions reductions;
    private final Indexing indexing;
    private final Fused fused;
    private final LowRankGradients lowRankGradients;
    private final Attention attention;
    private final ResidualNorm residualNorm;
    private final ColumnScale columnScale;
    private final AdamSteps adamSteps;
    private final Conversions conversions;

    /** A back-end that works with {@code threads} threads, the caller's among them. */
    public VectorBackend(int threads) {
        this(threads, HostMemory.caches());
    }

    /** @param cacheBytes the most bytes of frozen weights that are kept packed; asked for when the first are */
    VectorBackend(int threads, LongSupplier cacheBytes) {
        pool = new WorkerPool(threads);
        Supplier<Stage> stages = ThreadLocal.withInitial(Stage::new)::get;
        Supplier<Scratch> scratches = ThreadLocal.withInitial(Scratch::new)::get;
        rowWork = new RowWork(pool);
        packedWeights = new PackedWeights(cacheBytes);
        gemm = new Gemm(rowWork, scratches, packedWeights);
        elementwise = new Elementwise(rowWork, stages);
        reductions = new Reductions(rowWork, stages);
        indexing = new Indexing(pool);
        fused = new Fused(rowWork, stages);
        lowRankGradients = new LowRankGradients(rowWork, scratches);
        attention = new Attention(rowWork, stages, scratches);
        residualNorm = new ResidualNorm(rowWork, stages);
        columnScale = new ColumnScale(rowWork, stages);
        adamSteps = new AdamSteps(pool, stages);
        conversions = new Conversions(rowWork, stages);
    }

    /** Bytes of frozen weights that are kept packed. */
    long packedBytes() {
        return packedWeights.bytes();
    }

    @Override
    public String name() {
        return VectorBackendProvider.NAME;
    }

    @Override
    public String description() {
        return Lanes.width() + ", " + pool.threads() + (pool.threads() == 1 ? " thread" : " threads");
    }

    @Override
    public int threads() {
        return pool.threads();
    }

    @Override
    public void finish() {
        rowWork.finish();
    }

    @Override
    public void close() {
        finish();
        pool.close();
    }

    // ---- primitives ----

    @Override
    public void map(Unary function, Tensor x, Tensor out) {
        reads(function.name(), x);
        writes(function.name(), out);
        elementwise.map(function, x, out);
    }

    @Override
    public void affine(Tensor x, double scale, double shift, Tensor out) {
        reads("affine", x);
        writes("affine", out);
        elementwise.affine(x, (float) scale, (float) shift, out);
    }

    @Override
    public void zip(Binary function, Tensor a, Tensor b, Tensor out) {
        reads(function.name(), a, b);
        writes(function.name(), out);
        elementwise.zip(function, a, b, out);
    }

    @Override
    public void reduce(Reduction reduction, Tensor x, Tensor out) {
        reads(reduction.name(), x);
        writes(reduction.name(), out);
        reductions.reduce(reduction, x, out);
    }

    @Override
    public void matmul(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        reads("matmul", a, b);
        writes("matmul", out);
        gemm.multiply(a, b, out, accumulate);
    }

    @Override
    public void linear(Tensor x, Tensor weight, @Nullable Tensor bias, @Nullable LowRankTerm update, Tensor out) {
        gemm.linear(x, weight, null, bias, update, out);
    }

    @Override
    public void scaledLinear(
            Tensor x, Tensor weight, Tensor factor, @Nullable Tensor bias, @Nullable LowRankTerm update, Tensor out) {
        gemm.linear(x, weight, factor, bias, update, out);
    }

    @Override
    public void gather(Tensor table, Tensor ids, Tensor out) {
        writes("gather", out);
        indexing.gather(table, ids, out);
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        reads("scatterAdd", rows);
        writes("scatterAdd", table);
        indexing.scatterAdd(rows.contiguous(), ids, table);
    }

    @Override
    public void oneHot(Tensor ids, Tensor out) {
        writes("oneHot", out);
        elementwise.fill(out, 0);
        Indexing.oneHot(ids, out);
    }

    @Override
    public void copy(Tensor x, Tensor out) {
        requireWritable("copy", out);
        if (x.dtype() == DType.F32 && out.dtype() == DType.F32) {
            elementwise.copy(x, out);
        } else {
            conversions.copy(x, out);
        }
    }

    @Override
    public void fill(Tensor out, double value) {
        requireWritable("fill", out);
        if (out.dtype() == DType.F32) {
            elementwise.fill(out, (float) value);
        } else {
            conversions.fill(out, value);
        }
    }

    @Override
    public void uniform(Draw draw, Tensor out) {
        writes("uniform", out);
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
    public void lowRankBackward(
            Tensor dY, Tensor x, Tensor t, Tensor b, double scale, Tensor dT, Tensor dA, Tensor dB) {
        reads("lowRankBackward", dY, x, t, b);
        writes("lowRankBackward", dT, dA, dB);
        lowRankGradients.run(dY, x, t, b, (float) scale, dT, dA, dB);
    }

    @Override
    public void softmax(Tensor x, @Nullable Tensor mask, Tensor y) {
        reads("softmax", x, mask);
        writes("softmax", y);
        fused.softmax(x, mask, y);
    }

    @Override
    public void softmaxBackward(Tensor y, Tensor dY, Tensor dX) {
        reads("softmaxBackward", y, dY);
        writes("softmaxBackward", dX);
        fused.softmaxBackward(y, dY, dX);
    }

    @Override
    public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        reads("layerNorm", x, gamma, beta);
        writes("layerNorm", y, mean, rstd);
        fused.layerNorm(x, gamma, beta, epsilon, y, mean, rstd);
    }

    @Override
    public void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        reads("layerNormBackward", x, gamma, mean, rstd, dY);
        writes("layerNormBackward", dX);
        fused.layerNormBackward(x, gamma, mean, rstd, dY, dX);
    }

    @Override
    public void layerNormParameters(Tensor x, Tensor mean, Tensor rstd, Tensor dY, Tensor dGamma, Tensor dBeta) {
        reads("layerNormParameters", x, mean, rstd, dY);
        writes("layerNormParameters", dGamma, dBeta);
        fused.layerNormParameters(x, mean, rstd, dY, dGamma, dBeta);
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
        reads("residualNorm", x, f, gamma, beta);
        writes("residualNorm", sum, y, mean, rstd);
        if (x.shape().rank() < 2) {
            // every element is an example of its own
            Backend.super.residualNorm(x, f, dropout, gamma, beta, epsilon, sum, y, mean, rstd);
            return;
        }
        residualNorm.forward(x, f, dropout, gamma, beta, epsilon, sum, y, mean, rstd);
    }

    @Override
    public void residualNormBackward(
            Tensor sum, Dropout dropout, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX, Tensor dF) {
        reads("residualNormBackward", sum, gamma, mean, rstd, dY);
        writes("residualNormBackward", dX, dF);
        if (sum.shape().rank() < 2) {
            Backend.super.residualNormBackward(sum, dropout, gamma, mean, rstd, dY, dX, dF);
            return;
        }
        residualNorm.backward(sum, dropout, gamma, mean, rstd, dY, dX, dF);
    }

    @Override
    public void scaleColumns(Tensor x, Tensor f, @Nullable Tensor bias, Tensor y) {
        reads("scaleColumns", x, f, bias);
        writes("scaleColumns", y);
        columnScale.forward(x, f, bias, y);
    }

    @Override
    public void scaleColumnsBackward(Tensor x, Tensor f, Tensor dY, Tensor dX, Tensor dF) {
        reads("scaleColumnsBackward", x, f, dY);
        writes("scaleColumnsBackward", dX, dF);
        columnScale.backward(x, f, dY, dX, dF);
    }

    @Override
    public void columnDots(Tensor x, @Nullable Tensor shift, Tensor y, Tensor dots) {
        reads("columnDots", x, shift, y);
        writes("columnDots", dots);
        columnScale.dots(x, shift, y, dots);
    }

    @Override
    public Shape attentionSaves(Shape scores) {
        return Attention.saves(scores);
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
        reads("attention", q, k, v, mask);
        writes("attention", out, saved);
        attention.forward(q, k, v, mask, (float) scale, dropout, out, saved);
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
        reads("attentionBackward", q, k, v, mask, saved, dOut);
        writes("attentionBackward", dQ, dK, dV);
        attention.backward(q, k, v, mask, saved, (float) scale, dropout, dOut, dQ, dK, dV);
    }

    @Override
    public Shape sequenceAttentionSaves(SequenceForm form) {
        return Attention.saves(form);
    }

    @Override
    public void sequenceAttention(SequenceForm form, Tensor q, Tensor k, Tensor v, Tensor out, Tensor saved) {
        reads("sequenceAttention", q, k, v, form.mask());
        writes("sequenceAttention", out, saved);
        attention.forward(form, q, k, v, out, saved);
    }

    @Override
    public void sequenceAttentionBackward(
            SequenceForm form,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor saved,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        reads("sequenceAttentionBackward", q, k, v, form.mask(), saved, dOut);
        writes("sequenceAttentionBackward", dQ, dK, dV);
        attention.backward(form, q, k, v, saved, dOut, dQ, dK, dV);
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        reads("crossEntropy", logits);
        writes("crossEntropy", losses);
        fused.crossEntropy(logits, targets, losses);
    }

    @Override
    public void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        reads("crossEntropyBackward", logits, dLosses);
        writes("crossEntropyBackward", dLogits);
        fused.crossEntropyBackward(logits, targets, dLosses, dLogits);
    }

    @Override
    public void dropout(Tensor x, Dropout dropout, Tensor y) {
        reads("dropout", x);
        writes("dropout", y);
        fused.dropout(x, dropout, y);
    }

    @Override
    public void adamW(
            Tensor weight, Tensor gradient, Tensor m, Tensor v, Tensor rate, Tensor corrections, AdamW settings) {
        adamW(List.of(new AdamWStep(weight, gradient, m, v, rate, corrections, settings)));
    }

    @Override
    public void adamW(List<AdamWStep> steps) {
        adamSteps.run(steps);
    }
}
