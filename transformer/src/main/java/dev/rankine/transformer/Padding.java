package dev.rankine.transformer;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The padding in front of the rows of a decoding, behind the rows that an adapter puts there. */
final class Padding {
    static final Padding NONE = new Padding(0, new int[0]);

    private final int front;
    private final int[] ofRows;

    private Padding(int front, int[] ofRows) {
        this.front = front;
        this.ofRows = ofRows;
    }

    /** @param ofRows symbols of padding in each row, none given for none anywhere */
    static Padding of(int batch, int... ofRows) {
        if (ofRows.length != 0 && ofRows.length != batch) {
            throw new IllegalArgumentException(
                    "padding is given for " + ofRows.length + " rows of a batch of " + batch + " rows");
        }
        return Arrays.stream(ofRows).allMatch(count -> count == 0) ? NONE : new Padding(0, ofRows.clone());
    }

    /** The same behind some rows of an adapter. */
    Padding behind(int rows) {
        return ofRows.length == 0 || rows == 0 ? this : new Padding(rows, ofRows);
    }

    Padding reordered(Tensor rows) {
        if (ofRows.length == 0) {
            return this;
        }
        return new Padding(
                front,
                Arrays.stream(rows.toLongs())
                        .mapToInt(row -> ofRows[Math.toIntExact(row)])
                        .toArray());
    }

    /** A symbol's place is the number of symbols and adapter's rows before it. */
    Places places(Backend backend, int from, int end) {
        if (ofRows.length == 0) {
            return Places.between(from, end);
        }
        long[] places = new long[ofRows.length * (end - from)];
        for (int i = 0; i < places.length; i++) {
            int column = from + i % (end - from);
            int padding = ofRows[i / (end - from)];
            places[i] = column < front ? column : Math.max(front, column - padding);
        }
        return new Places(from, end, Tensor.ofLongs(backend, Shape.of(ofRows.length, end - from), places));
    }

    /** [B, 1, 1, S] over everything read so far: 0 on padding; null where there is none. */
    @Nullable
    Tensor mask(Tensor like, int end) {
        if (ofRows.length == 0) {
            return null;
        }
        double[] seen = new double[ofRows.length * end];
        for (int i = 0; i < seen.length; i++) {
            int column = i % end;
            seen[i] = column >= front && column < front + ofRows[i / end] ? 0 : 1;
        }
        return Tensor.of(like.backend(), like.dtype(), Shape.of(ofRows.length, 1, 1, end), seen);
    }
}
