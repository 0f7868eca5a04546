package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

/** The default bodies of the fused operations against their formulas written as plain loops over doubles. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class FusedOperationsPropertyTest {
    private static final double EXACT = 1e-12;

    private final Backend backend = new ReferenceBackend();

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void softmaxIsTheNormalisedExponential(@ForAll Shape rows, @ForAll Layout layout, @ForAll long seed) {
        Shape shape = atLeastOneAxis(rows);
        Samples samples = new Samples(backend, seed);
        Tensor x = samples.of(DType.F64, shape, layout);
        Tensor mask = seed % 3 == 0 ? null : samples.mask(DType.F64, shape, Layout.ROW_MAJOR);
        Tensor y = samples.room(DType.F64, shape);
        backend.softmax(x, mask, y);
        double[] keep = new double[Math.toIntExact(shape.size())];
        Arrays.fill(keep, 1);
        double[] expected = softmax(x.toDoubles(), mask == null ? keep : mask.toDoubles(), shape.dim(-1));
        assertThat(y.toDoubles()).containsExactly(expected, within(EXACT));
    }

    private static Shape atLeastOneAxis(Shape shape) {
        return shape.rank() == 0 ? Shape.of(1) : shape;
    }

    static double[] softmax(double[] x, double[] keep, int width) {
        double[] y = new double[x.length];
        for (int row = 0; row < x.length; row += width) {
            double sum = 0;
            for (int i = row; i < row + width; i++) {
                sum += keep[i] * Math.exp(x[i]);
            }
            for (int i = row; i < row + width; i++) {
                y[i] = sum == 0 ? 0 : keep[i] * Math.exp(x[i]) / sum;
            }
        }
        return y;
    }

    @Test
    void aRowWithEverythingMaskedGivesZeroAndGradientZero() {
        Tensor x = Tensor.of(backend, Shape.of(2, 3), 1e4f, -1e4f, 3, 1, 2, 3);
        Tensor mask = Tensor.of(backend, Shape.of(2, 3), 0, 0, 0, 0, 1, 0);
        Tensor y = Tensor.zeros(backend, DType.F32, Shape.of(2, 3));
        backend.softmax(x, mask, y);
        assertThat(y.toDoubles()).containsExactly(0, 0, 0, 0, 1, 0);
        Tensor dX = Tensor.zeros(backend, DType.F32, Shape.of(2, 3));
        backend.softmaxBackward(y, x, dX);
        assertThat(dX.toDoubles()).containsExactly(new double[6], within(0.0));
    }

    @Test
    void softmaxOfLargeNumbersDoesNotOverflow() {
        Tensor x = Tensor.of(backend, Shape.of(3), 3e38f, 3e38f, -3e38f);
        Tensor y = Tensor.zeros(backend, DType.F32, Shape.of(3));
        backend.softmax(x, null, y);
        assertThat(y.toDoubles()).containsExactly(0.5, 0.5, 0);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void layerNormCentresAndScales(
            @ForAll Shape rows,
            @ForAll Layout layout,
            @ForAll @DoubleRange(min = 0.01, max = 0.1) double epsilon,
            @ForAll long seed) {
        Shape shape = atLeastOneAxis(rows);
        int c = shape.dim(-1);
        Samples samples = new Samples(backend, seed);
        Tensor x = samples.of(DType.F64, shape, layout);
        Tensor gamma = samples.of(DType.F64, Shape.of(c), Layout.ROW_MAJOR);
        Tensor beta = samples.of(DType.F64, Shape.of(c), Layout.ROW_MAJOR);
        Tensor y = samples.room(DType.F64, shape);
        Tensor mean = samples.room(DType.F64, shape.with(-1, 1));
        Tensor rstd = samples.room(DType.F64, shape.with(-1, 1));
        backend.layerNorm(x, gamma, beta, epsilon, y, mean, rstd);
        double[] in = x.toDoubles();
        double[] expected = new double[in.length];
        for (int row = 0; row < in.length; row += c) {
            double[] part = Arrays.copyOfRange(in, row, row + c);
            double average = Arrays.stream(part).sum() / c;
            double variance =
                    Arrays.stream(part).map(v -> (v - average) * (v - average)).sum() / c;
            for (int i = 0; i < c; i++) {
                double n = (part[i] - average) / Math.sqrt(variance + epsilon);
                expected[row + i] = n * gamma.toDoubles()[i] + beta.toDoubles()[i];
            }
            assertThat(mean.toDoubles()[row / c]).isCloseTo(average, within(EXACT));
            assertThat(rstd.toDoubles()[row / c]).isCloseTo(1 / Math.sqrt(variance + epsilon), within(1e-9));
        }
        assertThat(y.toDoubles()).containsExactly(expected, within(1e-9));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void attentionMixesTheValues(
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll @IntRange(max = 5) int t,
            @ForAll @IntRange(max = 5) int s,
            @ForAll @IntRange(min = 1, max = 4) int d,
            @ForAll @DoubleRange(max = 0.9) double p,
            @ForAll long seed) {
        int heads = 2;
        double scale = 0.7;
        Samples samples = new Samples(backend, seed);
        // split from [B, T, H, D] as in a transformer
        Tensor q = samples.of(DType.F64, Shape.of(batch, t, heads, d), Layout.ROW_MAJOR)
                .transpose(1, 2);
        Tensor k = samples.of(DType.F64, Shape.of(batch, s, heads, d), Layout.ROW_MAJOR)
                .transpose(1, 2);
        Tensor v = samples.of(DType.F64, Shape.of(batch, s, heads, d), Layout.ROW_MAJOR)
                .transpose(1, 2);
        Shape square = Shape.of(batch, heads, t, s);
        Tensor mask = samples.mask(DType.F64, Shape.of(batch, 1, 1, s), Layout.ROW_MAJOR)
                .expand(square);
        Draw draw = samples.draw(batch);
        Tensor out = samples.room(DType.F64, q.shape());
        Tensor probabilities = samples.room(DType.F64, square);
        backend.attention(q, k, v, mask, scale, new Backend.Dropout(p, draw), out, probabilities);

        double[] scores = q.matmul(k.transpose(-1, -2)).toDoubles();
        double[] expected =
                softmax(Arrays.stream(scores).map(score -> scale * score).toArray(), mask.toDoubles(), s);
        assertThat(probabilities.toDoubles()).containsExactly(expected, within(EXACT));
        for (int i = 0; i < expected.length; i++) {
            int example = i / (heads * t * s);
            expected[i] *= kept(draw, example, i % (heads * t * s), p);
        }
        Tensor dropped = Tensor.of(backend, DType.F64, square, expected);
        assertThat(out.toDoubles()).containsExactly(dropped.matmul(v).toDoubles(), within(EXACT));
    }

    /** The factor of dropout for one element. */
    private static double kept(Draw draw, int row, long position, double p) {
        long[] clock = draw.clock().toLongs();
        double u = Philox.uniform(
                clock[0], draw.stream(), clock[1], draw.examples().toLongs()[row], position);
        return u >= p ? 1 / (1 - p) : 0;
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void dropoutKeepsAnElementByItsUniformNumber(
            @ForAll Shape rows, @ForAll Layout layout, @ForAll @DoubleRange(max = 0.99) double p, @ForAll long seed) {
        Shape shape = atLeastOneAxis(rows);
        Samples samples = new Samples(backend, seed);
        Tensor x = samples.of(DType.F64, shape, layout);
        Draw draw = samples.draw(shape.dim(0));
        Tensor y = samples.room(DType.F64, shape);
        backend.dropout(x, new Backend.Dropout(p, draw), y);
        double[] expected = x.toDoubles();
        int each = expected.length / Math.max(1, shape.dim(0));
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= kept(draw, i / each, i % each, p);
        }
        assertThat(y.toDoubles()).containsExactly(expected, within(EXACT));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void anExampleDrawsTheSameNumbersInEveryBatch(@ForAll @IntRange(min = 1, max = 9) int width, @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        Draw draw = samples.draw(6);
        Tensor whole = samples.room(DType.F32, Shape.of(6, 2, width));
        backend.uniform(draw, whole);
        Draw later = new Draw(draw.clock(), draw.stream(), draw.examples().slice(0, 2, 5));
        Tensor part = samples.room(DType.F32, Shape.of(3, 2, width));
        backend.uniform(later, part);
        assertThat(part.toDoubles()).containsExactly(whole.slice(0, 2, 5).toDoubles());
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void crossEntropyIsMinusTheLogProbabilityOfTheTarget(
            @ForAll @IntRange(max = 6) int n, @ForAll @IntRange(min = 1, max = 40) int v, @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        Tensor logits = samples.of(DType.F64, Shape.of(n, v), Layout.INSET);
        Tensor targets = samples.ids(Shape.of(n), -2, v);
        Tensor dLosses = samples.of(DType.F64, Shape.of(n), Layout.ROW_MAJOR);
        Tensor losses = samples.room(DType.F64, Shape.of(n));
        Tensor dLogits = samples.room(DType.F64, Shape.of(n, v));
        backend.crossEntropy(logits, targets, losses);
        backend.crossEntropyBackward(logits, targets, dLosses, dLogits);
        double[] keep = new double[n * v];
        Arrays.fill(keep, 1);
        double[] probabilities = softmax(logits.toDoubles(), keep, v);
        for (int row = 0; row < n; row++) {
            int target = (int) targets.toLongs()[row];
            double loss = target < 0 ? 0 : -Math.log(probabilities[row * v + target]);
            assertThat(losses.toDoubles()[row]).isCloseTo(loss, within(EXACT));
            for (int i = 0; i < v; i++) {
                double slope = target < 0 ? 0 : probabilities[row * v + i] - (i == target ? 1 : 0);
                double expected = slope * dLosses.toDoubles()[row];
                assertThat(dLogits.toDoubles()[row * v + i]).isCloseTo(expected, within(EXACT));
            }
        }
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void adamWFollowsItsFormula(@ForAll Shape shape, @ForAll @IntRange(min = 1, max = 4) int steps, @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        Backend.AdamW settings = new Backend.AdamW(0.9, 0.99, 1e-8, 0.1);
        double rate = 0.01;
        Tensor weight = samples.of(DType.F64, shape, Layout.ROW_MAJOR);
        Tensor m = Tensor.zeros(backend, DType.F64, shape);
        Tensor v = Tensor.zeros(backend, DType.F64, shape);
        double[] w = weight.toDoubles();
        double[] first = new double[w.length];
        double[] second = new double[w.length];
        for (int step = 1; step <= steps; step++) {
            Tensor gradient = samples.of(DType.F64, shape, Layout.ROW_MAJOR);
            double[] g = gradient.toDoubles();
            double correction1 = 1 - Math.pow(0.9, step);
            double correction2 = 1 - Math.pow(0.99, step);
            Tensor corrections = Tensor.of(backend, DType.F64, Shape.of(2), correction1, correction2);
            backend.adamW(weight, gradient, m, v, Tensor.scalar(backend, DType.F64, rate), corrections, settings);
            for (int i = 0; i < w.length; i++) {
                first[i] = 0.9 * first[i] + 0.1 * g[i];
                second[i] = 0.99 * second[i] + 0.01 * g[i] * g[i];
                double direction = first[i] / correction1 / (Math.sqrt(second[i] / correction2) + 1e-8);
                w[i] -= rate * (0.1 * w[i] + direction);
            }
        }
        assertThat(weight.toDoubles()).containsExactly(w, within(EXACT));
        assertThat(m.toDoubles()).containsExactly(first, within(EXACT));
        assertThat(v.toDoubles()).containsExactly(second, within(EXACT));
    }
}
