package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.IdOutOfRange;
import dev.rankine.tensor.Sequences;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The symbols of a padded batch as rows [N, C], one sequence behind the other, so that nothing is computed for padding.
 * Between attentions every row stands alone, and attention looks within sequences.
 */
final class Packing {
    private final Backend backend;
    private final Sequences sequences;
    /** Where each row lies in the padded batch, counted row by row. */
    private final int[] cells;
    /** [B, S] of the padded batch. */
    private final Shape padded;
    /** S. */
    private final int length;

    private @Nullable Tensor places;

    private Packing(Backend backend, Sequences sequences, Shape padded, int... cells) {
        this.backend = backend;
        this.sequences = sequences;
        this.padded = padded;
        length = padded.dim(1);
        this.cells = cells;
    }

    /**
     * Whether where symbols are can be read at once: a device would have to be waited for, and records steps by their shapes.
     * Ids that are none, or have another mask, are left to whoever refuses them.
     *
     * @param mask null for none
     */
    static boolean isPossible(Tensor ids, @Nullable Tensor mask) {
        return !ids.backend().isDevice()
                && ids.dtype() == DType.I64
                && ids.shape().rank() == 2
                && (mask == null || mask.shape().equals(ids.shape()));
    }

    /** Those cells of a padded batch [B, S]. */
    private static Packing of(Backend backend, Shape padded, IntPredicate isSymbol) {
        int length = padded.dim(1);
        int[] lengths = new int[padded.dim(0)];
        int[] cells = new int[Math.toIntExact(padded.size())];
        int count = 0;
        for (int cell = 0; cell < cells.length; cell++) {
            if (isSymbol.test(cell)) {
                lengths[cell / length]++;
                cells[count++] = cell;
            }
        }
        return new Packing(backend, Sequences.of(lengths), padded, Arrays.copyOf(cells, count));
    }

    /** The symbols that a mask [B, S] shows. */
    static Packing seen(Tensor mask) {
        float[] seen = mask.toFloats();
        return of(mask.backend(), mask.shape(), cell -> seen[cell] != 0);
    }

    /**
     * Of a stack that sees no future: the symbols of each sequence up to the last one that is asked for.
     *
     * @param places I64 [N], what is asked for, places of [B, T] counted row by row
     * @param padded [B, T]
     * @throws IdOutOfRange if the batch has no such place
     */
    static Packing upTo(Tensor places, Shape padded) {
        int length = padded.dim(1);
        long[] last = new long[padded.dim(0)];
        Arrays.fill(last, -1);
        long[] asked = places.toLongs();
        for (int n = 0; n < asked.length; n++) {
            if (asked[n] < 0 || asked[n] >= padded.size()) {
                throw new IdOutOfRange("packing", places, n, asked[n], padded.size());
            }
            int row = Math.toIntExact(asked[n] / length);
            last[row] = Math.max(last[row], asked[n]);
        }
        return of(places.backend(), padded, cell -> cell <= last[cell / length]);
    }

    Sequences sequences() {
        return sequences;
    }

    /** Whether the batch has padding. */
    boolean spares() {
        return sequences.rows() < (long) sequences.count() * length;
    }

    /** Whether every sequence has its first place. */
    boolean hasFirstPlaces() {
        return IntStream.range(0, sequences.count())
                .allMatch(i -> sequences.length(i) > 0 && cells[sequences.first(i)] == i * length);
    }

    /**
     * The numbers of the rows among those of a padded I64 [B, S]: [N].
     *
     * @throws ShapeMismatch if they are those of another batch
     */
    Tensor of(Tensor numbers) {
        ShapeMismatch.require("packing", "numbers of a batch", padded, numbers.shape());
        long[] all = numbers.toLongs();
        return ofCells(cell -> all[cell]);
    }

    /** Where the rows stand in their sequences. */
    Places places() {
        return new Places(0, length, placesOfRows());
    }

    private Tensor placesOfRows() {
        Tensor made = places;
        if (made == null) {
            made = ofCells(cell -> cell % length);
            places = made;
        }
        return made;
    }

    /** The random numbers that the rows have in the padded batch. */
    Draw ofRows(Draw examples) {
        examples.requireWhole("packing", sequences.count());
        long[] numbers = examples.examples().toLongs();
        Tensor ofCells = ofCells(cell -> numbers[cell / length]);
        return new Draw(examples.clock(), examples.stream(), ofCells, placesOfRows());
    }

    /** The first rows of all sequences alone. */
    Packing firsts() {
        int[] firsts = IntStream.range(0, sequences.count())
                .map(i -> cells[sequences.first(i)])
                .toArray();
        int[] ones = new int[firsts.length];
        Arrays.fill(ones, 1);
        return new Packing(backend, Sequences.of(ones), padded, firsts);
    }

    /** Some of the rows of x[N, C], those of another packing of the same batch. */
    Variable at(Packing some, Variable x) {
        return pick(x, some.cells);
    }

    /**
     * The rows of x[N, C] at some places of the padded batch, all of which it {@link #holds}.
     *
     * @param places I64 [K], counted row by row
     */
    Variable at(Tensor places, Variable x) {
        return pick(x, cells(places));
    }

    /** Whether there is a symbol at each of these places. */
    boolean holds(Tensor places) {
        return Arrays.stream(cells(places)).allMatch(cell -> Arrays.binarySearch(cells, cell) >= 0);
    }

    private static int[] cells(Tensor places) {
        return Arrays.stream(places.toLongs()).mapToInt(Math::toIntExact).toArray();
    }

    private Variable pick(Variable x, int... wanted) {
        if (Arrays.equals(wanted, cells)) {
            return x;
        }
        long[] rows = Arrays.stream(wanted)
                .mapToLong(cell -> Arrays.binarySearch(cells, cell))
                .toArray();
        return Embedding.embedding(longs(rows), x);
    }

    private Tensor ofCells(IntToLongFunction value) {
        long[] values = new long[cells.length];
        for (int row = 0; row < values.length; row++) {
            values[row] = value.applyAsLong(cells[row]);
        }
        return longs(values);
    }

    private Tensor longs(long... values) {
        Tensor tensor = Tensor.result("packing", backend, DType.I64, Shape.of(values.length));
        tensor.write(values);
        return tensor;
    }
}
