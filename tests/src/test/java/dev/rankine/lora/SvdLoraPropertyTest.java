package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Corners;
import dev.rankine.autograd.GradientCheck;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.OrthogonalityNorm;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.Qr;
import dev.rankine.tensor.linalg.Svd;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.Test;

/** The algebra of y = x W0^T + bias + s ((x Q^T) .* lambda) P^T and its regulariser. */
class SvdLoraPropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    /** One adapted matrix; some singular values are 0. */
    record Case(int inputs, int outputs, int rank, double alpha, long seed) {
        private Tensor normal(long stream, int... lengths) {
            double[] values = new double[Math.toIntExact(Shape.of(lengths).size())];
            Arrays.setAll(values, i -> Philox.normal(seed, stream, 0, 0, i));
            return Tensor.of(REFERENCE, DType.F64, Shape.of(lengths), values);
        }

        LinearSite site() {
            return new LinearSite(
                    "fc", Variable.constant(normal(1, outputs, inputs)), Variable.constant(normal(2, outputs)));
        }

        Tensor x() {
            return normal(5, 3, inputs);
        }

        double[] lambda() {
            double[] lambda = normal(6, rank).toDoubles();
            for (int j = 0; j < rank; j++) {
                lambda[j] = Philox.uniform(seed, 7, 0, 0, j) < .4 ? 0 : lambda[j];
            }
            return lambda;
        }

        SvdLora adapter(LinearSite site, Triplets order) {
            Tensor e = order.elements(tensor(lambda()));
            SvdLora adapter = new SvdLora(
                    site,
                    order.rows(normal(3, rank, inputs)),
                    e,
                    order.columns(normal(4, outputs, rank)),
                    SvdLora.scale(alpha, rank),
                    0,
                    rank);
            adapter.attach();
            return adapter;
        }

        SvdLora adapter(LinearSite site) {
            return adapter(site, Triplets.all(rank));
        }
    }

    private static Tensor tensor(double... values) {
        return Tensor.of(REFERENCE, DType.F64, Shape.of(values.length), values);
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> width = Arbitraries.integers().between(1, 9);
        Arbitrary<Double> alpha = Arbitraries.of(1.0, 16.0, 32.0);
        return Combinators.combine(width, width, width, alpha, Arbitraries.longs())
                .as((i, o, r, s, seed) -> new Case(i, o, Math.min(r, Math.min(i, o)), s, seed))
                .withoutEdgeCases();
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theCasesReachTheirCorners(@ForAll("cases") Case c) {
        int fullRank = Math.min(c.inputs(), c.outputs());
        Corners.atLeast(10, "rank 1", c.rank() == 1);
        Corners.atLeast(10, "full rank", c.rank() == fullRank && fullRank > 1);
        Corners.atLeast(20, "narrowing", c.inputs() > c.outputs());
        Corners.atLeast(20, "widening", c.inputs() < c.outputs());
        Corners.atLeast(10, "odd ranks above 1", c.rank() > 1 && c.rank() % 2 == 1);
    }

    private static double[] output(LinearSite site, Tensor x) {
        return site.apply(Variable.constant(x), Pass.inference()).data().toDoubles();
    }

    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).containsExactly(expected, within(1e-9));
    }

    @Property(tries = 200)
    void theStartChangesNoBit(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        double[] before = output(site, c.x());
        SvdLora.start(site, c.rank(), c.alpha(), .3, c.seed()).attach();
        assertThat(site.isOccupied()).isTrue();
        assertThat(output(site, c.x())).isEqualTo(before);
    }

    /** delta W = s P Lambda Q with s = alpha / (r + 1e-5), loop by loop. */
    @Property(tries = 200)
    void theChangeIsTheFormula(@ForAll("cases") Case c) {
        SvdLora adapter = c.adapter(c.site());
        double[] q = adapter.a().data().toDoubles();
        double[] p = adapter.b().data().toDoubles();
        double[] lambda = c.lambda();
        double[] expected = new double[c.outputs() * c.inputs()];
        for (int o = 0; o < c.outputs(); o++) {
            for (int i = 0; i < c.inputs(); i++) {
                for (int j = 0; j < c.rank(); j++) {
                    expected[o * c.inputs() + i] +=
                            c.alpha() / (c.rank() + 1e-5) * p[o * c.rank() + j] * lambda[j] * q[j * c.inputs() + i];
                }
            }
        }
        assertClose(adapter.delta().toDoubles(), expected);
    }

    @Property(tries = 200)
    void theMergedWeightComputesTheSameAndUnmergingRestoresEveryBit(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        double[] bare = output(site, c.x());
        SvdLora adapter = c.adapter(site);
        double[] adapted = output(site, c.x());
        try (Merge merged = Merge.of(List.of(adapter))) {
            assertThat(merged).isNotNull();
            assertClose(output(site, c.x()), adapted);
        }
        assertThat(output(site, c.x())).isEqualTo(adapted);
        adapter.detach();
        assertThat(output(site, c.x())).isEqualTo(bare);
    }

    @Property(tries = 200)
    void deletingTripletsOfValueZeroChangesNothing(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        SvdLora adapter = c.adapter(site);
        double[] before = output(site, c.x());
        boolean[] open = new boolean[c.rank()];
        for (int j = 0; j < open.length; j++) {
            open[j] = c.lambda()[j] != 0;
        }
        int replaced = adapter.shrink(Triplets.where(open)).size();
        assertThat(replaced).isEqualTo(3);
        assertThat(adapter.rank()).isEqualTo(Triplets.where(open).count());
        assertThat(adapter.initialRank()).isEqualTo(c.rank());
        assertThat(adapter.scale()).as("the scale keeps the first rank").isEqualTo(c.alpha() / (c.rank() + 1e-5));
        assertThat(site.isOccupied()).isEqualTo(adapter.rank() > 0);
        assertClose(output(site, c.x()), before);
    }

    @Property(tries = 200)
    void permutingTripletsChangesNothing(@ForAll("cases") Case c) {
        List<Integer> order = IntStream.range(0, c.rank()).boxed().collect(Collectors.toList());
        Collections.shuffle(order, new Random(c.seed()));
        LinearSite site = c.site();
        c.adapter(site);
        LinearSite other = c.site();
        c.adapter(other, Triplets.at(order.stream().mapToInt(j -> j).toArray()));
        assertClose(output(other, c.x()), output(site, c.x()));
    }

    /** The change of another adapter, as singular triplets: the same change, from orthonormal vectors. */
    @Property(tries = 200)
    void itStartsFromAnotherChangeAsItsSingularValues(@ForAll("cases") Case c) {
        PlainFactors change = c.adapter(c.site()).export();
        SvdLora other = SvdLora.start(c.site(), c.rank(), 16, 0, 1);
        other.startFrom(change);
        assertClose(other.delta().toDoubles(), change.delta().toDoubles());
        int room = Math.min(change.inputs(), change.outputs());
        SvdLora wider = SvdLora.start(c.site(), Math.min(room, c.rank() + 2), 16, 0, 1);
        wider.startFrom(change);
        assertClose(wider.delta().toDoubles(), change.delta().toDoubles());
        double[] lambda = other.e().data().toDoubles();
        double[] values = Svd.of(Matrix.of(change.delta())).values();
        for (int j = 0; j < c.rank(); j++) {
            assertThat(other.scale() * lambda[j]).isCloseTo(values[j], within(1e-9));
        }
        Tensor identity = Orthogonality.identity(REFERENCE, DType.F64, c.rank());
        assertThat(Orthogonality.SQUARED_SUM.of(List.of(other), identity).data().item())
                .isCloseTo(0, within(1e-20 * c.rank()));
    }

    @Property(tries = 100)
    void everyGradientIsThatOfCentralDifferences(@ForAll("cases") Case c) {
        GradientCheck.check(
                "svdLora",
                in -> {
                    LinearSite site = new LinearSite("fc", in[0], in[1]);
                    Lora factors = new Lora(site, in[3], in[4], SvdLora.scale(c.alpha(), c.rank()), 0);
                    factors.gate(new Lora.Gate(in[5], in[5]));
                    return factors.linear(site, in[2], Pass.inference());
                },
                c.seed(),
                c.site().weight().data(),
                c.site().bias().data(),
                c.x(),
                c.normal(3, c.rank(), c.inputs()),
                c.normal(4, c.outputs(), c.rank()),
                tensor(c.lambda()));
    }

    /** Euler: <A_j, dA_j> = <B_j, dB_j> = lambda_j dlambda_j for a task's loss. */
    @Property(tries = 100)
    void everyPartOfATripletHasTheSameInnerProductWithItsGradient(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        SvdLora adapter = c.adapter(site);
        Variable y = site.apply(Variable.constant(c.x()), Pass.inference());
        y.backward(c.normal(8, 3, c.outputs()));
        double[] q = product(adapter.a());
        double[] p = product(adapter.b());
        double[] lambda = product(adapter.e());
        for (int j = 0; j < c.rank(); j++) {
            int triplet = j;
            double ofQ = Arrays.stream(q, j * c.inputs(), (j + 1) * c.inputs()).sum();
            double ofP = IntStream.range(0, c.outputs())
                    .mapToDouble(o -> p[o * c.rank() + triplet])
                    .sum();
            assertThat(ofQ).isCloseTo(lambda[j], within(1e-8));
            assertThat(ofP).isCloseTo(lambda[j], within(1e-8));
        }
    }

    private static double[] product(Variable parameter) {
        return parameter.data().times(parameter.gradient()).toDoubles();
    }

    @Test
    void theStartIsNormalWithDeviationTwoHundredths() {
        Chain model = new Chain(REFERENCE, DType.F32, 1, 300, 200, 300);
        AdaptedModel adapted =
                AdaLoraMethod.standard().with(Map.of("rank", "100")).attach(model, new Method.Run(5, 0));
        for (Adapter adapter : adapted.adapters()) {
            SvdLora module = (SvdLora) adapter;
            assertThat(module.e().data().toDoubles()).containsOnly(0);
            for (Variable vectors : List.of(module.a(), module.b())) {
                double[] values = vectors.data().toDoubles();
                double mean = Arrays.stream(values).average().orElse(1);
                double variance =
                        Arrays.stream(values).map(v -> v * v).average().orElse(0);
                assertThat(mean).isCloseTo(0, within(4 * .02 / Math.sqrt(values.length)));
                assertThat(variance).isCloseTo(4e-4, within(4 * 4e-4 * Math.sqrt(2.0 / values.length)));
            }
        }
    }

    /** Both measures are 0 for orthonormal rows, and for no others; there the norm has subgradient 0. */
    @Property(tries = 100)
    void theRegularizerIsZeroForOrthonormalVectorsAlone(@ForAll("cases") Case c) {
        int wide = Math.max(c.inputs(), c.rank());
        Matrix q = Qr.of(Matrix.of(c.normal(9, wide, c.rank()))).q().transpose();
        Variable rows = Variable.parameter(q.toTensor(REFERENCE, DType.F64));
        Tensor identity = Orthogonality.identity(REFERENCE, DType.F64, c.rank());
        assertThat(OrthogonalityNorm.norm(List.of(rows), List.of(), identity)
                        .data()
                        .item())
                .isCloseTo(0, within(1e-13));
        Variable apart = Variable.parameter(c.normal(10, c.rank(), wide));
        assertThat(OrthogonalityNorm.norm(List.of(apart), List.of(), identity)
                        .data()
                        .item())
                .isPositive();
    }

    @Test
    void whereTheVectorsAreOrthonormalTheGradientIsZero() {
        Variable rows = Variable.parameter(Tensor.of(REFERENCE, DType.F64, Shape.of(2, 3), 1, 0, 0, 0, 1, 0));
        Tensor identity = Orthogonality.identity(REFERENCE, DType.F64, 2);
        OrthogonalityNorm.norm(List.of(rows), List.of(), identity).backward();
        assertThat(rows.gradient().toDoubles()).containsOnly(0);
    }

    @Test
    void factorsThatDoNotFitAreRefused() {
        Case c = new Case(4, 5, 2, 16, 1);
        assertThatThrownBy(() -> new SvdLora(c.site(), c.normal(1, 2, 4), tensor(1, 2, 3), c.normal(1, 5, 2), 1, 0, 2))
                .hasMessageContainingAll("fc", "E [3]", "it must be [2]");
        PlainFactors wide = new PlainFactors("fc", c.normal(1, 3, 4), c.normal(1, 5, 3));
        assertThatThrownBy(() -> c.adapter(c.site()).startFrom(wide)).hasMessageContaining("[3, 4]");
    }
}
