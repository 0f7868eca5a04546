package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.reference.ReferenceBackend;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gathering, scattering and one-hot rows on the reference. */
class IndexingTest {
    private final Backend backend = new ReferenceBackend();

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "F16", "BF16"})
    void gatherWidensEveryStorageType(DType dtype) {
        Tensor numbers = Tensor.of(backend, Shape.of(3, 2), 0.5f, -1, 2, 0.25f, 1024, -0.0f);
        Tensor table = numbers.copy("store", dtype);
        Tensor out = Tensor.zeros(backend, DType.F32, Shape.of(2, 2, 2));
        backend.gather(table, Tensor.ofLongs(backend, Shape.of(2, 2), 2, 0, 0, 1), out);
        assertThat(out.toDoubles()).containsExactly(1024, -0.0, 0.5, -1, 0.5, -1, 2, 0.25);
    }

    @Test
    void idsWithoutARowAreNamed() {
        Tensor table = Tensor.zeros(backend, DType.F32, Shape.of(10, 2));
        Tensor ids = Tensor.ofLongs(backend, Shape.of(2, 3), 0, 9, 0, 0, 0, 17);
        Tensor rows = Tensor.zeros(backend, DType.F32, Shape.of(2, 3, 2));
        assertThatThrownBy(() -> backend.gather(table, ids, rows))
                .isInstanceOf(IdOutOfRange.class)
                .hasMessage("gather: id 17 at place [1, 2] of ids [2, 3] is outside [0, 10)");
        Tensor negative = Tensor.ofLongs(backend, Shape.of(1), -1);
        assertThatThrownBy(() ->
                        backend.scatterAdd(rows.slice(0, 0, 1).slice(1, 0, 1).reshape(Shape.of(1, 2)), negative, table))
                .isInstanceOf(IdOutOfRange.class)
                .hasMessage("scatterAdd: id -1 at place [0] of ids [1] is outside [0, 10)");
        Tensor hot = Tensor.zeros(backend, DType.F32, Shape.of(1, 4));
        assertThatThrownBy(() -> backend.oneHot(Tensor.ofLongs(backend, Shape.of(1), 4), hot))
                .isInstanceOf(IdOutOfRange.class)
                .hasMessage("oneHot: id 4 at place [0] of ids [1] is outside [0, 4)");
    }

    /** {@code <gather(table), rows> = <table, scatterAdd(rows)>} */
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void scatterAddIsTheAdjointOfGather(
            @ForAll @IntRange(max = 12) int n,
            @ForAll @IntRange(min = 1, max = 5) int v,
            @ForAll @IntRange(max = 6) int d,
            @ForAll Layout layout,
            @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        Tensor table = samples.of(DType.F64, Shape.of(v, d), layout);
        Tensor rows = samples.of(DType.F64, Shape.of(n, d), layout);
        Tensor ids = samples.ids(Shape.of(n), 0, v);
        Tensor gathered = samples.room(DType.F64, Shape.of(n, d));
        backend.gather(table, ids, gathered);
        Tensor scattered = Tensor.zeros(backend, DType.F64, Shape.of(v, d));
        backend.scatterAdd(rows, ids, scattered);
        assertThat(sum(gathered.times(rows))).isCloseTo(sum(table.times(scattered)), within(1e-9));
    }

    /** Gathering is a product with one-hot rows. */
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void oneHotRowsGather(
            @ForAll @IntRange(max = 12) int n, @ForAll @IntRange(min = 1, max = 5) int v, @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        Tensor table = samples.of(DType.F64, Shape.of(v, 3), Layout.ROW_MAJOR);
        Tensor ids = samples.ids(Shape.of(n), 0, v);
        Tensor hot = samples.room(DType.F64, Shape.of(n, v));
        backend.oneHot(ids, hot);
        Tensor gathered = samples.room(DType.F64, Shape.of(n, 3));
        backend.gather(table, ids, gathered);
        assertThat(hot.matmul(table).toDoubles()).containsExactly(gathered.toDoubles(), within(0.0));
    }

    @Test
    void aNegativeIdGivesARowOfZeros() {
        Tensor hot = Tensor.of(backend, Shape.of(2, 2), 7, 7, 7, 7);
        backend.oneHot(Tensor.ofLongs(backend, Shape.of(2), -100, 1), hot);
        assertThat(hot.toDoubles()).containsExactly(0, 0, 0, 1);
    }

    @Test
    void rowsOfOneIdAreAddedAndOthersStay() {
        Tensor table = Tensor.of(backend, Shape.of(3, 1), 10, 20, 30);
        Tensor rows = Tensor.of(backend, Shape.of(4, 1), 1, 2, 3, 4);
        backend.scatterAdd(rows, Tensor.ofLongs(backend, Shape.of(4), 2, 0, 2, 2), table);
        assertThat(table.toDoubles()).containsExactly(12, 20, 38);
    }

    private static double sum(Tensor x) {
        double sum = 0;
        for (double value : x.toDoubles()) {
            sum += value;
        }
        return sum;
    }
}
