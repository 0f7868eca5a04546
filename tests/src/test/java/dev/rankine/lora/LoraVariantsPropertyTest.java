package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.GradientCheck;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.Svd;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** LoRA's other beginnings, and LoRA+. */
class LoraVariantsPropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Method.Run RUN = new Method.Run(5, 0);

    @TempDir
    Path temporary;

    /** A matrix and the scale of its adapter. */
    record Case(int inputs, int outputs, int rank, double scale, LoraStart start, long seed) {
        Chain model() {
            return new Chain(REFERENCE, DType.F64, seed, inputs, outputs);
        }

        Lora attach(Chain model) {
            LinearSite site = model.sites().linear().getFirst();
            Lora lora = Lora.start(site, rank, scale, 0, start, seed);
            lora.attach();
            return lora;
        }

        Tensor x(Chain model) {
            return model.normal(77, 1, Shape.of(3, inputs));
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> width = Arbitraries.integers().between(1, 9);
        Arbitrary<Double> scale = Arbitraries.of(.3, 1.0, 2.0, 16.0 / 7);
        return Combinators.combine(width, width, width, scale, Arbitraries.of(LoraStart.values()), Arbitraries.longs())
                .as((i, o, r, s, start, seed) -> new Case(i, o, Math.min(r, Math.min(i, o)), s, start, seed))
                .filter(c -> c.start() != LoraStart.ORTHOGONAL || c.rank() % 2 == 0)
                .withoutEdgeCases();
    }

    @Property
    void everyBeginningLeavesTheModelAsItWas(@ForAll("cases") Case c) {
        Chain model = c.model();
        double[] before = model.numbers(c.x(model));
        c.attach(model);
        if (c.start() == LoraStart.ORTHOGONAL) {
            assertThat(model.numbers(c.x(model))).containsExactly(before, within(1e-14));
        } else {
            assertThat(model.numbers(c.x(model))).isEqualTo(before);
        }
    }

    @Property
    void beginningsInTheWeightsTrainAPartOfThem(@ForAll("cases") Case c) {
        Lora lora = c.attach(c.model());
        Matrix w0 = Matrix.of(lora.site().weight().data());
        double[] part = part(lora);
        double[] rest = w0.toArray();
        Arrays.setAll(rest, i -> rest[i] - part[i]);
        Matrix left = Matrix.of(c.outputs(), c.inputs(), rest);
        Matrix a = Matrix.of(lora.a().data());
        Matrix b = Matrix.of(lora.b().data());
        switch (c.start()) {
            case PISSA, PISSA_FAST -> {
                double[] nearest = Svd.of(w0).truncated(c.rank()).product().toArray();
                assertThat(part).containsExactly(nearest, within(1e-8));
                assertThat(left.times(a.transpose()).largest()).isLessThan(1e-8);
                assertThat(left.transpose().times(b).largest()).isLessThan(1e-8);
            }
            case OLORA -> {
                assertOrthonormal(b);
                for (int row = 0; row < a.rows(); row++) {
                    for (int column = 0; column < row; column++) {
                        assertThat(a.get(row, column)).isZero();
                    }
                }
                // B B^T W0 is what projects W0 on the columns of B, and it is B A
                double[] projected = b.times(b.transpose().times(w0)).toArray();
                assertThat(b.times(a).toArray()).containsExactly(projected, within(1e-10));
            }
            case ORTHOGONAL -> {
                assertThat(b.times(a).largest()).isLessThan(1e-14);
                assertThat(a.largest()).isPositive();
                assertThat(b.largest()).isPositive();
            }
            case UNIFORM, GAUSSIAN -> {
                assertThat(b.largest()).isZero();
                assertThat(a.largest()).isPositive();
            }
        }
    }

    /** s B A. */
    private static double[] part(Lora lora) {
        double[] product =
                Matrix.of(lora.b().data()).times(Matrix.of(lora.a().data())).toArray();
        return Arrays.stream(product).map(v -> lora.scale() * v).toArray();
    }

    private static void assertOrthonormal(Matrix columns) {
        Matrix gram = columns.transpose().times(columns);
        for (int i = 0; i < gram.rows(); i++) {
            for (int j = 0; j < gram.columns(); j++) {
                assertThat(gram.get(i, j)).isCloseTo(i == j ? 1 : 0, within(1e-12));
            }
        }
    }

    /** delta W = s (B A - B0 A0), as forward pass, as merged weight and as factors of the original weight. */
    @Property
    void theTrainedChangeIsOneOfTheOriginalWeight(@ForAll("cases") Case c) {
        Chain model = c.model();
        Lora lora = c.attach(model);
        double[] began = part(lora);
        lora.a().data().write(model.normal(70, 1, lora.a().shape()).toDoubles());
        lora.b().data().write(model.normal(71, 1, lora.b().shape()).toDoubles());
        double[] now = part(lora);
        double[] delta = lora.delta().toDoubles();
        for (int i = 0; i < delta.length; i++) {
            assertThat(delta[i]).isCloseTo(now[i] - (c.start().changesWeights() ? began[i] : 0), within(1e-9));
        }
        assertThat(lora.export().rank()).isEqualTo(c.start().changesWeights() ? 2 * c.rank() : c.rank());
        double[] adapted = model.numbers(c.x(model));
        List<double[]> frozen = model.frozen();
        try (Merge _ = Merge.of(List.of(lora))) {
            assertThat(model.numbers(c.x(model))).containsExactly(adapted, within(1e-9));
        }
        assertThat(model.numbers(c.x(model))).isEqualTo(adapted);
        assertThat(model.frozen().getFirst()).isEqualTo(frozen.getFirst());
    }

    @Property(tries = 100)
    void theInputsGradientPassesBothPairs(@ForAll("cases") Case c) {
        Chain model = c.model();
        Lora lora = c.attach(model);
        lora.a().data().write(model.normal(70, 1, lora.a().shape()).toDoubles());
        lora.b().data().write(model.normal(71, 1, lora.b().shape()).toDoubles());
        GradientCheck.check(
                "lora from " + c.start(),
                in -> lora.linear(lora.site(), in[0], Pass.inference()),
                c.seed(),
                c.x(model));
    }

    @Test
    void gaussiansHaveTheDeviationOfOneOverTheRank() {
        Chain model = new Chain(REFERENCE, DType.F64, 1, 200, 200);
        LinearSite site = model.sites().linear().getFirst();
        for (int rank : new int[] {1, 4, 50}) {
            double[] a = Lora.start(site, rank, 1, 0, LoraStart.GAUSSIAN, 3)
                    .a()
                    .data()
                    .toDoubles();
            double variance = Arrays.stream(a).map(v -> v * v).average().orElse(0) * rank * rank;
            assertThat(variance).isCloseTo(1, within(4 * Math.sqrt(2.0 / a.length)));
            assertThat(Arrays.stream(a).average().orElse(1) * rank).isCloseTo(0, within(4 / Math.sqrt(a.length)));
        }
    }

    @Test
    void anOddRankCannotBeginOrthogonal() {
        assertThatThrownBy(() -> LoraMethod.standard().with(Map.of("start", "orthogonal", "rank", "3")))
                .hasMessageContaining("even rank, got 3");
    }

    /** PEFT knows nothing of the second pair: the folder holds [A; A0] and s [B, -B0]. */
    @ParameterizedTest
    @EnumSource(LoraStart.class)
    void theFolderHoldsTheWholeChange(LoraStart start) {
        Chain model = new Chain(REFERENCE, DType.F32, 2, 6, 7, 5);
        Map<String, String> settings =
                Map.of("rank", "2", "start", start.name().toLowerCase().replace('_', '-'));
        AdaptedModel adapted = LoraMethod.standard().with(settings).attach(model, RUN);
        Rig rig = new Rig(adapted.controller(), REFERENCE, 5, 5, .1);
        Tensor x = model.normal(50, 1, Shape.of(4, 6));
        while (rig.at() < 5) {
            rig.step(() -> model.loss(x, model.normal(51, 1, Shape.of(4, 5)), model.training(4, rig.at())));
        }
        double[] trained = model.numbers(x);
        PeftFolder.save(temporary.resolve("adapter"), adapted, BaseModel.at("chain"));
        Chain fresh = new Chain(REFERENCE, DType.F32, 2, 6, 7, 5);
        assertThat(fresh.numbers(x)).isNotEqualTo(trained);
        PeftFolder.load(temporary.resolve("adapter"), REFERENCE).attach(fresh, RUN);
        assertThat(fresh.numbers(x)).containsExactly(trained, within(1e-5));
    }

    @Test
    void trainedFactorsTakeThePlaceOfTheWholeBeginning() {
        Chain model = new Chain(REFERENCE, DType.F64, 2, 6, 7);
        LinearSite site = model.sites().linear().getFirst();
        Lora lora = Lora.start(site, 2, 3, 0, LoraStart.PISSA, 1);
        PlainFactors other =
                new PlainFactors(site.path(), model.normal(60, 1, Shape.of(2, 6)), model.normal(61, 1, Shape.of(7, 2)));
        lora.startFrom(other);
        assertThat(lora.delta().toDoubles()).containsExactly(other.delta().toDoubles(), within(1e-12));
        assertThat(lora.state()).isEmpty();
    }

    /** Adam's first step has the length of the rate. */
    @Test
    void inLoraPlusBMovesFasterThanA() {
        Chain model = new Chain(REFERENCE, DType.F64, 2, 6, 7);
        Map<String, String> settings = Map.of("rank", "2", "start", "olora", "b-rate-ratio", "16");
        AdaptedModel adapted = LoraMethod.standard().with(settings).attach(model, RUN);
        Lora lora = (Lora) adapted.adapters().getFirst();
        double[] a = lora.a().data().toDoubles();
        double[] b = lora.b().data().toDoubles();
        Rig rig = new Rig(adapted.controller(), REFERENCE, 5, 5, .001);
        Tensor x = model.normal(50, 1, Shape.of(4, 6));
        rig.step(() -> model.loss(x, model.normal(51, 1, Shape.of(4, 7)), model.training(4, 0)));
        assertMoved(lora.a().data().toDoubles(), a, .001);
        assertMoved(lora.b().data().toDoubles(), b, .016);
        assertThatThrownBy(() -> LoraMethod.standard().with(Map.of("b-rate-ratio", "0")))
                .hasMessageContaining("above 0");
    }

    private static void assertMoved(double[] now, double[] before, double by) {
        for (int i = 0; i < now.length; i++) {
            assertThat(Math.abs(now[i] - before[i])).isCloseTo(by, within(1e-3 * by));
        }
    }
}
