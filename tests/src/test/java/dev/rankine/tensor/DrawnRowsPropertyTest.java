package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.vector.VectorBackend;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/** Rows that are taken out of their examples have the random numbers that they have there. */
class DrawnRowsPropertyTest {
    private static final VectorBackend VECTOR = new VectorBackend(2);
    private static final int EXAMPLES = 3;
    private static final int PLACES = 7;

    @Provide
    Arbitrary<Backend> backends() {
        return Arbitraries.of(new ReferenceBackend(), VECTOR);
    }

    @AfterContainer
    static void close() {
        VECTOR.close();
    }

    @Property(tries = 100)
    void areThoseOfTheWhole(
            @ForAll("backends") Backend backend,
            @ForAll @Size(max = 30) List<@IntRange(max = EXAMPLES * PLACES - 1) Integer> cells,
            @ForAll @IntRange(max = 70) int width,
            @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        Draw whole = samples.draw(EXAMPLES);
        Draw rows = rowsOf(whole, cells);
        Shape all = Shape.of(EXAMPLES, PLACES, width);
        Tensor x = samples.of(DType.F32, all, Layout.ROW_MAJOR);
        Tensor ids = longs(backend, cells.stream().mapToLong(cell -> cell).toArray());

        Tensor numbers = samples.room(DType.F32, all);
        Tensor ofRows = samples.room(DType.F32, Shape.of(cells.size(), width));
        backend.uniform(whole, numbers);
        backend.uniform(rows, ofRows);
        assertThat(ofRows.toDoubles()).isEqualTo(picked(numbers, ids).toDoubles());

        Tensor dropped = samples.room(DType.F32, all);
        backend.dropout(x, new Backend.Dropout(0.3, whole), dropped);
        backend.dropout(picked(x, ids), new Backend.Dropout(0.3, rows), ofRows);
        assertThat(ofRows.toDoubles()).isEqualTo(picked(dropped, ids).toDoubles());
    }

    @Property(tries = 40)
    void joinTheEndOfASublayer(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(max = EXAMPLES * PLACES - 1) Integer> cells,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll long seed) {
        Parity.within(Parity.F32).checkDefaults(seed, samples -> {
            Draw rows = rowsOf(samples.draw(EXAMPLES), cells);
            Shape shape = Shape.of(cells.size(), width);
            Tensor x = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
            Tensor f = samples.of(DType.F32, shape, Layout.ROW_MAJOR);
            Tensor gamma = samples.of(DType.F32, Shape.of(width), Layout.ROW_MAJOR);
            Tensor sum = samples.room(DType.F32, shape);
            Tensor y = samples.room(DType.F32, shape);
            Tensor mean = samples.room(DType.F32, shape.with(1, 1));
            Tensor rstd = samples.room(DType.F32, shape.with(1, 1));
            Backend.Dropout dropout = new Backend.Dropout(0.3, rows);
            samples.backend().residualNorm(x, f, dropout, gamma, gamma, 1e-2, sum, y, mean, rstd);
            return List.of(sum, y);
        });
    }

    @Example
    void areNotForWhatCountsFromTheBeginningOfAnExample() {
        Draw rows = rowsOf(new Samples(VECTOR, 1).draw(EXAMPLES), List.of(4, 5));
        Sequences two = Sequences.of(2, 3);
        assertThatThrownBy(() -> new SequenceForm(two, two, 1, 1, null, new Backend.Dropout(0.1, rows)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("whole examples");
    }

    private static Draw rowsOf(Draw whole, List<Integer> cells) {
        Backend backend = whole.clock().backend();
        long[] examples = whole.examples().toLongs();
        return new Draw(
                whole.clock(),
                whole.stream(),
                longs(
                        backend,
                        cells.stream()
                                .mapToLong(cell -> examples[cell / PLACES])
                                .toArray()),
                longs(backend, cells.stream().mapToLong(cell -> cell % PLACES).toArray()));
    }

    private static Tensor longs(Backend backend, long... values) {
        return Tensor.ofLongs(backend, Shape.of(values.length), values);
    }

    private static Tensor picked(Tensor x, Tensor ids) {
        int width = x.shape().dim(2);
        Tensor rows = Tensor.zeros(x.backend(), DType.F32, Shape.of(ids.shape().dim(0), width));
        x.backend().gather(x.reshape(Shape.of(EXAMPLES * PLACES, width)), ids, rows);
        return rows;
    }
}
