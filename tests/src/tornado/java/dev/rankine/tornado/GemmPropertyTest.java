package dev.rankine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Layout;
import dev.rankine.tensor.Samples;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Products as they are handed to BLAS, made by {@link HostBlas}, against those of the reference. */
class GemmPropertyTest {
    private final ReferenceBackend backend = new ReferenceBackend();

    /** Three storages one after the other, as on a device. */
    private static final class Heap implements HostBlas.Array {
        private final float[] floats = new float[1 << 16];
        private int used = 5;

        /** Where the first element of x lies, after its storage was copied. */
        int place(Tensor x) {
            int start = used;
            for (int i = 0; i < x.storage().elements(); i++) {
                floats[used++] = x.storage().host().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            }
            return start + Math.toIntExact(x.offset());
        }

        @Override
        public float get(long element) {
            return floats[Math.toIntExact(element)];
        }

        @Override
        public void set(long element, float value) {
            floats[Math.toIntExact(element)] = value;
        }
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void whatBlasIsAskedForIsTheProduct(
            @ForAll @IntRange(max = 2) int batchAxes,
            @ForAll @IntRange(min = 1, max = 6) int m,
            @ForAll @IntRange(min = 1, max = 6) int k,
            @ForAll @IntRange(min = 1, max = 6) int n,
            @ForAll Layout layoutA,
            @ForAll Layout layoutB,
            @ForAll boolean accumulates,
            @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        int[] batch = samples.random().ints(batchAxes, 1, 5).toArray();
        Tensor a = samples.of(DType.F32, shape(batch, m, k), layoutA);
        Tensor b = samples.of(DType.F32, shape(batch, k, n), layoutB);
        Tensor out = samples.of(DType.F32, shape(batch, m, n), Layout.ROW_MAJOR);
        Heap heap = new Heap();
        int aPlace = heap.place(a);
        int bPlace = heap.place(b);
        int outPlace = heap.place(out);
        @Nullable Gemm product = Gemm.of(a, b, out, accumulates);
        boolean usual = batchAxes < 2 && isUsual(layoutA, batchAxes) && isUsual(layoutB, batchAxes);
        Statistics.label("done by BLAS").collect(product != null);
        if (product == null) {
            assertThat(usual).as("%s %s is left to a kernel", a, b).isFalse();
            return;
        }
        HostBlas.multiply(product.at(aPlace, bPlace, outPlace), heap);
        backend.matmul(a, b, out, accumulates);
        double[] expected = out.toDoubles();
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) heap.get(outPlace + i)).isEqualTo(expected[i], within(1e-5));
        }
    }

    /** Transposed here is the batch too: then neighbours in memory are neither in a row nor in a column. */
    private static boolean isUsual(Layout layout, int batchAxes) {
        return layout == Layout.ROW_MAJOR || layout == Layout.INSET || layout == Layout.TRANSPOSED && batchAxes == 0;
    }

    private static Shape shape(int[] batch, int rows, int columns) {
        int[] lengths = Arrays.copyOf(batch, batch.length + 2);
        lengths[batch.length] = rows;
        lengths[batch.length + 1] = columns;
        return Shape.of(lengths);
    }

    /** The heads of an attention, which lie between each other: calls go along the shorter axis. */
    @Test
    void headsThatLieInterwovenAreOneCallForEachOfTheFewer() {
        Tensor x = Tensor.of(backend, Shape.of(7, 5, 3, 4), new float[7 * 5 * 3 * 4]);
        Tensor heads = x.permute(0, 2, 1, 3);
        Tensor scores = Tensor.zeros(backend, DType.F32, Shape.of(7, 3, 5, 5));
        Gemm product = Gemm.of(heads, heads.transpose(-1, -2), scores, false);
        assertThat(product).isNotNull();
        assertThat(product.calls()).isEqualTo(3);
        assertThat(product.matrices()).isEqualTo(7);
        assertThat(product.a().leading()).isEqualTo(12);
        assertThat(product.b().transposed()).isTrue();
    }

    @Test
    void batchesOfManyCallsAreLeftToAKernel() {
        Tensor x = Tensor.of(backend, Shape.of(20, 2, 18, 2), new float[20 * 2 * 18 * 2]);
        Tensor heads = x.permute(0, 2, 1, 3);
        Tensor out = Tensor.zeros(backend, DType.F32, Shape.of(20, 18, 2, 2));
        assertThat(Gemm.of(heads, heads, out, false)).isNull();
    }
}
