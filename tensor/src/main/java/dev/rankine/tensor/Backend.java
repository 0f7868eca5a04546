package dev.rankine.tensor;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What computes. A back-end implements a few primitives; every fused operation has a default body made of them, which a
 * back-end overrides where it can be faster and which a property holds it equal to.
 *
 * <p>Every method writes its whole result into tensors that the caller made, never allocates what outlives the call, and
 * may return before the result is there: only {@link Storage#host()} waits. Shapes, types and lives were checked by the
 * caller, once. Operands may have any strides (0 on broadcast axes); results are row-major unless a method says
 * otherwise. An operand may be the very same view as a result, never overlap it otherwise. Arithmetic is F32 or F64, all
 * operands of one call alike; indexes are I64.
 *
 * <p>A device may record the calls of a {@link Scope} and replay them at the next step. That is why plain Java numbers
 * here are settings that never change between steps, and whatever changes (a rate, a seed, a step's number) is a tensor.
 */
public interface Backend extends AutoCloseable {
    /** The name to ask for it by, such as {@code vector}. */
    String name();

    /** What it runs on, for the line at start-up, such as {@code 512 bits, 4 threads}. */
    String description();

    /** How many threads of the host it computes with. */
    default int threads() {
        return 1;
    }

    /** Whether it computes beside the host's processor, so that calls return long before their results are there. */
    default boolean isDevice() {
        return false;
    }

    /** What it has compiled so far. */
    default Compilation compilation() {
        return Compilation.NONE;
    }

    /** Has somebody told, after each kernel that it compiles, what it has compiled so far. */
    default void onCompilation(Consumer<Compilation> listener) {}

    /** Called when a scope of this back-end opens: what follows is a unit that may be recorded. */
    default void scopeOpened(Scope scope) {}

    /** Called before the results of a scope end. */
    default void scopeClosing(Scope scope) {}

    /** Returns when everything that was asked for is done. */
    default void finish() {}

    /** Stops threads and gives devices back. */
    @Override
    default void close() {}

    // ---- primitives ----

    /** out = f(x). */
    void map(Unary function, Tensor x, Tensor out);

    /** out = scale x + shift. */
    void affine(Tensor x, double scale, double shift, Tensor out);

    /** out = f(a, b); a and b have out's shape. */
    void zip(Binary function, Tensor a, Tensor b, Tensor out);

    /** Folds every axis on which out has length 1 and x has not; same rank. */
    void reduce(Reduction reduction, Tensor x, Tensor out);

    /**
     * out[..., M, N] = a[..., M, K] b[..., K, N], added to what out holds if {@code accumulate}. K = 0 gives zeros.
     * Transposed operands come as strides, broadcast batches as stride 0.
     */
    void matmul(Tensor a, Tensor b, Tensor out, boolean accumulate);

    /** out[..., D] = table[ids[...], D], table [V, D] of any storage type; an id outside [0, V) throws. */
    void gather(Tensor table, Tensor ids, Tensor out);

    /** table[ids[n], D] += rows[n, D], the rows of one id in the order of n; table [V, D] is changed in place. */
    void scatterAdd(Tensor rows, Tensor ids, Tensor table);

    /** out[n, V] = 1 where v = ids[n], else 0; a negative id gives a row of zeros, one of V or more throws. */
    void oneHot(Tensor ids, Tensor out);

    /** out = x in out's type; out may have any strides. */
    void copy(Tensor x, Tensor out);

    /** out = value; out may have any strides. */
    void fill(Tensor out, double value);

    /**
     * out[b, ...] = uniform numbers in the open interval (0, 1): {@link dev.rankine.tensor.random.Philox#uniform} of the draw's
     * seed, stream, step, {@code examples[b]} and the element's row-major place within its example.
     */
    void uniform(Draw draw, Tensor out);

    // ---- fused operations, with their default bodies ----

    /**
     * The product with a weight matrix and what is added to it: out[R, O] = x W^T + bias + h b^T.
     *
     * @param x [R, I]
     * @param weight [O, I], which may be stored as F16 or BF16: the result is that of its numbers widened
     * @param bias [O], null for none
     * @param update a low-rank term, null for none
     * @param out result [R, O]
     */
    default void linear(Tensor x, Tensor weight, @Nullable Tensor bias, @Nullable LowRankTerm update, Tensor out) {
        Composed.linear(x, weight, bias, update, out);
    }

    /**
     * {@link #linear} with a factor for every row or every column of the weight: out[R, O] = x (factor .* W)^T + bias + h b^T.
     *
     * @param factor [O, 1] or [1, I]
     */
    default void scaledLinear(
            Tensor x, Tensor weight, Tensor factor, @Nullable Tensor bias, @Nullable LowRankTerm update, Tensor out) {
        linear(x, weight.in("linear", out.dtype()).times(factor), bias, update, out);
    }

    /**
     * The gradients of a low-rank term t b^T with t = scale x a^T, from one walk over the rows of dY and x:
     * dT[R, r] = scale dY b, dA[r, I] = dT^T x and dB[O, r] = dY^T t.
     *
     * @param dY [R, O]
     * @param x [R, I]
     * @param t [R, r]
     * @param b [O, r]
     * @param dT result, the gradient of x a^T
     */
    default void lowRankBackward(
            Tensor dY, Tensor x, Tensor t, Tensor b, double scale, Tensor dT, Tensor dA, Tensor dB) {
        Composed.lowRankBackward(dY, x, t, b, scale, dT, dA, dB);
    }

    /**
     * Softmax over the last axis: y = e^(x - max x) / sum e^(x - max x) over the elements whose mask is 1. A masked
     * element, and a row with every element masked, gives 0.
     *
     * @param mask 1 to keep, 0 to leave out, with x's shape (broadcast axes by stride 0); null keeps all
     */
    default void softmax(Tensor x, @Nullable Tensor mask, Tensor y) {
        Composed.softmax(x, mask, y);
    }

    /** dX = y (dY - sum_last(y dY)). */
    default void softmaxBackward(Tensor y, Tensor dY, Tensor dX) {
        Composed.softmaxBackward(y, dY, dX);
    }

    /**
     * Layer norm over the last axis of x[..., C] (Ba et al. 2016): y = (x - mean) rstd gamma + beta with rstd =
     * (variance + epsilon)^(-1/2), the variance being the mean square deviation.
     *
     * @param mean result [..., 1], saved for the backward pass
     * @param rstd result [..., 1], likewise
     */
    default void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        Composed.layerNorm(x, gamma, beta, epsilon, y, mean, rstd);
    }

    /** With n = (x - mean) rstd and g = dY gamma: dX = rstd (g - mean_last(g) - n mean_last(g n)). */
    default void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        Composed.layerNormBackward(x, gamma, mean, rstd, dY, dX);
    }

    /** dGamma[C] = sum_rows(dY n), dBeta[C] = sum_rows(dY). */
    default void layerNormParameters(Tensor x, Tensor mean, Tensor rstd, Tensor dY, Tensor dGamma, Tensor dBeta) {
        Composed.layerNormParameters(x, mean, rstd, dY, dGamma, dBeta);
    }

    /**
     * The end of a sublayer in a post-norm model: sum = x + dropout(f), and y = the layer norm of sum.
     *
     * @param x [B, ..., C], the first axis counting the draw's examples
     * @param f of x's shape
     * @param dropout null for nothing
     * @param sum result, saved for the backward pass as x of {@link #layerNorm} is
     */
    default void residualNorm(
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
        Composed.residualNorm(x, f, dropout, gamma, beta, epsilon, sum, y, mean, rstd);
    }

    /** dX as {@link #layerNormBackward} of the sum gives it, and dF = dropout(dX). */
    default void residualNormBackward(
            Tensor sum, Dropout dropout, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX, Tensor dF) {
        layerNormBackward(sum, gamma, mean, rstd, dY, dX);
        dropout(dX, dropout, dF);
    }

    /** y[R, C] = x f + bias, with a factor f[C] and a bias[C], null for none, for every column. */
    default void scaleColumns(Tensor x, Tensor f, @Nullable Tensor bias, Tensor y) {
        Composed.scaleColumns(x, f, bias, y);
    }

    /** dX[R, C] = dY f and dF[C] = sum_rows(dY x). */
    default void scaleColumnsBackward(Tensor x, Tensor f, Tensor dY, Tensor dX, Tensor dF) {
        copy(dY.times(x).sumTo(dF.shape()), dF);
        zip(Binary.MULTIPLY, dY, f.expand(dY.shape()), dX);
    }

    /** dots[C] = sum_rows((x - shift) y) of x[R, C] and y[R, C]; shift[C] may be null for none. */
    default void columnDots(Tensor x, @Nullable Tensor shift, Tensor y, Tensor dots) {
        Tensor moved = shift == null ? x : x.minus(shift);
        copy(moved.times(y).sumTo(dots.shape()), dots);
    }

    /**
     * The shape of what {@link #attention} saves for its backward pass, which gives it back as it is: the probabilities
     * unless a back-end needs less.
     *
     * @param scores [B, H, T, S]
     */
    default Shape attentionSaves(Shape scores) {
        return scores;
    }

    /**
     * Scaled dot-product attention (Vaswani et al. 2017): out = dropout(softmax(scale q k^T, mask)) v.
     *
     * @param q [B, H, T, D]
     * @param k [B, H, S, D]
     * @param v [B, H, S, D]
     * @param mask 1 to see, 0 to hide, expanded to [B, H, T, S]; null sees all
     * @param dropout what to drop of the probabilities, null for nothing
     * @param out result [B, H, T, D]
     * @param saved result in the shape of {@link #attentionSaves}: the probabilities before dropout, by default
     */
    default void attention(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            double scale,
            @Nullable Dropout dropout,
            Tensor out,
            Tensor saved) {
        Composed.attention(q, k, v, mask, scale, dropout, out, saved);
    }

    /** The gradients of {@link #attention} from what it saved; dQ, dK, dV have the shapes of q, k, v. */
    default void attentionBackward(
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
        Composed.attentionBackward(q, k, v, saved, scale, dropout, dOut, dQ, dK, dV);
    }

    /** The shape of what {@link #sequenceAttention} saves for its backward pass. */
    default Shape sequenceAttentionSaves(SequenceForm form) {
        return SequenceComposed.saves(this, form);
    }

    /**
     * {@link #attention} within sequences of different lengths, whose rows lie one behind the other.
     *
     * @param q [N, H D]
     * @param k [M, H D]
     * @param v [M, H E]
     * @param out result [N, H E]
     * @param saved result in the shape of {@link #sequenceAttentionSaves}
     */
    default void sequenceAttention(SequenceForm form, Tensor q, Tensor k, Tensor v, Tensor out, Tensor saved) {
        new SequenceComposed(this, form).forward(q, k, v, out, saved);
    }

    /** The gradients of {@link #sequenceAttention}; dQ, dK, dV have the shapes of q, k, v. */
    default void sequenceAttentionBackward(
            SequenceForm form,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor saved,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        new SequenceComposed(this, form).backward(q, k, v, saved, dOut, dQ, dK, dV);
    }

    /**
     * losses[n] = log sum_v e^logits[n, v] - logits[n, targets[n]]; 0 where the target is negative (ignored).
     *
     * @param logits [N, V]
     * @param targets I64 [N]
     * @param losses result [N]
     */
    default void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        Composed.crossEntropy(logits, targets, losses);
    }

    /** dLogits[n, v] = (softmax(logits[n])_v - [v = targets[n]]) dLosses[n], zero rows where the target is negative. */
    default void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        Composed.crossEntropyBackward(logits, targets, dLosses, dLogits);
    }

    /** y = x / (1 - p) where the element's uniform number is at least p, else 0; its own backward with dY for x. */
    default void dropout(Tensor x, Dropout dropout, Tensor y) {
        Composed.dropout(x, dropout, y);
    }

    /**
     * One step of AdamW (Loshchilov and Hutter 2019), all in place: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 -
     * beta2) g^2; w = w - rate (decay w + (m / correction1) / (sqrt(v / correction2) + epsilon)).
     *
     * @param rate one element: the learning rate of this step
     * @param corrections two elements: 1 - beta1^t and 1 - beta2^t for step t counted from 1
     */
    default void adamW(
            Tensor weight, Tensor gradient, Tensor m, Tensor v, Tensor rate, Tensor corrections, AdamW settings) {
        Composed.adamW(weight, gradient, m, v, rate, corrections, settings);
    }

    /** {@link #adamW} of many parameters, none of which occurs twice. */
    default void adamW(List<AdamWStep> steps) {
        for (AdamWStep step : steps) {
            adamW(step.weight, step.gradient, step.m, step.v, step.rate, step.corrections, step.settings);
        }
    }

    /** The operands of {@link #adamW} for one parameter; parameter and moments are row-major. */
    record AdamWStep(
            Tensor weight, Tensor gradient, Tensor m, Tensor v, Tensor rate, Tensor corrections, AdamW settings) {}

    /** What {@link #linear} adds: h b^T with h[R, r], b[O, r]. */
    record LowRankTerm(Tensor h, Tensor b) {}

    /** What {@link #dropout} drops: each element with probability p. */
    record Dropout(double p, Draw draw) {
        public Dropout {
            if (!(p >= 0 && p < 1)) {
                throw new IllegalArgumentException("dropout probability " + p + " is outside [0, 1)");
            }
        }
    }

    /** The constants of {@link #adamW}; decay is the decoupled weight decay. */
    record AdamW(double beta1, double beta2, double epsilon, double decay) {}
}
