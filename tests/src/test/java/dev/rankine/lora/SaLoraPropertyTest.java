package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Corners;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.OrthogonalityPenalty;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.train.Clock;
import dev.rankine.transformer.train.ParameterGroup;
import dev.rankine.transformer.train.ParameterGroup.Rate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.StatisticsReport;
import org.junit.jupiter.api.Test;

/** The parts of SaLoRA: expected density, its gradients, orthogonality, phases, and the choice of triplets. */
class SaLoraPropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    @Provide
    Arbitrary<List<Integer>> widths() {
        return Arbitraries.integers()
                .between(2, 9)
                .list()
                .ofMinSize(2)
                .ofMaxSize(5)
                .withoutEdgeCases();
    }

    private static Chain chain(List<Integer> widths, long seed) {
        return new Chain(
                REFERENCE,
                DType.F64,
                seed,
                widths.stream().mapToInt(width -> width).toArray());
    }

    private static AdaptedModel attach(Chain model, Map<String, String> settings) {
        return SaLoraMethod.paper().with(settings).attach(model, new Method.Run(7, 0));
    }

    private static SaLora controller(AdaptedModel adapted) {
        return (SaLora) adapted.controller();
    }

    @Property(tries = 100)
    void theStartIsElevenTwelfthsDenseForAnyShapes(@ForAll("widths") List<Integer> widths) {
        AdaptedModel exact = attach(chain(widths, 1), Map.of("rank", "2", "spread", "0"));
        assertThat(exact.controller().report().get("density")).isCloseTo(11.0 / 12, within(1e-12));
        assertThat(exact.controller().report().get("parameter_density")).isCloseTo(11.0 / 12, within(1e-12));
        AdaptedModel usual = attach(chain(widths, 1), Map.of("rank", "2"));
        assertThat(usual.controller().report().get("parameter_density")).isCloseTo(11.0 / 12, within(2e-3));
    }

    /** C is the mean of P(g > 0) weighted by the size of a triplet, d + k; and so linear in P. */
    @Property(tries = 100)
    void theExpectedDensityIsTheWeightedMeanOfOpenGates(@ForAll("widths") List<Integer> widths, @ForAll long seed) {
        AdaptedModel adapted = attach(chain(widths, 1), Map.of("rank", "2"));
        SaLora salora = controller(adapted);
        double[] la = new double[2 * adapted.adapters().size()];
        Arrays.setAll(la, i -> 3 * Philox.normal(seed, 1, 0, 0, i));
        salora.locations().data().write(la);
        HardConcrete law = new HardConcrete(1, -.1, 1.1);
        double open = 0;
        double all = 0;
        for (int i = 0; i < la.length; i++) {
            double size = widths.get(i / 2) + widths.get(i / 2 + 1);
            open += size * law.probabilityOpen(la[i]);
            all += size;
        }
        assertThat(salora.report().get("parameter_density")).isCloseTo(open / all, within(1e-12));
        assertThat(salora.report().get("density"))
                .isCloseTo(Arrays.stream(la).map(law::probabilityOpen).average().orElse(0), within(1e-12));
    }

    /** d/dla and d/dlam of L = task + the rule's term, where a second forward pass with the same draw is the oracle. */
    @Property(tries = 60)
    void gradientsOfLocationsAndMultipliersAreThoseOfCentralDifferences(
            @ForAll("widths") List<Integer> widths,
            @ForAll @IntRange(min = 0, max = 1000) int seed,
            @ForAll MultiplierRule rule) {
        Chain model = chain(widths, seed);
        String name = rule.name().toLowerCase(Locale.ROOT);
        AdaptedModel adapted =
                attach(model, Map.of("rank", "2", "spread", "1", "start", "0", "multiplier", name, "ramp", "0"));
        SaLora salora = controller(adapted);
        randomB(model, adapted);
        salora.multipliers().values().forEach(lam -> lam.data().write(.7));
        Tensor x = model.normal(100, 1, Shape.of(3, widths.getFirst()));
        Tensor target = model.normal(101, 1, Shape.of(3, widths.getLast()));
        Rig rig = new Rig(salora, REFERENCE, seed, 10, .01);
        Clock clock = rig.clock();
        salora.beforeStep(clock);
        model.loss(x, target, model.training(3, 0)).backward();
        salora.afterBackward(clock);
        assertDifferences(salora.locations(), () -> lagrangian(salora, rule, model, x, target, clock));
        for (Variable lam : salora.multipliers().values()) {
            assertDifferences(lam, () -> lagrangian(salora, rule, model, x, target, clock));
        }
    }

    private static void assertDifferences(Variable parameter, DoubleSupplier lagrangian) {
        double h = 1e-6;
        double[] at = parameter.data().toDoubles();
        double[] gradient = parameter.gradient().toDoubles();
        for (int i = 0; i < at.length; i++) {
            parameter.data().write(moved(at, i, h));
            double high = lagrangian.getAsDouble();
            parameter.data().write(moved(at, i, -h));
            double low = lagrangian.getAsDouble();
            assertThat(gradient[i]).isCloseTo((high - low) / (2 * h), within(1e-6));
        }
        parameter.data().write(at);
    }

    private static double[] moved(double[] at, int i, double h) {
        double[] values = at.clone();
        values[i] += h;
        return values;
    }

    private static double lagrangian(
            SaLora salora, MultiplierRule rule, Chain model, Tensor x, Tensor target, Clock clock) {
        salora.beforeStep(clock);
        double task = model.loss(x, target, model.training(3, 0)).data().item();
        double gap = salora.report().get("parameter_density") - .5;
        double[] lam = salora.multipliers().values().stream()
                .mapToDouble(one -> one.data().item())
                .toArray();
        return task
                + switch (rule) {
                    case SQUARE -> lam[0] * gap * gap;
                    case FLOP -> -lam[0] * gap + lam[1] * gap * gap;
                    case INEQUALITY -> lam[0] * gap;
                    case NONE -> 0;
                };
    }

    private static void randomB(Chain model, AdaptedModel adapted) {
        long stream = 200;
        for (Adapter adapter : adapted.adapters()) {
            Tensor b = ((Lora) adapter).b().data();
            b.write(model.normal(stream++, .5, b.shape()).toDoubles());
        }
    }

    @Property(tries = 100)
    void theOrthogonalityPenaltyIsZeroForSemiOrthogonalFactorsAlone(
            @ForAll @IntRange(min = 1, max = 6) int rank,
            @ForAll @IntRange(min = 0, max = 4) int more,
            @ForAll long seed) {
        Chain numbers = new Chain(REFERENCE, DType.F64, seed, 2, 2);
        Tensor rows = orthonormalRows(numbers.normal(1, 1, Shape.of(rank, rank + more)));
        assertThat(penalty(rows, rows.transpose(0, 1))).isCloseTo(0, within(1e-18));
        double[] off = rows.toDoubles();
        off[0] += .1;
        Tensor moved = Tensor.of(REFERENCE, DType.F64, rows.shape(), off);
        assertThat(penalty(moved, rows.transpose(0, 1))).isPositive();
        assertThat(penalty(rows, moved.transpose(0, 1))).isPositive();
        // B = 0, as at the start, costs r
        Tensor zero = Tensor.zeros(REFERENCE, DType.F64, Shape.of(rank + more, rank));
        assertThat(penalty(rows, zero)).isCloseTo(rank, within(1e-9));
    }

    private static double penalty(Tensor a, Tensor b) {
        int rank = a.shape().dim(0);
        double[] identity = new double[rank * rank];
        IntStream.range(0, rank).forEach(i -> identity[i * rank + i] = 1);
        return OrthogonalityPenalty.penalty(
                        List.of(Variable.constant(a)),
                        List.of(Variable.constant(b)),
                        Tensor.of(REFERENCE, DType.F64, Shape.of(rank, rank), identity))
                .data()
                .item();
    }

    /** Gram and Schmidt, twice over. */
    private static Tensor orthonormalRows(Tensor matrix) {
        int rank = matrix.shape().dim(0);
        int width = matrix.shape().dim(1);
        double[] m = matrix.toDoubles();
        for (int row = 0; row < rank; row++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int before = 0; before < row; before++) {
                    double inner = dot(m, row, before, width);
                    for (int i = 0; i < width; i++) {
                        m[row * width + i] -= inner * m[before * width + i];
                    }
                }
            }
            double norm = Math.sqrt(dot(m, row, row, width));
            for (int i = 0; i < width; i++) {
                m[row * width + i] /= norm;
            }
        }
        return Tensor.of(REFERENCE, DType.F64, matrix.shape(), m);
    }

    private static double dot(double[] m, int a, int b, int width) {
        return IntStream.range(0, width)
                .mapToDouble(i -> m[a * width + i] * m[b * width + i])
                .sum();
    }

    @Property
    void exactlyAsManyTripletsAreKeptAndTheBest(
            @ForAll("scores") double[] scores, @ForAll @IntRange(min = 0, max = 40) int asked) {
        int count = Math.min(asked, scores.length);
        boolean[] kept = TopTriplets.of(scores, count);
        assertThat(IntStream.range(0, kept.length).filter(j -> kept[j]).count()).isEqualTo(count);
        for (int i = 0; i < kept.length; i++) {
            for (int j = 0; j < kept.length; j++) {
                if (kept[i] && !kept[j]) {
                    assertThat(scores[i] > scores[j] || (scores[i] == scores[j] && i < j))
                            .isTrue();
                }
            }
        }
    }

    /** Few different values, so that there are ties; sometimes a single one. */
    @Provide
    Arbitrary<double[]> scores() {
        return Arbitraries.of(0, 1, 3)
                .flatMap(range -> Arbitraries.integers()
                        .between(-range, range)
                        .map(Double::valueOf)
                        .list()
                        .ofMaxSize(40))
                .map(list -> list.stream().mapToDouble(score -> score).toArray());
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theScoresReachTheirCorners(@ForAll("scores") double[] scores) {
        Corners.atLeast(1, "none", scores.length == 0);
        Corners.atLeast(2, "one", scores.length == 1);
        Corners.atLeast(40, "ties", Arrays.stream(scores).distinct().count() < scores.length);
        Corners.atLeast(
                10,
                "all equal",
                scores.length > 1 && Arrays.stream(scores).distinct().count() == 1);
    }

    @Test
    void scoresThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() -> TopTriplets.of(new double[] {1, Double.NaN}, 1))
                .hasMessageContaining("diverged");
    }

    @Test
    void phasesAreHalfOpenAndNumbersAreDrawnInsideThemOnly() {
        DrawCounter backend = new DrawCounter(REFERENCE);
        Chain model = new Chain(backend, DType.F64, 1, 4, 5, 3);
        AdaptedModel adapted = attach(model, Map.of("rank", "2"));
        SaLora salora = controller(adapted);
        Rig rig = new Rig(salora, backend, 3, 20, .01);
        Tensor x = model.normal(9, 1, Shape.of(2, 4));
        for (int step = 0; step < 20; step++) {
            int before = backend.draws();
            assertThat(adapted.retained().triplets()).isEqualTo(step < 10 ? 4 : 2);
            rig.step(() -> model.loss(x, model.normal(8, 1, Shape.of(2, 3)), model.training(2, 0)));
            boolean drawn = backend.draws() > before;
            assertThat(drawn).as("draws in step %d", step).isEqualTo(step >= 4 && step < 10);
        }
        assertThat(salora.report().get("density")).isEqualTo(.5);
        salora.finish();
    }

    /** Before the gates open, a step is plain LoRA's to the last bit. */
    @Test
    void theFirstPhaseIsPlainLora() {
        Chain one = new Chain(REFERENCE, DType.F64, 1, 4, 5, 3);
        Chain other = new Chain(REFERENCE, DType.F64, 1, 4, 5, 3);
        AdaptedModel salora = attach(one, Map.of("rank", "2", "beta", "0"));
        AdaptedModel lora = LoraMethod.standard().with(Map.of("rank", "2")).attach(other, new Method.Run(7, 0));
        Rig first = new Rig(salora.controller(), REFERENCE, 3, 50, .01);
        Rig second = new Rig(lora.controller(), REFERENCE, 3, 50, .01);
        Tensor x = one.normal(9, 1, Shape.of(2, 4));
        Tensor target = one.normal(8, 1, Shape.of(2, 3));
        for (int step = 0; step < 10; step++) {
            first.step(() -> one.loss(x, target, one.training(2, 0)));
            second.step(() -> other.loss(x, target, other.training(2, 0)));
        }
        assertThat(one.numbers(x)).isEqualTo(other.numbers(x));
        first.step(() -> one.loss(x, target, one.training(2, 0)));
        second.step(() -> other.loss(x, target, other.training(2, 0)));
        assertThat(one.numbers(x)).isNotEqualTo(other.numbers(x));
    }

    @Test
    void gatesAreAlikeForAllRowsOfABatchAndAllMicroBatches() {
        Chain model = new Chain(REFERENCE, DType.F64, 1, 4, 3);
        AdaptedModel adapted = attach(model, Map.of("rank", "3", "start", "0", "spread", "3"));
        randomB(model, adapted);
        Rig rig = new Rig(adapted.controller(), REFERENCE, 3, 20, .01);
        adapted.controller().beforeStep(rig.clock());
        double[] row = model.normal(9, 1, Shape.of(1, 4)).toDoubles();
        double[] three = IntStream.range(0, 12).mapToDouble(i -> row[i % 4]).toArray();
        Tensor batch = Tensor.of(REFERENCE, DType.F64, Shape.of(3, 4), three);
        double[] y = model.apply(Variable.constant(batch), model.training(3, 0))
                .data()
                .toDoubles();
        double[] again = model.apply(Variable.constant(batch), model.training(3, 0))
                .data()
                .toDoubles();
        assertThat(again).isEqualTo(y);
        for (int i = 3; i < 9; i++) {
            assertThat(y[i]).isEqualTo(y[i % 3]);
        }
        // the next step draws others
        Tensor numbers = Tensor.ofLongs(REFERENCE, Shape.of(2), 3, 1);
        Draw next = new Draw(numbers, 0, Tensor.ofLongs(REFERENCE, Shape.of(1), 0));
        adapted.controller().beforeStep(new Clock(1, 20, rig.clock().rate(), next));
        assertThat(model.apply(Variable.constant(batch), model.training(3, 0))
                        .data()
                        .toDoubles())
                .isNotEqualTo(y);
    }

    @Test
    void groupsHaveTheirOwnRatesAndOnlyAdaptersDecayAndAreClipped() {
        Chain model = new Chain(REFERENCE, DType.F64, 1, 4, 3);
        SaLoraMethod method = SaLoraMethod.paper();
        Method asked = method.with(Map.of("rank", "2", "gate-rate", ".03"));
        AdaptedModel adapted = asked.attach(model, new Method.Run(7, .25));
        List<ParameterGroup> groups = adapted.controller().parameterGroups();
        assertThat(groups).extracting(ParameterGroup::name).containsExactly("adapters", "gates", "multiplier");
        assertThat(groups).extracting(ParameterGroup::weightDecay).containsExactly(.25, 0.0, 0.0);
        assertThat(groups).extracting(ParameterGroup::clip).containsExactly(true, false, false);
        assertThat(groups).extracting(ParameterGroup::ascent).containsExactly(false, false, true);
        assertThat(groups)
                .extracting(ParameterGroup::rate)
                .containsExactly(new Rate.Scheduled(1), new Rate.Constant(.03), new Rate.Constant(.03));
        assertThat(groups.getFirst().parameters().values())
                .containsExactlyElementsOf(
                        adapted.adapters().getFirst().parameters().values());
    }
}
