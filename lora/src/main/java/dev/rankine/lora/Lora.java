package dev.rankine.lora;

import static dev.rankine.autograd.op.Add.add;
import static dev.rankine.autograd.op.Multiply.multiply;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.Linear;
import dev.rankine.autograd.op.LowRankLinear;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import dev.rankine.transformer.train.Controller.Replacement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * LoRA (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021): a frozen weight W0[O, I] with a trained
 * change of rank r beside it,
 *
 * <pre>{@code
 * y = x W0^T + bias + s ((drop(x) A^T) .* g) B^T,     delta W = s B diag(g) A = s sum_j g_j B_:j A_j:
 * }</pre>
 *
 * with A[r, I], B[O, r]. Plain LoRA has no gates (g = 1); methods that learn the rank put some on the r <em>triplets</em>
 * (A_j:, g_j, B_:j). Gradients of the task's loss, with G = dL/dW = dY^T x: dA = s diag(g) B^T G, dB = s G A^T diag(g),
 * dg_j = s B_:j^T G A_j:^T, so that for every j the inner products of A_j:, of B_:j and of g_j with their own gradients
 * are equal (Euler's identity: each enters to the first degree).
 *
 * <p>At the start B = 0, so the model computes what it did without; A ~ U(-1/sqrt(I), 1/sqrt(I)), of variance 1/(3 I), as
 * in the authors' code and in PEFT (the paper says Gaussian). {@link LoraStart} has other beginnings; those that begin with
 * a part of W0 put a frozen pair beside the trained one, which is subtracted. The dropout sees the adapter's input only.
 */
public final class Lora implements LowRank {
    private final LinearSite site;
    private final double scale;
    private final double dropout;
    private final long stream;
    private final int initialRank;
    private Variable a;
    private Variable b;
    private @Nullable Origin origin;
    private @Nullable Gate gate;

    /** What A and B began with, where that was a part of W0: A0 and -B0, frozen. */
    private record Origin(Variable a, Variable minusB) {}

    /**
     * Gates on the triplets of one adapter.
     *
     * @param training g[r] as a leaf or a constant
     * @param inference g[r] when nothing is random
     */
    public record Gate(Variable training, Variable inference) {}

    /**
     * An adapter that is not attached yet.
     *
     * @param a A [r, I]
     * @param b B [O, r]
     * @param scale s
     * @param dropout probability to drop an element of the adapter's input while training
     */
    public Lora(LinearSite site, Tensor a, Tensor b, double scale, double dropout) {
        this(site, Variable.parameter(a), Variable.parameter(b), scale, dropout);
    }

    /** The same over variables that exist. */
    Lora(LinearSite site, Variable a, Variable b, double scale, double dropout) {
        PlainFactors factors = new PlainFactors(site.path(), a.data(), b.data());
        if (factors.inputs() != site.inputs() || factors.outputs() != site.outputs()) {
            throw new IllegalArgumentException("adapter of " + site.path() + ": A " + a.shape() + " and B " + b.shape()
                    + " do not fit the weight " + site.weight().shape());
        }
        this.site = site;
        this.a = a;
        this.b = b;
        this.scale = scale;
        this.dropout = dropout;
        this.stream = Pass.stream(site.path() + ".lora_dropout");
        this.initialRank = factors.rank();
    }

    /**
     * An adapter as training begins: A uniform, B = 0.
     *
     * @param seed of the run; a matrix draws from the stream that belongs to its path
     * @throws IllegalArgumentException if the rank is below 1 or above min(O, I)
     */
    public static Lora start(LinearSite site, int rank, double scale, double dropout, long seed) {
        return start(site, rank, scale, dropout, LoraStart.UNIFORM, seed);
    }

    /** The same with another beginning of A and B. */
    public static Lora start(LinearSite site, int rank, double scale, double dropout, LoraStart start, long seed) {
        LowRankSettings.checkFits(rank, site);
        PlainFactors first = start.factors(site, rank, scale, seed);
        Lora lora = new Lora(site, first.a(), first.b(), scale, dropout);
        if (start.changesWeights()) {
            Tensor a0 = first.a().clone(first.a().dtype());
            Tensor minusB0 = first.b().clone(first.b().dtype());
            minusB0.backend().map(Unary.NEGATE, minusB0, minusB0);
            lora.origin = new Origin(Variable.constant(a0), Variable.constant(minusB0));
        }
        return lora;
    }

    /** y[..., O] for x[..., I]. */
    @Override
    public Variable linear(LinearSite at, Variable x, Pass pass) {
        Gate gates = gate;
        Variable open = gates == null ? null : pass.isTraining() ? gates.training() : gates.inference();
        Origin began = origin;
        return began == null
                ? LowRankLinear.lowRankLinear(
                        x,
                        at.weight(),
                        at.bias(),
                        new LowRankLinear.Change(a, b, open),
                        scale,
                        pass.dropout(dropout, stream))
                : add(at.plain(x), change(x, pass.dropout(x, dropout, stream), open, began));
    }

    /** The change less what it began with, in the same order of operations: an untrained one is exactly 0. */
    private Variable change(Variable x, Variable seen, @Nullable Variable open, Origin began) {
        Variable h = Linear.linear(seen, a, null);
        Variable gated = open == null ? h : multiply(h, open);
        Variable h0 = Affine.scale(Linear.linear(x, began.a(), null), scale);
        return add(Linear.linear(Affine.scale(gated, scale), b, null), Linear.linear(h0, began.minusB(), null));
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

    public double scale() {
        return scale;
    }

    @Override
    public int initialRank() {
        return initialRank;
    }

    @Override
    public int rank() {
        return a.shape().dim(0);
    }

    /** Puts gates on the triplets, or takes them off: null stands for g = 1. */
    public void gate(@Nullable Gate gates) {
        gate = gates;
    }

    @Override
    public Map<String, Variable> parameters() {
        Map<String, Variable> parameters = new LinkedHashMap<>();
        parameters.put(path() + ".lora_A.weight", a);
        parameters.put(path() + ".lora_B.weight", b);
        return parameters;
    }

    /** A0 and -B0 of a start that began with a part of W0. */
    @Override
    public Map<String, Tensor> state() {
        Origin began = origin;
        return began == null
                ? Map.of()
                : Map.of(
                        path() + ".lora_A0.weight",
                        began.a().data(),
                        path() + ".lora_minus_B0.weight",
                        began.minusB().data());
    }

    /** Whether A and B, as they are, make the whole change. */
    public boolean isWhole() {
        return origin == null && gate == null;
    }

    /**
     * The change as it is at inference. Where A and B began with a part of W0 it has twice the rank, [A; A0] and s [B, -B0]: a
     * change of the original weight.
     */
    @Override
    public PlainFactors export() {
        double[] columns = new double[rank()];
        double[] gates = gate == null ? null : gate.inference().data().toDoubles();
        for (int j = 0; j < columns.length; j++) {
            columns[j] = gates == null ? scale : scale * gates[j];
        }
        Tensor folded = Triplets.all(rank()).scaledColumns(b.data(), columns);
        PlainFactors trained = new PlainFactors(path(), a.data().clone(a.data().dtype()), folded);
        Origin began = origin;
        if (began == null) {
            return trained;
        }
        int r0 = began.a().shape().dim(0);
        double[] scales = new double[r0];
        Arrays.fill(scales, scale);
        Tensor minus = Triplets.all(r0).scaledColumns(began.minusB().data(), scales);
        return trained.plus(new PlainFactors(path(), began.a().data(), minus));
    }

    // ---- its life ----

    /** An adapter without a triplet changes nothing and leaves its site free. */
    @Override
    public void attach() {
        if (rank() > 0) {
            site.occupy(this);
        }
    }

    /**
     * Takes over A and B from elsewhere, scaled so that the change is the same. Triplets beyond theirs keep the A that they
     * began with, and B = 0.
     *
     * @throws IllegalArgumentException if they are of a higher rank, or for a matrix of another shape
     */
    @Override
    public void startFrom(PlainFactors factors) {
        requireRoomFor(factors);
        int given = factors.rank();
        int rank = rank();
        double[] rows = a.data().toDoubles();
        System.arraycopy(factors.a().toDoubles(), 0, rows, 0, given * site.inputs());
        double[] theirs = factors.b().toDoubles();
        double[] columns = new double[site.outputs() * rank];
        for (int o = 0; o < site.outputs(); o++) {
            for (int j = 0; j < given; j++) {
                columns[o * rank + j] = theirs[o * given + j] / scale;
            }
        }
        a.data().write(rows);
        b.data().write(columns);
        origin = null;
    }

    /** @throws IllegalArgumentException if factors have a higher rank or another width than A and B */
    void requireRoomFor(PlainFactors factors) {
        if (factors.rank() > rank() || factors.inputs() != site.inputs() || factors.outputs() != site.outputs()) {
            throw new IllegalArgumentException("adapter of " + path() + " has A " + a.shape() + " and B " + b.shape()
                    + ", the one to start from has A " + factors.a().shape() + " and B "
                    + factors.b().shape()
                    + (factors.rank() > rank() ? ": a rank of at least " + factors.rank() + " is needed" : ""));
        }
    }

    /**
     * Deletes every triplet but some, folds the gates of those into B and takes the gates off. An adapter that keeps none
     * leaves its site.
     *
     * @param kept which triplets stay
     * @param gates their gates by their old places, length r
     */
    public List<Replacement> shrink(Triplets kept, double[] gates) {
        Variable oldA = a;
        Variable oldB = b;
        a = Variable.parameter(kept.rows(oldA.data()));
        b = Variable.parameter(kept.scaledColumns(oldB.data(), gates));
        gate = null;
        if (kept.count() == 0) {
            detach();
        }
        return List.of(new Replacement(oldA, a, kept::rows), new Replacement(oldB, b, kept::columns));
    }

    @Override
    public String toString() {
        return "the low-rank adapter of " + path();
    }
}
