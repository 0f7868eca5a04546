package dev.rankine.tensor;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

/**
 * Every fused operation of every back-end that is ready here, against the reference and against its own default body
 * made of the back-end's primitives.
 */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class FusedParityPropertyTest {
    /** Of sums of many products. */
    static final double LONG_SUMS = 1e-4;

    static void check(long seed, Parity.Computation computation) {
        check(Parity.F32, seed, computation);
    }

    static void check(double tolerance, long seed, Parity.Computation computation) {
        Parity.within(tolerance).check(seed, computation);
        Parity.within(tolerance).checkDefaults(seed, computation);
    }

    private static Shape atLeastOneAxis(Shape shape) {
        return shape.rank() == 0 ? Shape.of(1) : shape;
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void linear(
            @ForAll @IntRange(max = 70) int rows,
            @ForAll @IntRange(max = 70) int inputs,
            @ForAll @IntRange(max = 70) int outputs,
            @ForAll @IntRange(max = 20) int rank,
            @ForAll boolean narrow,
            @ForAll boolean biased,
            @ForAll boolean changed,
            @ForAll Layout layout,
            @ForAll long seed) {
        DType stored = narrow ? DType.BF16 : DType.F32;
        check(LONG_SUMS, seed, samples -> {
            Tensor x = samples.of(DType.F32, Shape.of(rows, inputs), layout);
            Tensor weight = samples.of(stored, Shape.of(outputs, inputs), layout);
            Tensor bias = biased ? samples.of(DType.F32, Shape.of(outputs), layout) : null;
            Backend.LowRankTerm change = changed ? change(samples, rows, outputs, rank, layout) : null;
            Tensor out = samples.room(DType.F32, Shape.of(rows, outputs));
            samples.backend().linear(x, weight, bias, change, out);
            return List.of(out);
        });
    }

    private static Backend.LowRankTerm change(Samples samples, int rows, int outputs, int rank, Layout layout) {
        return new Backend.LowRankTerm(
                samples.of(DType.F32, Shape.of(rows, rank), layout),
                samples.of(DType.F32, Shape.of(outputs, rank), layout));
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void scaledLinear(
            @ForAll @IntRange(max = 70) int rows,
            @ForAll @IntRange(max = 70) int inputs,
            @ForAll @IntRange(max = 70) int outputs,
            @ForAll boolean ofOutputs,
            @ForAll boolean narrow,
            @ForAll boolean changed,
            @ForAll Layout layout,
            @ForAll long seed) {
        check(LONG_SUMS, seed, samples -> {
            Tensor x = samples.of(DType.F32, Shape.of(rows, inputs), layout);
            Tensor weight = samples.of(narrow ? DType.BF16 : DType.F32, Shape.of(outputs, inputs), layout);
            Shape factors = ofOutputs ? Shape.of(outputs, 1) : Shape.of(1, inputs);
            Tensor factor = samples.of(DType.F32, factors, layout);
            Tensor bias = changed ? samples.of(DType.F32, Shape.of(outputs), layout) : null;
            Backend.LowRankTerm change = changed ? change(samples, rows, outputs, 3, layout) : null;
            Tensor out = samples.room(DType.F32, Shape.of(rows, outputs));
            samples.backend().scaledLinear(x, weight, factor, bias, change, out);
            return List.of(out);
        });
    }

    /** Sizes at which k is cut into runs, with the end of the weight and its change in different ones. */
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void linearOfAModel(
            @ForAll @IntRange(min = 770, max = 800) int inputs,
            @ForAll @IntRange(min = 1, max = 40) int rank,
            @ForAll @IntRange(min = 1, max = 60) int rows,
            @ForAll long seed) {
        check(LONG_SUMS, seed, samples -> {
            Tensor x = samples.of(DType.F32, Shape.of(rows, inputs), Layout.ROW_MAJOR);
            Tensor weight = samples.of(DType.F32, Shape.of(33, inputs), Layout.ROW_MAJOR);
            Tensor bias = samples.of(DType.F32, Shape.of(33), Layout.ROW_MAJOR);
            Tensor h = samples.of(DType.F32, Shape.of(rows, rank), Layout.ROW_MAJOR);
            Tensor b = samples.of(DType.F32, Shape.of(33, rank), Layout.ROW_MAJOR);
            Tensor out = samples.room(DType.F32, Shape.of(rows, 33));
            samples.backend().linear(x, weight, bias, new Backend.LowRankTerm(h, b), out);
            return List.of(out);
        });
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void lowRankBackward(
            @ForAll @IntRange(max = 150) int rows,
            @ForAll @IntRange(max = 70) int inputs,
            @ForAll @IntRange(max = 70) int outputs,
            @ForAll @IntRange(max = 20) int rank,
            @ForAll Layout layout,
            @ForAll long seed) {
        check(LONG_SUMS, seed, samples -> lowRankBackward(samples, rows, inputs, outputs, rank, layout));
    }

    /** So many rows that the runs are longer, so many columns that several tasks add them up. */
    @Property(tries = 10, edgeCases = EdgeCasesMode.NONE)
    void lowRankBackwardOfAModel(
            @ForAll @IntRange(min = 1000, max = 1100) int rows,
            @ForAll @IntRange(min = 250, max = 300) int inputs,
            @ForAll long seed) {
        check(10 * LONG_SUMS, seed, samples -> lowRankBackward(samples, rows, inputs, 288, 8, Layout.ROW_MAJOR));
    }

    private static List<Tensor> lowRankBackward(
            Samples samples, int rows, int inputs, int outputs, int rank, Layout layout) {
        Tensor dY = samples.of(DType.F32, Shape.of(rows, outputs), layout);
        Tensor x = samples.of(DType.F32, Shape.of(rows, inputs), layout);
        Tensor t = samples.of(DType.F32, Shape.of(rows, rank), layout);
        Tensor b = samples.of(DType.F32, Shape.of(outputs, rank), layout);
        Tensor dT = samples.room(DType.F32, Shape.of(rows, rank));
        Tensor dA = samples.room(DType.F32, Shape.of(rank, inputs));
        Tensor dB = samples.room(DType.F32, Shape.of(outputs, rank));
        // sums of sums cancel: a small factor keeps what they leave below what rounding allows
        samples.backend().lowRankBackward(dY, x, t, b, 0.01, dT, dA, dB);
        return List.of(dT, dA, dB);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void softmax(
            @ForAll Shape any,
            @ForAll Layout layout,
            @ForAll Layout maskLayout,
            @ForAll boolean masked,
            @ForAll long seed) {
        Shape shape = atLeastOneAxis(any);
        check(seed, samples -> {
            Tensor x = samples.of(DType.F32, shape, layout);
            Tensor mask = masked ? samples.mask(DType.F32, shape, maskLayout) : null;
            Tensor y = samples.room(DType.F32, shape);
            Tensor dX = samples.room(DType.F32, shape);
            samples.backend().softmax(x, mask, y);
            samples.backend().softmaxBackward(y, samples.of(DType.F32, shape, layout), dX);
            return List.of(y, dX);
        });
    }

    /** The mask of a batch's padding, the same for all heads and rows. */
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void softmaxInPlaceWithABroadcastMask(
            @ForAll @IntRange(max = 3) int b, @ForAll @IntRange(max = 40) int s, @ForAll long seed) {
        Shape shape = Shape.of(b, 2, 3, s);
        check(seed, samples -> {
            Tensor x = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
            Tensor mask = samples.mask(DType.F32, Shape.of(b, 1, 1, s), Layout.ROW_MAJOR);
            samples.backend().softmax(x, mask.expand(shape), x);
            return List.of(x);
        });
    }

    /** Rows of one number: what the mean lacks of it is rounding, times rstd and summed over the rows in dGamma. */
    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void layerNorm(
            @ForAll Shape any,
            @ForAll Layout layout,
            @ForAll @DoubleRange(min = 0.05, max = 0.5) double epsilon,
            @ForAll long seed) {
        Shape shape = atLeastOneAxis(any);
        check(LONG_SUMS, seed, samples -> norm(samples, shape, layout, epsilon));
    }

    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void layerNormOfAModel(@ForAll @IntRange(min = 1, max = 5) int rows, @ForAll long seed) {
        check(seed, samples -> norm(samples, Shape.of(2, rows, 259), Layout.ROW_MAJOR, 1e-5));
    }

    private static List<Tensor> norm(Samples samples, Shape shape, Layout layout, double epsilon) {
        Backend backend = samples.backend();
        Shape channels = Shape.of(shape.dim(-1));
        Tensor x = samples.of(DType.F32, shape, layout);
        Tensor gamma = samples.of(DType.F32, channels, Layout.ROW_MAJOR);
        Tensor beta = samples.of(DType.F32, channels, Layout.ROW_MAJOR);
        Tensor dY = samples.of(DType.F32, shape, layout);
        Tensor y = samples.room(DType.F32, shape);
        Tensor mean = samples.room(DType.F32, shape.with(-1, 1));
        Tensor rstd = samples.room(DType.F32, shape.with(-1, 1));
        Tensor dX = samples.room(DType.F32, shape);
        Tensor dGamma = samples.room(DType.F32, channels);
        Tensor dBeta = samples.room(DType.F32, channels);
        backend.layerNorm(x, gamma, beta, epsilon, y, mean, rstd);
        backend.layerNormBackward(x, gamma, mean, rstd, dY, dX);
        backend.layerNormParameters(x, mean, rstd, dY, dGamma, dBeta);
        return List.of(y, mean, rstd, dX, dGamma, dBeta);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void residualNorm(@ForAll Shape any, @ForAll Layout layout, @ForAll boolean dropped, @ForAll long seed) {
        Shape shape = atLeastOneAxis(any);
        check(seed, samples -> residualNorm(samples, shape, layout, dropped, 0.1));
    }

    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void residualNormOfAModel(@ForAll @IntRange(min = 1, max = 5) int rows, @ForAll long seed) {
        check(seed, samples -> residualNorm(samples, Shape.of(2, rows, 1027), Layout.ROW_MAJOR, true, 1e-5));
    }

    private static List<Tensor> residualNorm(
            Samples samples, Shape shape, Layout layout, boolean dropped, double epsilon) {
        Backend backend = samples.backend();
        Shape channels = Shape.of(shape.dim(-1));
        Backend.Dropout dropout = new Backend.Dropout(0.3, samples.draw(shape.dim(0)));
        Tensor x = samples.of(DType.F32, shape, layout);
        Tensor f = samples.of(DType.F32, shape, layout);
        Tensor gamma = samples.of(DType.F32, channels, Layout.ROW_MAJOR);
        Tensor beta = samples.of(DType.F32, channels, Layout.ROW_MAJOR);
        Tensor dY = samples.of(DType.F32, shape, layout);
        Tensor sum = samples.room(DType.F32, shape);
        Tensor y = samples.room(DType.F32, shape);
        Tensor mean = samples.room(DType.F32, shape.with(-1, 1));
        Tensor rstd = samples.room(DType.F32, shape.with(-1, 1));
        Tensor dX = samples.room(DType.F32, shape);
        Tensor dF = samples.room(DType.F32, shape);
        backend.residualNorm(x, f, dropped ? dropout : null, gamma, beta, epsilon, sum, y, mean, rstd);
        backend.residualNormBackward(sum, dropout, gamma, mean, rstd, dY, dX, dF);
        return List.of(sum, y, mean, rstd, dX, dF);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void scaleColumns(
            @ForAll @IntRange(max = 100) int rows,
            @ForAll @IntRange(max = 70) int columns,
            @ForAll boolean biased,
            @ForAll Layout layout,
            @ForAll long seed) {
        check(LONG_SUMS, seed, samples -> {
            Shape shape = Shape.of(rows, columns);
            Tensor x = samples.of(DType.F32, shape, layout);
            Tensor f = samples.of(DType.F32, Shape.of(columns), layout);
            Tensor bias = samples.of(DType.F32, Shape.of(columns), layout);
            Tensor y = samples.room(DType.F32, shape);
            Tensor dX = samples.room(DType.F32, shape);
            Tensor dF = samples.room(DType.F32, Shape.of(columns));
            samples.backend().scaleColumns(x, f, biased ? bias : null, y);
            Tensor dY = samples.of(DType.F32, shape, layout);
            samples.backend().scaleColumnsBackward(x, f, dY, dX, dF);
            Tensor dots = samples.room(DType.F32, Shape.of(columns));
            samples.backend().columnDots(x, biased ? bias : null, dY, dots);
            return List.of(y, dX, dF, dots);
        });
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void crossEntropy(
            @ForAll @IntRange(max = 12) int n,
            @ForAll @IntRange(min = 1, max = 70) int v,
            @ForAll Layout layout,
            @ForAll long seed) {
        check(seed, samples -> {
            Tensor logits = samples.of(DType.F32, Shape.of(n, v), layout);
            Tensor targets = samples.ids(Shape.of(n), -2, v);
            Tensor dLosses = samples.of(DType.F32, Shape.of(n), Layout.STEPPED);
            Tensor losses = samples.room(DType.F32, Shape.of(n));
            Tensor dLogits = samples.room(DType.F32, Shape.of(n, v));
            samples.backend().crossEntropy(logits, targets, losses);
            samples.backend().crossEntropyBackward(logits, targets, dLosses, dLogits);
            return List.of(losses, dLogits);
        });
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void dropout(
            @ForAll Shape any, @ForAll Layout layout, @ForAll @DoubleRange(max = 0.95) double p, @ForAll long seed) {
        Shape shape = atLeastOneAxis(any);
        check(seed, samples -> {
            Tensor x = samples.of(DType.F32, shape, layout);
            Tensor y = samples.room(DType.F32, shape);
            samples.backend().dropout(x, new Backend.Dropout(p, samples.draw(shape.dim(0))), y);
            return List.of(y);
        });
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void adamW(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        check(seed, samples -> {
            Backend backend = samples.backend();
            Tensor weight = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
            Tensor gradient = samples.of(DType.F32, shape, layout);
            Tensor m = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
            Tensor v = m.map(Unary.SQUARE).affine(1, 0.1).clone(DType.F32);
            Tensor rate = Tensor.of(backend, Shape.of(1), 0.01f);
            Tensor corrections = Tensor.of(backend, Shape.of(2), 0.1f, 0.001f);
            backend.adamW(weight, gradient, m, v, rate, corrections, new Backend.AdamW(0.9, 0.999, 1e-8, 0.01));
            return List.of(weight, m, v);
        });
    }

    /** Parameters of all sizes, some of which share a task and some of which are cut. */
    @Property(tries = 25, edgeCases = EdgeCasesMode.NONE)
    void adamWOfManyParameters(@ForAll @Size(max = 6) List<@IntRange(max = 40_000) Integer> sizes, @ForAll long seed) {
        check(seed, samples -> {
            Backend backend = samples.backend();
            Tensor rate = Tensor.of(backend, Shape.of(1), 0.01f);
            Tensor corrections = Tensor.of(backend, Shape.of(2), 0.1f, 0.001f);
            List<Backend.AdamWStep> steps = sizes.stream()
                    .map(size -> {
                        Shape shape = Shape.of(size);
                        Tensor m = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
                        return new Backend.AdamWStep(
                                samples.of(DType.F32, shape, Layout.ROW_MAJOR),
                                samples.of(DType.F32, shape, Layout.STEPPED),
                                m,
                                m.map(Unary.SQUARE).affine(1, 0.1).clone(DType.F32),
                                rate,
                                corrections,
                                new Backend.AdamW(0.9, 0.999, 1e-8, size % 2 == 0 ? 0.01 : 0));
                    })
                    .toList();
            backend.adamW(steps);
            return steps.stream()
                    .flatMap(step -> Stream.of(step.weight(), step.m(), step.v()))
                    .toList();
        });
    }
}
