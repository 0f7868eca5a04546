package dev.rankine.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every primitive of every back-end that is ready here against the reference. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class PrimitivesParityPropertyTest {
    private static final Parity F32 = Parity.within(Parity.F32);
    /** A sum of some hundred numbers or products, added in F32 in any order: what cancels leaves its rounding. */
    private static final Parity LONG_SUMS = Parity.within(1e-4);

    private static final Parity EQUAL = Parity.within(Parity.EQUAL);

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void map(@ForAll Unary function, @ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        F32.check(seed, samples -> {
            Tensor x = samples.of(DType.F32, shape, layout);
            Tensor out = samples.room(DType.F32, shape);
            samples.backend().map(function, x, out);
            return List.of(out);
        });
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void zip(
            @ForAll Binary function,
            @ForAll Shape shape,
            @ForAll Layout layoutA,
            @ForAll Layout layoutB,
            @ForAll long seed) {
        F32.check(seed, samples -> {
            Tensor a = samples.of(DType.F32, shape, layoutA);
            Tensor b = samples.of(DType.F32, shape, layoutB);
            Tensor out = samples.room(DType.F32, shape);
            samples.backend().zip(function, a, b, out);
            return List.of(out);
        });
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void affine(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Random settings = new Random(seed);
        double scale = settings.nextGaussian();
        double shift = settings.nextGaussian();
        F32.check(seed, samples -> {
            Tensor out = samples.room(DType.F32, shape);
            samples.backend().affine(samples.of(DType.F32, shape, layout), scale, shift, out);
            return List.of(out);
        });
    }

    /** A result may be the very tensor that an operand is. */
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void inPlace(@ForAll Unary unary, @ForAll Binary binary, @ForAll Shape shape, @ForAll long seed) {
        F32.check(seed, samples -> {
            Tensor x = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
            Tensor y = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
            Tensor z = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
            samples.backend().map(unary, x, x);
            samples.backend().affine(y, 0.5, 0.25, y);
            samples.backend().zip(binary, y, z, z);
            samples.backend().zip(binary, y, z, y);
            samples.backend().zip(Binary.ADD, z, z, z);
            return List.of(x, y, z);
        });
    }

    /** Neither NaN nor infinity is lost, and what overflows does so on every back-end. */
    @ParameterizedTest
    @EnumSource(Unary.class)
    void mapOfExtremes(Unary function) {
        F32.check(0, samples -> {
            Tensor x = extremes(samples, function == Unary.GELU || function == Unary.GELU_TANH);
            Tensor out = samples.room(DType.F32, x.shape());
            samples.backend().map(function, x, out);
            return List.of(out);
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Binary.class,
            names = {"ADD", "SUBTRACT", "MULTIPLY", "DIVIDE", "MINIMUM", "MAXIMUM"})
    void zipOfExtremes(Binary function) {
        F32.check(0, samples -> {
            Tensor row = extremes(samples, false);
            int n = row.shape().dim(0);
            Tensor out = samples.room(DType.F32, Shape.of(n, n));
            Tensor column = row.reshape(Shape.of(n, 1)).expand(out.shape());
            samples.backend().zip(function, row.expand(out.shape()), column, out);
            return List.of(out);
        });
    }

    private static Tensor extremes(Samples samples, boolean finite) {
        float[] values = {
            Float.NaN,
            0,
            -0.0f,
            1,
            -1,
            Float.MIN_VALUE,
            Float.MIN_NORMAL,
            1e-20f,
            -1e-6f,
            0.999999f,
            10,
            -10,
            20,
            -20,
            88,
            -88,
            89,
            -104,
            1e10f,
            -1e10f,
            1e30f,
            -1e30f,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY
        };
        float[] some = finite ? Arrays.copyOf(values, values.length - 2) : values;
        return Tensor.of(samples.backend(), Shape.of(some.length), some);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void reduce(
            @ForAll Reduction reduction,
            @ForAll Shape shape,
            @ForAll Layout layout,
            @ForAll int axes,
            @ForAll long seed) {
        Shape folded = fold(shape, axes);
        F32.check(seed, samples -> {
            Tensor out = samples.room(DType.F32, folded);
            samples.backend().reduce(reduction, samples.of(DType.F32, shape, layout), out);
            return List.of(out);
        });
    }

    private static Shape fold(Shape shape, int axes) {
        Shape folded = shape;
        for (int axis = 0; axis < shape.rank(); axis++) {
            folded = (axes >> axis & 1) == 1 ? folded.with(axis, 1) : folded;
        }
        return folded;
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void matmul(
            @ForAll @IntRange(max = 50) int m,
            @ForAll @IntRange(max = 60) int k,
            @ForAll @IntRange(max = 50) int n,
            @ForAll Layout layoutA,
            @ForAll Layout layoutB,
            @ForAll boolean accumulate,
            @ForAll long seed) {
        Random random = new Random(seed);
        int[] batch = random.ints(random.nextInt(3), 0, 4).toArray();
        product(F32, batch, m, k, n, layoutA, layoutB, accumulate, seed);
    }

    /** Large enough for blocking, packing and several threads. */
    @Property(tries = 12, edgeCases = EdgeCasesMode.NONE)
    void matmulOfLargeMatrices(
            @ForAll @IntRange(min = 60, max = 300) int m,
            @ForAll @IntRange(min = 60, max = 600) int k,
            @ForAll @IntRange(min = 60, max = 300) int n,
            @ForAll Layout layoutA,
            @ForAll Layout layoutB,
            @ForAll long seed) {
        product(LONG_SUMS, new int[0], m, k, n, layoutA, layoutB, false, seed);
    }

    private static void product(
            Parity parity,
            int[] batch,
            int m,
            int k,
            int n,
            Layout layoutA,
            Layout layoutB,
            boolean accumulate,
            long seed) {
        parity.check(seed, samples -> {
            Tensor a = samples.of(DType.F32, append(batch, m, k), layoutA);
            Tensor b = samples.of(DType.F32, append(batch, k, n), layoutB);
            Tensor out = accumulate
                    ? samples.of(DType.F32, append(batch, m, n), Layout.ROW_MAJOR)
                    : samples.room(DType.F32, append(batch, m, n));
            samples.backend().matmul(a, b, out, accumulate);
            return List.of(out);
        });
    }

    private static Shape append(int[] batch, int rows, int columns) {
        int[] lengths = Arrays.copyOf(batch, batch.length + 2);
        lengths[batch.length] = rows;
        lengths[batch.length + 1] = columns;
        return Shape.of(lengths);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void gather(
            @ForAll Shape shape,
            @ForAll @IntRange(min = 1, max = 9) int v,
            @ForAll @IntRange(max = 40) int d,
            @ForAll Layout layout,
            @ForAll @IntRange(max = 2) int type,
            @ForAll long seed) {
        DType stored = List.of(DType.F32, DType.F16, DType.BF16).get(type);
        EQUAL.check(seed, samples -> {
            Tensor table = samples.of(stored, Shape.of(v, d), layout);
            Tensor ids = samples.ids(Shape.of(2, shape.rank() == 0 ? 3 : shape.dim(0)), 0, v)
                    .transpose(0, 1);
            Tensor out = samples.room(DType.F32, append(ids.shape().toArray(), d));
            samples.backend().gather(table, ids, out);
            return List.of(out);
        });
    }

    private static Shape append(int[] lengths, int last) {
        int[] longer = Arrays.copyOf(lengths, lengths.length + 1);
        longer[lengths.length] = last;
        return Shape.of(longer);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void scatterAdd(
            @ForAll @IntRange(max = 60) int rows,
            @ForAll @IntRange(min = 1, max = 9) int v,
            @ForAll @IntRange(max = 40) int d,
            @ForAll Layout layout,
            @ForAll long seed) {
        F32.check(seed, samples -> {
            Tensor table = samples.of(DType.F32, Shape.of(v, d), Layout.ROW_MAJOR);
            Tensor ids = samples.ids(Shape.of(rows), 0, v);
            samples.backend().scatterAdd(samples.of(DType.F32, Shape.of(rows, d), layout), ids, table);
            return List.of(table);
        });
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void oneHot(@ForAll @IntRange(max = 20) int n, @ForAll @IntRange(min = 1, max = 40) int v, @ForAll long seed) {
        EQUAL.check(seed, samples -> {
            Tensor out = samples.room(DType.F32, Shape.of(n, v));
            samples.backend().oneHot(samples.ids(Shape.of(n), -3, v), out);
            return List.of(out);
        });
    }

    /** Between all layouts and from every type that stores weights. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void copyAndFill(
            @ForAll Shape shape, @ForAll Layout from, @ForAll Layout to, @ForAll DType dtype, @ForAll long seed) {
        if (to == Layout.BROADCAST || dtype == DType.F64) {
            return;
        }
        EQUAL.check(seed, samples -> {
            Tensor x = samples.of(dtype, shape, from);
            Tensor out = samples.of(dtype == DType.I64 ? DType.I64 : DType.F32, shape, to);
            Tensor filled = samples.of(DType.F32, shape, to);
            samples.backend().copy(x, out);
            samples.backend().fill(filled, 0.75);
            return List.of(out, filled);
        });
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void uniform(@ForAll Shape shape, @ForAll long seed) {
        if (shape.rank() == 0) {
            return;
        }
        EQUAL.check(seed, samples -> {
            Tensor out = samples.room(DType.F32, shape);
            samples.backend().uniform(samples.draw(shape.dim(0)), out);
            return List.of(out);
        });
    }

    /** Tensors large enough to be divided among threads. */
    @Property(tries = 4, edgeCases = EdgeCasesMode.NONE)
    void largeTensors(@ForAll Layout layout, @ForAll long seed) {
        Shape shape = Shape.of(301, 517);
        LONG_SUMS.check(seed, samples -> {
            Backend backend = samples.backend();
            Tensor x = samples.of(DType.F32, shape, layout);
            Tensor sum = samples.room(DType.F32, shape);
            Tensor tanh = samples.room(DType.F32, shape);
            Tensor rows = samples.room(DType.F32, shape.with(1, 1));
            Tensor columns = samples.room(DType.F32, shape.with(0, 1));
            Tensor u = samples.room(DType.F32, shape);
            Tensor copy = samples.room(DType.F32, shape);
            backend.zip(Binary.ADD, x, samples.of(DType.F32, shape, Layout.ROW_MAJOR), sum);
            backend.map(Unary.TANH, x, tanh);
            backend.reduce(Reduction.MAXIMUM, x, rows);
            backend.reduce(Reduction.SUM, x, columns);
            backend.uniform(samples.draw(shape.dim(0)), u);
            backend.copy(x, copy);
            return List.of(sum, tanh, rows, columns, u, copy);
        });
    }
}
