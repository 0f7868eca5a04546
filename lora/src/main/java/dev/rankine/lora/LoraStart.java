package dev.rankine.lora;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.Qr;
import dev.rankine.tensor.linalg.RandomizedSvd;
import dev.rankine.tensor.linalg.Svd;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import java.util.Arrays;

/**
 * How the A[r, I] and B[O, r] of a {@link Lora} begin.
 *
 * <p>{@link #PISSA}, {@link #PISSA_FAST} and {@link #OLORA} begin with a part of the weight itself, s B0 A0, in order to train that part. Their
 * papers take it out of the weight; here W0 never changes, and the adapter carries the pair (A0, B0) a second time, frozen
 * and subtracted: delta W = s (B A - B0 A0).
 */
public enum LoraStart {
    /** A ~ U(-1/sqrt(I), 1/sqrt(I)), B = 0: the authors' code and PEFT. */
    UNIFORM(false) {
        @Override
        PlainFactors factors(LinearSite site, int rank, double scale, long seed) {
            double bound = 1 / Math.sqrt(site.inputs());
            long stream = stream(site, "A");
            double[] a = new double[rank * site.inputs()];
            Arrays.setAll(a, i -> bound * (2 * Philox.uniform(seed, stream, 0, 0, i) - 1));
            return pair(site, Matrix.of(rank, site.inputs(), a), zeros(site, rank));
        }
    },
    /** A ~ N(0, 1/r^2), B = 0: Gaussian as in the paper, with the deviation of PEFT's "gaussian". */
    GAUSSIAN(false) {
        @Override
        PlainFactors factors(LinearSite site, int rank, double scale, long seed) {
            Matrix a = normal(rank, site.inputs(), 1.0 / rank, seed, stream(site, "A"));
            return pair(site, a, zeros(site, rank));
        }
    },
    /**
     * A = N1 Q1 / 10 and B = N2 Q2 / 10 (transposed to their shapes), where Q1 and Q2 are the odd and the even rows of a
     * random orthogonal matrix and N1, N2 are standard normal: neither is 0, and yet B A = 0 because Q2 Q1^T = 0 (PEFT's
     * "orthogonal"). For even ranks. In floating point the change is of the order of a rounding error.
     */
    ORTHOGONAL(false) {
        @Override
        PlainFactors factors(LinearSite site, int rank, double scale, long seed) {
            Matrix q = Qr.of(normal(rank, rank, 1, seed, stream(site, "Q"))).q();
            Matrix odd = everySecondRow(q, 0);
            Matrix even = everySecondRow(q, 1);
            Matrix a = normal(site.inputs(), rank / 2, SHRINK, seed, stream(site, "A"))
                    .times(odd)
                    .transpose();
            Matrix b = normal(site.outputs(), rank / 2, SHRINK, seed, stream(site, "B"))
                    .times(even);
            return pair(site, a, b);
        }
    },
    /**
     * With the singular value decomposition W0 = U S V^T cut to its first r triplets: A = (S_r / s)^(1/2) V_r^T and B = U_r
     * (S_r / s)^(1/2), so that s B A is the matrix of rank r nearest to W0 (Meng et al., "PiSSA", 2024).
     */
    PISSA(true) {
        @Override
        PlainFactors factors(LinearSite site, int rank, double scale, long seed) {
            return principal(site, Svd.of(Matrix.of(site.weight().data())).truncated(rank), scale);
        }
    },
    /**
     * The same with nearly the first triplets, found by 16 rounds of a randomised iteration (PEFT's "pissa_niter_16"). For matrices of
     * some hundred rows and columns, whose exact decomposition takes long.
     */
    PISSA_FAST(true) {
        @Override
        PlainFactors factors(LinearSite site, int rank, double scale, long seed) {
            Matrix w0 = Matrix.of(site.weight().data());
            return principal(site, RandomizedSvd.of(w0, rank, ROUNDS, seed), scale);
        }
    },
    /**
     * With the decomposition W0 = Q R into orthonormal columns and an upper triangle: A = the first r rows of R, B = the
     * first r columns of Q (Buyukakyuz, "OLoRA", 2024).
     */
    OLORA(true) {
        @Override
        PlainFactors factors(LinearSite site, int rank, double scale, long seed) {
            Qr qr = Qr.of(Matrix.of(site.weight().data()));
            Matrix a = qr.r().transpose().columns(rank).transpose();
            return pair(site, a, qr.q().columns(rank));
        }
    };

    private static final double SHRINK = .1;
    private static final int ROUNDS = 16;

    private final boolean changesWeights;

    LoraStart(boolean changesWeights) {
        this.changesWeights = changesWeights;
    }

    /** Whether s B A is not 0 at the start, so that it must be subtracted again. */
    public boolean changesWeights() {
        return changesWeights;
    }

    /** @throws IllegalArgumentException if the start needs another rank */
    void check(int rank) {
        if (this == ORTHOGONAL && rank % 2 != 0) {
            throw new IllegalArgumentException("start orthogonal needs an even rank, got " + rank);
        }
    }

    /**
     * A and B, without scale.
     *
     * @param rank r, from 1 to min(O, I)
     * @param scale s
     * @param seed of the run; a matrix draws from the streams that belong to its path
     */
    abstract PlainFactors factors(LinearSite site, int rank, double scale, long seed);

    private static PlainFactors pair(LinearSite site, Matrix a, Matrix b) {
        Tensor w0 = site.weight().data();
        DType dtype = w0.dtype().computes() ? w0.dtype() : DType.F32;
        return new PlainFactors(site.path(), a.toTensor(w0.backend(), dtype), b.toTensor(w0.backend(), dtype));
    }

    private static PlainFactors principal(LinearSite site, Svd first, double scale) {
        double[] roots = Arrays.stream(first.values())
                .map(value -> Math.sqrt(value / scale))
                .toArray();
        return pair(site, first.v().scaledColumns(roots).transpose(), first.u().scaledColumns(roots));
    }

    private static long stream(LinearSite site, String which) {
        return Pass.stream(site.path() + ".lora_" + which);
    }

    private static Matrix zeros(LinearSite site, int rank) {
        return Matrix.of(site.outputs(), rank, new double[site.outputs() * rank]);
    }

    private static Matrix normal(int rows, int columns, double deviation, long seed, long stream) {
        double[] values = new double[Math.toIntExact(Shape.of(rows, columns).size())];
        Arrays.setAll(values, i -> deviation * Philox.normal(seed, stream, 0, 0, i));
        return Matrix.of(rows, columns, values);
    }

    private static Matrix everySecondRow(Matrix x, int from) {
        double[] rows = new double[x.rows() / 2 * x.columns()];
        Arrays.setAll(rows, i -> x.get(from + 2 * (i / x.columns()), i % x.columns()));
        return Matrix.of(x.rows() / 2, x.columns(), rows);
    }
}
