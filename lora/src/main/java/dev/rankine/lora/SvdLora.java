package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.Svd;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import dev.rankine.transformer.train.Controller.Replacement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The low-rank change in the form of a singular value decomposition (Zhang et al., "Adaptive Budget Allocation for
 * Parameter-Efficient Fine-Tuning", 2023, equation 3),
 *
 * <pre>{@code
 * delta W = s P Lambda Q       P[O, r], Lambda = diag(lambda) [r], Q[r, I]       s = alpha / (r + 1e-5)
 * }</pre>
 *
 * where a regulariser draws the columns of P and the rows of Q towards orthonormality. All three are trained; P and Q begin
 * at N(0, 0.02^2) and lambda at 0, so that the model computes what it did without and the first step moves lambda only.
 * The scale keeps the rank of the start for ever, whatever is pruned: adapting it hurt, the authors report.
 *
 * <p>In code and files P, lambda and Q are called B, E and A, as in the authors' code and in PEFT.
 */
public final class SvdLora implements LowRank {
    private static final double DEVIATION = 0.02;
    private static final double NEVER_ZERO = 1e-5;

    private final Lora factors;
    private final int initialRank;
    private Variable e;

    /**
     * An adapter that is not attached yet.
     *
     * @param a Q [r, I]
     * @param e lambda [r]
     * @param b P [O, r]
     * @param scale s
     * @param dropout probability to drop an element of the adapter's input while training
     * @param initialRank the rank before anything was pruned, at least r
     */
    public SvdLora(LinearSite site, Tensor a, Tensor e, Tensor b, double scale, double dropout, int initialRank) {
        this.initialRank = initialRank;
        this.factors = new Lora(site, a, b, scale, dropout);
        this.e = Variable.parameter(e);
        if (!e.shape().equals(Shape.of(a.shape().dim(0)))) {
            throw new IllegalArgumentException("adapter of " + site.path() + ": E " + e.shape() + " does not fit A "
                    + a.shape() + ": it must be [" + a.shape().dim(0) + "]");
        }
        gate();
    }

    /** s = alpha / (r + 1e-5) for the rank r of the start. */
    public static double scale(double alpha, int rank) {
        return alpha / (rank + NEVER_ZERO);
    }

    /**
     * An adapter as training begins: P and Q normal, lambda = 0.
     *
     * @param seed of the run; a matrix draws from the stream that belongs to its path
     * @throws IllegalArgumentException if the rank is below 1 or above min(O, I)
     */
    static SvdLora start(LinearSite site, int rank, double alpha, double dropout, long seed) {
        LowRankSettings.checkFits(rank, site);
        Tensor w0 = site.weight().data();
        DType dtype = w0.dtype().computes() ? w0.dtype() : DType.F32;
        Tensor a = normal(seed, site, ".lora_A", dtype, Shape.of(rank, site.inputs()));
        Tensor b = normal(seed, site, ".lora_B", dtype, Shape.of(site.outputs(), rank));
        Tensor e = Tensor.zeros(w0.backend(), dtype, Shape.of(rank));
        return new SvdLora(site, a, e, b, scale(alpha, rank), dropout, rank);
    }

    private static Tensor normal(long seed, LinearSite site, String name, DType dtype, Shape shape) {
        long stream = Pass.stream(site.path() + name);
        double[] values = new double[Math.toIntExact(shape.size())];
        Arrays.setAll(values, i -> DEVIATION * Philox.normal(seed, stream, 0, 0, i));
        return Tensor.of(site.weight().data().backend(), dtype, shape, values);
    }

    /** Lambda is a gate that is trained itself and the same at inference. */
    private void gate() {
        factors.gate(new Lora.Gate(e, e));
    }

    @Override
    public Variable linear(LinearSite at, Variable x, Pass pass) {
        return factors.linear(at, x, pass);
    }

    @Override
    public LinearSite site() {
        return factors.site();
    }

    /** Q [r, I]. */
    public Variable a() {
        return factors.a();
    }

    /** lambda [r]. */
    public Variable e() {
        return e;
    }

    /** P [O, r]. */
    public Variable b() {
        return factors.b();
    }

    /** s. */
    public double scale() {
        return factors.scale();
    }

    @Override
    public int initialRank() {
        return initialRank;
    }

    @Override
    public int rank() {
        return factors.rank();
    }

    @Override
    public Map<String, Variable> parameters() {
        Map<String, Variable> parameters = new LinkedHashMap<>();
        parameters.put(path() + ".lora_A", a());
        parameters.put(path() + ".lora_B", b());
        parameters.put(path() + ".lora_E", e);
        return parameters;
    }

    @Override
    public PlainFactors export() {
        return factors.export();
    }

    @Override
    public void attach() {
        factors.attach();
    }

    @Override
    public void detach() {
        factors.detach();
    }

    /**
     * Takes over a change as its singular value decomposition. Triplets beyond its rank keep the directions that they began with,
     * with lambda = 0.
     */
    @Override
    public void startFrom(PlainFactors change) {
        factors.requireRoomFor(change);
        Svd svd = Svd.ofProduct(Matrix.of(change.b()), Matrix.of(change.a()));
        int given = change.rank();
        double[] right = a().data().toDoubles();
        System.arraycopy(svd.v().transpose().toArray(), 0, right, 0, given * change.inputs());
        double[] left = b().data().toDoubles();
        double[] theirs = svd.u().toArray();
        for (int o = 0; o < change.outputs(); o++) {
            System.arraycopy(theirs, o * given, left, o * rank(), given);
        }
        double[] lambda = new double[rank()];
        for (int j = 0; j < given; j++) {
            lambda[j] = svd.values()[j] / scale();
        }
        a().data().write(right);
        b().data().write(left);
        e.data().write(lambda);
    }

    /** Deletes every triplet but some. An adapter that keeps none leaves its site. */
    List<Replacement> shrink(Triplets kept) {
        double[] ones = new double[rank()];
        Arrays.fill(ones, 1);
        List<Replacement> replacements = new ArrayList<>(factors.shrink(kept, ones));
        Variable old = e;
        e = Variable.parameter(kept.elements(old.data()));
        gate();
        replacements.add(new Replacement(old, e, kept::elements));
        return replacements;
    }

    /** Deletes every triplet that is not marked, modules one after the other. */
    static List<Replacement> shrink(List<SvdLora> modules, boolean... kept) {
        List<Replacement> replacements = new ArrayList<>();
        int from = 0;
        for (SvdLora module : modules) {
            int to = from + module.rank();
            replacements.addAll(module.shrink(Triplets.where(Arrays.copyOfRange(kept, from, to))));
            from = to;
        }
        return replacements;
    }

    @Override
    public String toString() {
        return factors.toString();
    }
}
