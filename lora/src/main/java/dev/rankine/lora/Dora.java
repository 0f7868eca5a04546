package dev.rankine.lora;

import static dev.rankine.autograd.op.Add.add;
import static dev.rankine.autograd.op.Affine.affine;
import static dev.rankine.autograd.op.DirectedLinear.directedLinear;
import static dev.rankine.autograd.op.Multiply.multiply;
import static dev.rankine.autograd.op.ScaleColumns.scaleColumns;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.Divide;
import dev.rankine.autograd.op.Linear;
import dev.rankine.autograd.op.LowRankLinear;
import dev.rankine.autograd.op.Relu;
import dev.rankine.autograd.op.SquareRoot;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * DoRA (Liu et al., "DoRA: Weight-Decomposed Low-Rank Adaptation", 2024): the direction of every row of the weight is
 * changed by a {@link Lora} pair, its length by a magnitude m[O] of its own.
 *
 * <pre>{@code
 * V' = W0 + s B A       n_k = ||V'_k:||_2       W' = diag(m / n) V'
 * y  = x W0^T + bias + (m/n - 1) .* (drop(x) W0^T) + (m/n) .* s (drop(x) A^T) B^T
 * }</pre>
 *
 * The rows k are the O outputs of the matrix (the paper writes W the other way round and says columns). At the start B = 0
 * and m = n, so that W' = W0. Gradients, with G = dL/dW' and v = V'_k / n_k: dm_k = <G_k, V'_k> / n_k and dL/dV'_k = (m/n)_k
 * (G_k - <G_k, v> v), or (m/n)_k G_k where n is held fixed, see {@link Norm}.
 *
 * <p>V' is never made for n. With the squares |W0_k|^2 kept from the start,
 *
 * <pre>{@code
 * n_k^2 = |W0_k|^2 + 2 s sum_j B_kj ((W0 + s/2 B A) A^T)_kj
 * }</pre>
 *
 * costs what the pair's product with one more row of x for each triplet costs. Where the terms cancel, the sum is held above a
 * small part of |W0_k|^2; a row of zeros stays one, where PEFT divides 0 by 0.
 */
public final class Dora implements Mergeable, Ranked {
    /** Below this share of |W0_k|^2, F32 cannot tell the sum of terms of that size from 0. */
    private static final double CANCELLED = 1e-7;

    /** Keeps a row of zeros from dividing by 0. */
    private static final double TINY = 1e-30;

    /** Whether n takes part in the gradients of A and B. */
    public enum Norm {
        /** No: the paper's section 4.3, its code's {@code dora_simple}, and PEFT. */
        DETACHED,
        /** Yes: the derivative of the formula. */
        EXACT
    }

    private final LinearSite site;
    private final Variable a;
    private final Variable b;
    private final Variable m;
    private final double scale;
    private final double dropout;
    private final Norm norm;
    private final long stream;
    private final Variable squares;
    private final Variable least;

    /**
     * An adapter that is not attached yet.
     *
     * @param a A [r, I]
     * @param b B [O, r]
     * @param magnitude m [O]
     * @param scale s
     * @param dropout probability to drop an element of the adapter's input while training
     */
    public Dora(LinearSite site, Tensor a, Tensor b, Tensor magnitude, double scale, double dropout, Norm norm) {
        this(site, Variable.parameter(a), Variable.parameter(b), Variable.parameter(magnitude), scale, dropout, norm);
    }

    /** The same over variables that exist. */
    Dora(LinearSite site, Variable a, Variable b, Variable magnitude, double scale, double dropout, Norm norm) {
        PlainFactors factors = new PlainFactors(site.path(), a.data(), b.data());
        if (factors.inputs() != site.inputs()
                || factors.outputs() != site.outputs()
                || !magnitude.shape().equals(Shape.of(site.outputs()))) {
            throw new IllegalArgumentException("adapter of " + site.path() + ": A " + a.shape() + ", B " + b.shape()
                    + " and magnitude " + magnitude.shape() + " do not fit the weight "
                    + site.weight().shape());
        }
        this.site = site;
        this.a = a;
        this.b = b;
        this.m = magnitude;
        this.scale = scale;
        this.dropout = dropout;
        this.norm = norm;
        this.stream = Pass.stream(site.path() + ".lora_dropout");
        Tensor kept = squares(site, a.data().dtype());
        this.squares = Variable.constant(kept);
        Tensor floor = kept.clone(kept.dtype());
        floor.backend().affine(floor, CANCELLED, TINY, floor);
        this.least = Variable.constant(floor);
    }

    /** |W0_k|^2 [O], persistent. */
    private static Tensor squares(LinearSite site, DType dtype) {
        double[] w0 = site.weight().data().toDoubles();
        double[] squares = new double[site.outputs()];
        for (int i = 0; i < w0.length; i++) {
            squares[i / site.inputs()] += w0[i] * w0[i];
        }
        return Tensor.of(site.weight().data().backend(), dtype, Shape.of(squares.length), squares);
    }

    /** An adapter as training begins: A uniform, B = 0, m_k = |W0_k|. */
    static Dora start(LinearSite site, int rank, double scale, double dropout, Norm norm, long seed) {
        Lora pair = Lora.start(site, rank, scale, dropout, seed);
        Tensor a = pair.a().data();
        double[] lengths = squares(site, DType.F64).toDoubles();
        Arrays.setAll(lengths, k -> Math.sqrt(lengths[k]));
        Tensor m = Tensor.of(a.backend(), a.dtype(), Shape.of(lengths.length), lengths);
        return new Dora(site, a, pair.b().data(), m, scale, dropout, norm);
    }

    /** y[..., O] for x[..., I]. Without dropout both products with W0 are one. */
    @Override
    public Variable linear(LinearSite at, Variable x, Pass pass) {
        Variable factor = factor();
        if (pass.isTraining() && dropout > 0) {
            Variable dropped = pass.dropout(x, dropout, stream);
            Variable longer = scaleColumns(Linear.linear(dropped, at.weight(), null), affine(factor, 1, -1), null);
            Variable h = Affine.scale(Linear.linear(dropped, a, null), scale);
            Variable change = scaleColumns(Linear.linear(h, b, null), factor, null);
            return add(at.plain(x), add(longer, change));
        }
        if (pass.isTraining()) {
            return directedLinear(x, at.weight(), a, b, factor, at.bias(), scale);
        }
        // a few rows at a time: W0 is better left as it is, since back-ends keep its panels
        LowRankLinear.Change pair = new LowRankLinear.Change(a, b, null);
        return scaleColumns(LowRankLinear.lowRankLinear(x, at.weight(), null, pair, scale, null), factor, at.bias());
    }

    /** m / n [O]. */
    private Variable factor() {
        return Divide.divide(m, norm == Norm.EXACT ? norms() : detachedNorms());
    }

    private Variable detachedNorms() {
        try (var _ = GradientMode.noGrad()) {
            return norms();
        }
    }

    /** n [O]. */
    private Variable norms() {
        LowRankLinear.Change half = new LowRankLinear.Change(a, b, null);
        Variable met = LowRankLinear.lowRankLinear(a, site.weight(), null, half, scale / 2, null);
        Variable change = Affine.scale(Sum.sum(multiply(b, met.transpose(0, 1)), 1), 2 * scale);
        Variable square = add(squares, change);
        return SquareRoot.squareRoot(add(least, Relu.relu(square.minus(least))));
    }

    // ---- what it is made of ----

    @Override
    public LinearSite site() {
        return site;
    }

    /** A [r, I]. */
    public Variable a() {
        return a;
    }

    /** B [O, r]. */
    public Variable b() {
        return b;
    }

    /** m [O]. */
    public Variable magnitude() {
        return m;
    }

    public double scale() {
        return scale;
    }

    @Override
    public int initialRank() {
        return rank();
    }

    @Override
    public int rank() {
        return a.shape().dim(0);
    }

    @Override
    public Map<String, Variable> parameters() {
        Map<String, Variable> parameters = new LinkedHashMap<>();
        parameters.put(path() + ".lora_A.weight", a);
        parameters.put(path() + ".lora_B.weight", b);
        parameters.put(path() + ".lora_magnitude_vector", m);
        return parameters;
    }

    /** W' = diag(m / n) (W0 + s B A), [O, I]. */
    @Override
    public Tensor mergedWeight() {
        Tensor w0 = site.weight().data();
        Tensor merged = w0.clone(w0.dtype().computes() ? w0.dtype() : DType.F32);
        Tensor pair = b.data().matmul(a.data()).affine(scale, 0);
        merged.backend().zip(Binary.ADD, merged, pair, merged);
        try (var _ = GradientMode.noGrad()) {
            Tensor factor = factor().data().reshape(Shape.of(site.outputs(), 1));
            merged.backend().zip(Binary.MULTIPLY, merged, factor.expand(merged.shape()), merged);
        }
        return merged;
    }

    /** W' - W0, which is no low-rank product. */
    @Override
    public Tensor delta() {
        Tensor delta = mergedWeight();
        Tensor w0 = site.weight().data().copy("dora", delta.dtype());
        delta.backend().zip(Binary.SUBTRACT, delta, w0, delta);
        return delta;
    }

    @Override
    public String toString() {
        return "the DoRA adapter of " + path();
    }
}
