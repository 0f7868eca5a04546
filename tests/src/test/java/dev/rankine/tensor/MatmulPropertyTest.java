package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

/** The product against three loops over index arithmetic. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class MatmulPropertyTest {
    private final Backend backend = new ReferenceBackend();

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void isTheSumOfProductsForEveryBatchAndLayout(
            @ForAll @IntRange(max = 7) int m,
            @ForAll @IntRange(max = 9) int k,
            @ForAll @IntRange(max = 8) int n,
            @ForAll Layout layoutA,
            @ForAll Layout layoutB,
            @ForAll long seed) {
        Random random = new Random(seed);
        int[] batch = random.ints(random.nextInt(3), 1, 4).toArray();
        Samples samples = new Samples(backend, seed);
        Tensor a = samples.of(DType.F64, append(narrowed(batch, random), m, k), layoutA);
        Tensor b = samples.of(DType.F64, append(narrowed(batch, random), k, n), layoutB);
        Tensor product = a.matmul(b);
        Shape expected =
                Shape.broadcast("test", a.shape().with(-1, n), b.shape().with(-2, m));
        assertThat(product.shape()).isEqualTo(expected);
        assertThat(product.toDoubles()).containsExactly(loops(a, b, expected), within(1e-12));
    }

    /** Some batch axes of length 1, and perhaps none of the leading ones. */
    private static int[] narrowed(int[] batch, Random random) {
        int[] axes = Arrays.stream(batch)
                .map(length -> random.nextInt(3) == 0 ? 1 : length)
                .toArray();
        return Arrays.copyOfRange(axes, random.nextInt(axes.length + 1), axes.length);
    }

    private static Shape append(int[] batch, int rows, int columns) {
        int[] lengths = Arrays.copyOf(batch, batch.length + 2);
        lengths[batch.length] = rows;
        lengths[batch.length + 1] = columns;
        return Shape.of(lengths);
    }

    private static double[] loops(Tensor a, Tensor b, Shape product) {
        int m = product.dim(-2);
        int n = product.dim(-1);
        int k = a.shape().dim(-1);
        int[] batch = Arrays.copyOf(product.toArray(), product.rank() - 2);
        double[] left = a.expand(append(batch, m, k)).toDoubles();
        double[] right = b.expand(append(batch, k, n)).toDoubles();
        double[] out = new double[Math.toIntExact(product.size())];
        for (int at = 0; at < out.length; at++) {
            int matrix = at / (m * n);
            int row = at / n % m;
            int column = at % n;
            for (int i = 0; i < k; i++) {
                out[at] += left[(matrix * m + row) * k + i] * right[(matrix * k + i) * n + column];
            }
        }
        return out;
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void transposingSwapsTheFactors(
            @ForAll @IntRange(max = 7) int m, @ForAll @IntRange(max = 7) int n, @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        Tensor a = samples.of(DType.F64, Shape.of(m, 5), Layout.ROW_MAJOR);
        Tensor b = samples.of(DType.F64, Shape.of(5, n), Layout.ROW_MAJOR);
        double[] swapped =
                b.transpose(0, 1).matmul(a.transpose(0, 1)).transpose(0, 1).toDoubles();
        assertThat(a.matmul(b).toDoubles()).containsExactly(swapped);
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void accumulatingAddsToWhatIsThere(@ForAll @IntRange(max = 4) int k, @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        Tensor a = samples.of(DType.F64, Shape.of(2, 3, k), Layout.ROW_MAJOR);
        Tensor b = samples.of(DType.F64, Shape.of(2, k, 5), Layout.TRANSPOSED);
        Tensor out = samples.of(DType.F64, Shape.of(2, 3, 5), Layout.ROW_MAJOR);
        double[] sum = out.plus(a.matmul(b)).toDoubles();
        backend.matmul(a, b, out, true);
        assertThat(out.toDoubles()).containsExactly(sum, within(1e-12));
    }

    @Test
    void noInnerDimensionGivesZeros() {
        Tensor product = Tensor.zeros(backend, DType.F32, Shape.of(2, 3, 0))
                .matmul(Tensor.zeros(backend, DType.F32, Shape.of(0, 4)));
        assertThat(product.shape()).isEqualTo(Shape.of(2, 3, 4));
        assertThat(product.toDoubles()).containsOnly(0);
    }

    @Test
    void sumsOfF32AreRoundedOnce() {
        float tiny = 0x1p-24f;
        float[] row = new float[1 + (1 << 10)];
        Arrays.fill(row, tiny);
        row[0] = 1;
        float[] ones = new float[row.length];
        Arrays.fill(ones, 1);
        Tensor a = Tensor.of(backend, Shape.of(1, row.length), row);
        Tensor b = Tensor.of(backend, Shape.of(row.length, 1), ones);
        assertThat(a.matmul(b).item()).isEqualTo(1 + 0x1p-14);
        assertThat(a.reduce(Reduction.SUM, 1).item()).isEqualTo(1 + 0x1p-14);
    }

    @Test
    void saysWhatDoesNotFit() {
        Tensor a = Tensor.zeros(backend, DType.F32, Shape.of(2, 3));
        assertThatThrownBy(() -> a.matmul(Tensor.zeros(backend, DType.F32, Shape.of(4, 5))))
                .isInstanceOf(ShapeMismatch.class)
                .hasMessage("matmul: [2, 3] x [4, 5]: inner dimensions 3 and 4 differ");
        assertThatThrownBy(() -> a.matmul(Tensor.zeros(backend, DType.F32, Shape.of(3))))
                .hasMessage("matmul: [2, 3] x [3]: both need at least two axes");
        assertThatThrownBy(() -> Tensor.zeros(backend, DType.F32, Shape.of(2, 2, 3))
                        .matmul(Tensor.zeros(backend, DType.F32, Shape.of(4, 3, 1))))
                .hasMessage("matmul: [2] x [4]: axis -1 is 2 in one and 4 in the other");
    }
}
