package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;
import org.junit.jupiter.api.Test;

/** DoRA: W' = diag(m / n) V', its norms without a product of full size, its two gradients. */
class DoraPropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    /** One adapted matrix; the first row of W0 may be zeros. */
    record Case(int inputs, int outputs, int rank, double scale, boolean zeroRow, boolean bias, long seed) {
        Tensor normal(long stream, Shape shape) {
            double[] values = new double[Math.toIntExact(shape.size())];
            Arrays.setAll(values, i -> Philox.normal(seed, stream, 0, 0, i));
            return Tensor.of(REFERENCE, DType.F64, shape, values);
        }

        double[] w0() {
            double[] w0 = normal(1, Shape.of(outputs, inputs)).toDoubles();
            Arrays.fill(w0, 0, zeroRow ? inputs : 0, 0);
            return w0;
        }

        LinearSite site() {
            Tensor w0 = Tensor.of(REFERENCE, DType.F64, Shape.of(outputs, inputs), w0());
            Variable b = bias ? Variable.constant(normal(2, Shape.of(outputs))) : null;
            return new LinearSite("fc", Variable.constant(w0), b);
        }

        Tensor a() {
            return normal(3, Shape.of(rank, inputs));
        }

        Tensor b() {
            return normal(4, Shape.of(outputs, rank));
        }

        Tensor x() {
            return normal(5, Shape.of(3, inputs));
        }

        Tensor m() {
            return normal(6, Shape.of(outputs));
        }

        Dora dora(Dora.Norm norm) {
            Dora dora = new Dora(site(), a(), b(), m(), scale, 0, norm);
            dora.attach();
            return dora;
        }

        /** V' = W0 + s B A, loop by loop. */
        double[] direction() {
            double[] v = w0();
            double[] a = a().toDoubles();
            double[] b = b().toDoubles();
            for (int place = 0; place < v.length; place++) {
                for (int j = 0; j < rank; j++) {
                    v[place] += scale * b[place / inputs * rank + j] * a[j * inputs + place % inputs];
                }
            }
            return v;
        }

        double[] norms() {
            double[] v = direction();
            double[] norms = new double[outputs];
            for (int k = 0; k < outputs; k++) {
                double square = 0;
                for (int i = 0; i < inputs; i++) {
                    square += v[k * inputs + i] * v[k * inputs + i];
                }
                norms[k] = Math.sqrt(square);
            }
            return norms;
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> width = Arbitraries.integers().between(1, 8);
        Arbitrary<Boolean> either = Arbitraries.of(true, false);
        return Combinators.combine(
                        width, width, width, Arbitraries.of(.25, 1.0, 2.0), either, either, Arbitraries.longs())
                .as((i, o, r, s, zero, bias, seed) -> new Case(i, o, Math.min(r, Math.min(i, o)), s, zero, bias, seed))
                .withoutEdgeCases();
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theCasesReachTheirCorners(@ForAll("cases") Case c) {
        Corners.atLeast(10, "rank 1", c.rank() == 1);
        Corners.atLeast(10, "full rank", c.rank() > 1 && c.rank() == Math.min(c.inputs(), c.outputs()));
        Corners.atLeast(30, "a row of W0 without length", c.zeroRow());
        Corners.atLeast(30, "no bias", !c.bias());
    }

    /** Cases whose norms the cheap formula can tell from 0. */
    @Provide
    Arbitrary<Case> wellApart() {
        return cases().filter(c -> {
            double[] norms = c.norms();
            double[] w0 = c.w0();
            for (int k = 0; k < norms.length; k++) {
                double square = 0;
                for (int i = 0; i < c.inputs(); i++) {
                    square += w0[k * c.inputs() + i] * w0[k * c.inputs() + i];
                }
                if (norms[k] < .01 * Math.sqrt(square) || norms[k] < 1e-6) {
                    return false;
                }
            }
            return true;
        });
    }

    /** No row is so short that differences see the curvature of 1/n, which grows with the cube of 1/n. */
    @Provide
    Arbitrary<Case> smooth() {
        return wellApart().filter(c -> Arrays.stream(c.norms()).allMatch(n -> n >= 1));
    }

    @Property
    void theStartComputesWhatTheModelDid(@ForAll("cases") Case c) {
        LinearSite site = c.site();
        double[] before = output(site, c.x());
        Dora dora = Dora.start(site, c.rank(), c.scale(), 0, Dora.Norm.DETACHED, c.seed());
        dora.attach();
        assertThat(output(site, c.x())).containsExactly(before, within(1e-6));
        assertThat(dora.delta().toDoubles()).containsOnly(new double[] {0}, within(1e-6));
        for (int k = 0; k < c.outputs(); k++) {
            double[] row = Arrays.copyOfRange(c.w0(), k * c.inputs(), (k + 1) * c.inputs());
            double length = Math.sqrt(Arrays.stream(row).map(v -> v * v).sum());
            assertThat(dora.magnitude().data().toDoubles()[k]).isCloseTo(length, within(1e-12));
        }
    }

    @Property
    void theForwardPassIsTheFormula(@ForAll("wellApart") Case c) {
        double[] v = c.direction();
        double[] n = c.norms();
        double[] m = c.m().toDoubles();
        double[] x = c.x().toDoubles();
        Dora dora = c.dora(Dora.Norm.DETACHED);
        double[] bias = c.bias() ? dora.site().bias().data().toDoubles() : new double[c.outputs()];
        double[] y = new double[3 * c.outputs()];
        for (int place = 0; place < y.length; place++) {
            int row = place / c.outputs();
            int k = place % c.outputs();
            for (int i = 0; i < c.inputs(); i++) {
                y[place] += x[row * c.inputs() + i] * m[k] / n[k] * v[k * c.inputs() + i];
            }
            y[place] += bias[k];
        }
        assertThat(output(dora.site(), c.x())).containsExactly(y, within(1e-8));
    }

    @Property
    void theRowsOfTheMergedWeightAreAsLongAsTheMagnitudes(@ForAll("wellApart") Case c) {
        Dora dora = c.dora(Dora.Norm.DETACHED);
        double[] merged = dora.mergedWeight().toDoubles();
        double[] m = c.m().toDoubles();
        for (int k = 0; k < c.outputs(); k++) {
            double square = 0;
            for (int i = 0; i < c.inputs(); i++) {
                square += merged[k * c.inputs() + i] * merged[k * c.inputs() + i];
            }
            assertThat(Math.sqrt(square)).isCloseTo(Math.abs(m[k]), within(1e-8));
        }
    }

    @Property
    void theMergedWeightComputesTheSameAndUnmergingRestoresEveryBit(@ForAll("cases") Case c) {
        Dora dora = c.dora(Dora.Norm.DETACHED);
        double[] w0 = dora.site().weight().data().toDoubles();
        double[] adapted = output(dora.site(), c.x());
        try (Merge _ = Merge.of(List.of(dora))) {
            double largest = Arrays.stream(adapted).map(Math::abs).max().orElse(0);
            assertThat(output(dora.site(), c.x())).containsExactly(adapted, within(1e-9 * Math.max(1, largest)));
        }
        assertThat(output(dora.site(), c.x())).isEqualTo(adapted);
        assertThat(dora.site().weight().data().toDoubles()).isEqualTo(w0);
    }

    /** Without the bias the output is of the first degree in m. */
    @Property
    void twiceTheMagnitudeGivesTwiceTheOutput(@ForAll("cases") Case c) {
        Case bare = new Case(c.inputs(), c.outputs(), c.rank(), c.scale(), c.zeroRow(), false, c.seed());
        Dora dora = bare.dora(Dora.Norm.EXACT);
        double[] once = output(dora.site(), bare.x());
        dora.magnitude()
                .data()
                .write(Arrays.stream(bare.m().toDoubles()).map(v -> 2 * v).toArray());
        double[] twice = Arrays.stream(once).map(v -> 2 * v).toArray();
        assertThat(output(dora.site(), bare.x())).isEqualTo(twice);
    }

    @Property
    void theExactGradientIsThatOfCentralDifferences(@ForAll("smooth") Case c) {
        GradientCheck.check(
                "dora",
                in -> {
                    Dora dora = new Dora(c.site(), in[1], in[2], in[3], c.scale(), 0, Dora.Norm.EXACT);
                    return dora.linear(dora.site(), in[0], Pass.inference());
                },
                c.seed(),
                c.x(),
                c.a(),
                c.b(),
                c.m());
    }

    /** With A = I, r = I and s = 1 the gradient of B is that of V' itself. */
    @Property
    void theExactGradientIsOrthogonalToTheDirectionAndTheDetachedIsItWithoutThatPart(@ForAll("cases") Case c) {
        int inputs = Math.min(c.inputs(), c.outputs());
        Case square = new Case(inputs, c.outputs(), inputs, 1, false, false, c.seed());
        double[] ones = new double[inputs * inputs];
        for (int i = 0; i < inputs; i++) {
            ones[i * inputs + i] = 1;
        }
        Tensor identity = Tensor.of(REFERENCE, DType.F64, Shape.of(inputs, inputs), ones);
        double[] v = square.w0();
        double[] b = square.b().toDoubles();
        Arrays.setAll(v, i -> v[i] + b[i]);
        double[] exact = gradientOfB(square, identity, Dora.Norm.EXACT);
        double[] detached = gradientOfB(square, identity, Dora.Norm.DETACHED);
        for (int k = 0; k < square.outputs(); k++) {
            double along = 0;
            double length = 0;
            double alongDetached = 0;
            double scale = 1;
            for (int i = k * inputs; i < (k + 1) * inputs; i++) {
                along += exact[i] * v[i];
                alongDetached += detached[i] * v[i];
                length += v[i] * v[i];
                scale = Math.max(scale, Math.abs(detached[i] * v[i]));
            }
            if (length < 1e-4) {
                continue;
            }
            assertThat(along / scale).isCloseTo(0, within(1e-6));
            for (int i = k * inputs; i < (k + 1) * inputs; i++) {
                double projected = detached[i] - alongDetached / length * v[i];
                assertThat(exact[i]).isCloseTo(projected, within(1e-6 * Math.max(1, Math.abs(detached[i]))));
            }
        }
    }

    private static double[] gradientOfB(Case c, Tensor a, Dora.Norm norm) {
        Dora dora = new Dora(c.site(), a, c.b(), c.m(), 1, 0, norm);
        Variable y = dora.linear(dora.site(), Variable.constant(c.x()), Pass.inference());
        y.backward(c.normal(9, y.shape()));
        return dora.b().gradient().toDoubles();
    }

    @Test
    void aRowOfZerosStaysOneAndHasFiniteGradients() {
        Case c = new Case(4, 3, 2, 2, true, true, 5);
        for (Dora.Norm norm : Dora.Norm.values()) {
            Dora dora = Dora.start(c.site(), 2, 2, 0, norm, 1);
            Variable y = dora.linear(dora.site(), Variable.constant(c.x()), Pass.inference());
            y.backward(c.normal(9, y.shape()));
            dora.parameters()
                    .values()
                    .forEach(p -> Arrays.stream(p.gradient().toDoubles())
                            .forEach(g -> assertThat(g).isFinite()));
            assertThat(dora.mergedWeight().slice(0, 0, 1).toDoubles()).containsOnly(0);
        }
    }

    /** Where the change undoes a row, the norm is held above noise. */
    @Test
    void aRowThatIsUndoneKeepsAFiniteOutput() {
        Tensor w0 = Tensor.of(REFERENCE, Shape.of(1, 3), .3f, -.7f, .1f);
        LinearSite site = new LinearSite("fc", Variable.constant(w0), null);
        Tensor a = Tensor.of(REFERENCE, Shape.of(1, 3), .3f, -.7f, .1f);
        Tensor b = Tensor.of(REFERENCE, Shape.of(1, 1), -1f);
        Dora dora = new Dora(site, a, b, Tensor.of(REFERENCE, Shape.of(1), 1f), 1, 0, Dora.Norm.EXACT);
        Variable y =
                dora.linear(site, Variable.constant(Tensor.of(REFERENCE, Shape.of(3), 1f, 2f, 3f)), Pass.inference());
        assertThat(y.data().toDoubles()).containsOnly(new double[] {0}, within(1e-3));
    }

    @Test
    void dropoutTouchesTheAdaptersInputOnlyAndOnlyInTraining() {
        Chain model = new Chain(REFERENCE, DType.F64, 2, 50, 3);
        LinearSite site = model.sites().linear().getFirst();
        Tensor x = model.normal(9, 1, Shape.of(2, 50));
        double[] bare = model.numbers(x);
        Dora quiet = Dora.start(site, 2, 1, .5, Dora.Norm.DETACHED, 3);
        quiet.attach();
        Variable in = Variable.constant(x);
        assertThat(model.apply(in, model.training(2, 0)).data().toDoubles()).containsExactly(bare, within(1e-6));
        quiet.b().data().write(model.normal(11, 1, Shape.of(3, 2)).toDoubles());
        double[] inference = model.numbers(x);
        double[] training = model.apply(in, model.training(2, 0)).data().toDoubles();
        assertThat(training).isNotEqualTo(inference);
        assertThat(model.apply(in, model.training(2, 0)).data().toDoubles()).isEqualTo(training);
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        Case c = new Case(4, 3, 2, 1, false, false, 5);
        assertThatThrownBy(() -> new Dora(c.site(), c.a(), c.b(), c.normal(6, Shape.of(4)), 1, 0, Dora.Norm.EXACT))
                .hasMessageContaining("fc")
                .hasMessageContaining("magnitude [4]");
    }

    private static double[] output(LinearSite site, Tensor x) {
        return site.apply(Variable.constant(x), Pass.inference()).data().toDoubles();
    }
}
