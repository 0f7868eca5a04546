package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Corners;
import dev.rankine.autograd.GradientCheck;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;

/** The algebra of y = x W0^T + bias + s ((x A^T) .* g) B^T, for LoRA and every method that gates its triplets. */
class LoraPropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    /** One adapted matrix with factors and gates of every kind; some gates are 0. */
    record Case(int inputs, int outputs, int rank, double scale, int batch, long seed) {
        private Tensor normal(long stream, Shape shape) {
            double[] values = new double[Math.toIntExact(shape.size())];
            Arrays.setAll(values, i -> Philox.normal(seed, stream, 0, 0, i));
            return Tensor.of(REFERENCE, DType.F64, shape, values);
        }

        LinearSite site() {
            Variable w0 = Variable.constant(normal(1, Shape.of(outputs, inputs)));
            return new LinearSite("fc", w0, Variable.constant(normal(2, Shape.of(outputs))));
        }

        Tensor a() {
            return normal(3, Shape.of(rank, inputs));
        }

        Tensor b() {
            return normal(4, Shape.of(outputs, rank));
        }

        Tensor x() {
            return normal(5, Shape.of(batch, inputs));
        }

        double[] gates() {
            double[] gates = normal(6, Shape.of(rank)).toDoubles();
            for (int j = 0; j < rank; j++) {
                gates[j] = Philox.uniform(seed, 7, 0, 0, j) < .4 ? 0 : gates[j];
            }
            return gates;
        }

        Tensor tensor(double... values) {
            return Tensor.of(REFERENCE, DType.F64, Shape.of(values.length), values);
        }

        Lora lora(LinearSite site, Tensor a, Tensor b, double... gates) {
            Lora lora = new Lora(site, a, b, scale, 0);
            lora.gate(new Lora.Gate(Variable.parameter(tensor(gates)), Variable.constant(tensor(gates))));
            lora.attach();
            return lora;
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> width = Arbitraries.integers().between(1, 9);
        Arbitrary<Double> scale = Arbitraries.of(.25, 1.0, 2.0, 16.0 / 7);
        Arbitrary<Integer> batch = Arbitraries.integers().between(0, 4);
        return Combinators.combine(width, width, width, scale, batch, Arbitraries.longs())
                .as((i, o, r, s, n, seed) -> new Case(i, o, Math.min(r, Math.min(i, o)), s, n, seed))
                .withoutEdgeCases();
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theCasesReachTheirCorners(@ForAll("cases") Case c) {
        int fullRank = Math.min(c.inputs(), c.outputs());
        double[] gates = c.gates();
        Corners.atLeast(10, "no example", c.batch() == 0);
        Corners.atLeast(10, "rank 1", c.rank() == 1);
        Corners.atLeast(10, "full rank", c.rank() == fullRank && fullRank > 1);
        Corners.atLeast(10, "a single input or output", fullRank == 1);
        Corners.atLeast(20, "narrowing", c.inputs() > c.outputs());
        Corners.atLeast(20, "widening", c.inputs() < c.outputs());
        Corners.atLeast(30, "a closed gate", Arrays.stream(gates).anyMatch(gate -> gate == 0));
        Corners.atLeast(5, "all gates closed", Arrays.stream(gates).allMatch(gate -> gate == 0));
    }

    @Property
    void theStartChangesNoBit(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        double[] before = output(site, c.x());
        Lora.start(site, c.rank(), c.scale(), .3, c.seed()).attach();
        assertThat(site.isOccupied()).isTrue();
        assertThat(output(site, c.x())).isEqualTo(before);
    }

    @Property
    void theForwardPassIsTheFormula(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        c.lora(site, c.a(), c.b(), c.gates());
        assertClose(output(site, c.x()), formula(c));
    }

    /** y = x (W0 + s B diag(g) A)^T + bias, loop by loop. */
    private static double[] formula(Case c) {
        double[] w0 = c.site().weight().data().toDoubles();
        double[] bias = c.site().bias().data().toDoubles();
        double[] x = c.x().toDoubles();
        double[] a = c.a().toDoubles();
        double[] b = c.b().toDoubles();
        double[] g = c.gates();
        double[] y = new double[c.batch() * c.outputs()];
        for (int n = 0; n < c.batch(); n++) {
            for (int o = 0; o < c.outputs(); o++) {
                double sum = bias[o];
                for (int i = 0; i < c.inputs(); i++) {
                    double w = w0[o * c.inputs() + i];
                    for (int j = 0; j < c.rank(); j++) {
                        w += c.scale() * b[o * c.rank() + j] * g[j] * a[j * c.inputs() + i];
                    }
                    sum += x[n * c.inputs() + i] * w;
                }
                y[n * c.outputs() + o] = sum;
            }
        }
        return y;
    }

    @Property
    void theMergedWeightComputesTheSameAndUnmergingRestoresEveryBit(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        double[] w0 = site.weight().data().toDoubles();
        double[] bare = output(site, c.x());
        Lora lora = c.lora(site, c.a(), c.b(), c.gates());
        double[] adapted = output(site, c.x());
        try (Merge merged = Merge.of(List.of(lora))) {
            assertThat(merged).isNotNull();
            assertClose(output(site, c.x()), adapted);
            assertThat(site.weight().data().toDoubles()).isEqualTo(w0);
        }
        assertThat(output(site, c.x())).isEqualTo(adapted);
        lora.detach();
        assertThat(output(site, c.x())).isEqualTo(bare);
    }

    @Property
    void deletingClosedTripletsChangesNothing(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        Lora lora = c.lora(site, c.a(), c.b(), c.gates());
        double[] gated = output(site, c.x());
        boolean[] open = new boolean[c.rank()];
        for (int j = 0; j < open.length; j++) {
            open[j] = c.gates()[j] != 0;
        }
        lora.shrink(Triplets.where(open), c.gates());
        assertThat(lora.rank()).isEqualTo(Triplets.where(open).count());
        assertThat(lora.initialRank()).isEqualTo(c.rank());
        assertThat(site.isOccupied()).isEqualTo(lora.rank() > 0);
        assertClose(output(site, c.x()), gated);
    }

    @Property
    void permutingTripletsChangesNothing(@ForAll("cases") Case c) {
        List<Integer> order = IntStream.range(0, c.rank()).boxed().collect(Collectors.toList());
        Collections.shuffle(order, new Random(c.seed()));
        Triplets permuted = Triplets.at(order.stream().mapToInt(j -> j).toArray());
        LinearSite site = c.site();
        c.lora(site, c.a(), c.b(), c.gates());
        LinearSite other = c.site();
        double[] gates = order.stream().mapToDouble(j -> c.gates()[j]).toArray();
        c.lora(other, permuted.rows(c.a()), permuted.columns(c.b()), gates);
        assertClose(output(other, c.x()), output(site, c.x()));
    }

    @Property
    void theExportIsTheSameChange(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        Lora lora = c.lora(site, c.a(), c.b(), c.gates());
        double[] adapted = output(site, c.x());
        lora.detach();
        PlainFactors plain = lora.export();
        Lora again = new Lora(site, plain.a(), plain.b(), 1, 0);
        again.attach();
        assertClose(output(site, c.x()), adapted);
        again.detach();
        Lora rescaled = Lora.start(site, c.rank(), c.scale(), 0, 1);
        rescaled.startFrom(plain);
        rescaled.attach();
        assertClose(output(site, c.x()), adapted);
        rescaled.detach();
        int room = Math.min(site.inputs(), site.outputs());
        Lora wider = Lora.start(site, Math.min(room, c.rank() + 2), c.scale(), 0, 1);
        wider.startFrom(plain);
        wider.attach();
        assertClose(output(site, c.x()), adapted);
    }

    @Property
    void theChangeHasNoMoreRankThanOpenGates(@ForAll("cases") Case c) {
        Lora lora = c.lora(c.site(), c.a(), c.b(), c.gates());
        long open = Arrays.stream(c.gates()).filter(g -> g != 0).count();
        assertThat(rank(lora.delta())).isLessThanOrEqualTo((int) open);
    }

    @Property
    void everyGradientIsThatOfCentralDifferences(@ForAll("cases") Case c) {
        GradientCheck.check(
                "lora",
                in -> {
                    LinearSite site = new LinearSite("fc", in[0], in[1]);
                    Lora lora = new Lora(site, in[3], in[4], c.scale(), 0);
                    lora.gate(new Lora.Gate(in[5], in[5]));
                    return lora.linear(site, in[2], Pass.inference());
                },
                c.seed(),
                c.site().weight().data(),
                c.site().bias().data(),
                c.x(),
                c.a(),
                c.b(),
                c.tensor(c.gates()));
    }

    /** Euler: the output is of the first degree in A_j:, in B_:j and in g_j. */
    @Property
    void everyPartOfATripletHasTheSameInnerProductWithItsGradient(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        Lora lora = c.lora(site, c.a(), c.b(), c.gates());
        Variable gate = Variable.parameter(c.tensor(c.gates()));
        lora.gate(new Lora.Gate(gate, gate));
        Variable y = site.apply(Variable.constant(c.x()), Pass.inference());
        y.backward(c.normal(8, y.shape()));
        double[] ofA = inner(lora.a(), 1, c.rank());
        double[] ofB = inner(lora.b(), 0, c.rank());
        double[] ofGate = inner(gate, -1, c.rank());
        assertThat(ofA).containsExactly(ofGate, within(1e-8));
        assertThat(ofB).containsExactly(ofGate, within(1e-8));
    }

    /** The inner product of a parameter with its gradient for every triplet, folding an axis. */
    private static double[] inner(Variable parameter, int folded, int rank) {
        double[] values = parameter.data().toDoubles();
        double[] gradient = parameter.gradient().toDoubles();
        double[] sums = new double[rank];
        int row = parameter.shape().dim(-1);
        for (int i = 0; i < values.length; i++) {
            sums[folded == 1 ? i / row : i % row] += values[i] * gradient[i];
        }
        return sums;
    }

    /** The number of pivots of Gaussian elimination with full pivoting. */
    private static int rank(Tensor matrix) {
        int rows = matrix.shape().dim(0);
        int columns = matrix.shape().dim(1);
        double[] m = matrix.toDoubles();
        double largest = Arrays.stream(m).map(Math::abs).max().orElse(0);
        for (int pivot = 0; pivot < Math.min(rows, columns); pivot++) {
            int best = pivot * columns + pivot;
            for (int row = pivot; row < rows; row++) {
                for (int column = pivot; column < columns; column++) {
                    best = Math.abs(m[row * columns + column]) > Math.abs(m[best]) ? row * columns + column : best;
                }
            }
            if (Math.abs(m[best]) <= 1e-10 * largest || m[best] == 0) {
                return pivot;
            }
            swap(m, rows, columns, pivot, best / columns, best % columns);
            for (int row = pivot + 1; row < rows; row++) {
                double factor = m[row * columns + pivot] / m[pivot * columns + pivot];
                for (int column = pivot; column < columns; column++) {
                    m[row * columns + column] -= factor * m[pivot * columns + column];
                }
            }
        }
        return Math.min(rows, columns);
    }

    private static void swap(double[] m, int rows, int columns, int pivot, int row, int column) {
        for (int c = 0; c < columns; c++) {
            double kept = m[pivot * columns + c];
            m[pivot * columns + c] = m[row * columns + c];
            m[row * columns + c] = kept;
        }
        for (int r = 0; r < rows; r++) {
            double kept = m[r * columns + pivot];
            m[r * columns + pivot] = m[r * columns + column];
            m[r * columns + column] = kept;
        }
    }

    private static double[] output(LinearSite site, Tensor x) {
        return site.apply(Variable.constant(x), Pass.inference()).data().toDoubles();
    }

    private static void assertClose(double[] got, double[] expected) {
        assertThat(got).containsExactly(expected, within(1e-9));
    }
}
