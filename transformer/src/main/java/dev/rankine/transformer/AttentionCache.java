package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The keys and values of everything written so far. Persistent memory that grows by doubling. */
final class AttentionCache {
    private static final int SMALLEST = 16;

    private @Nullable Tensor keys;
    private @Nullable Tensor values;
    private int length;

    /** Writes more rows behind the others and gives all of them. */
    KeysValues append(KeysValues more) {
        int next = length + more.places();
        Tensor allKeys = keys = put(more.keys().data(), keys, next);
        Tensor allValues = values = put(more.values().data(), values, next);
        length = next;
        return new KeysValues(
                Variable.constant(allKeys.slice(2, 0, next)), Variable.constant(allValues.slice(2, 0, next)));
    }

    int length() {
        return length;
    }

    /** Row b becomes what row {@code rows[b]} was. */
    void reorder(Tensor rows) {
        keys = keys == null ? null : reordered(keys, rows);
        values = values == null ? null : reordered(values, rows);
    }

    private static Tensor reordered(Tensor held, Tensor rows) {
        Shape shape = held.shape();
        int ofRow = Math.toIntExact(shape.size() / shape.dim(0));
        Tensor other = Tensor.zeros(held.backend(), held.dtype(), shape);
        held.backend()
                .gather(
                        held.reshape(Shape.of(shape.dim(0), ofRow)),
                        rows,
                        other.reshape(Shape.of(shape.dim(0), ofRow)));
        return other;
    }

    private Tensor put(Tensor rows, @Nullable Tensor held, int next) {
        Tensor room = held == null || held.shape().dim(2) < next ? larger(rows, held, next) : held;
        rows.backend().copy(rows, room.forWriting("cache").slice(2, length, next));
        return room;
    }

    private Tensor larger(Tensor rows, @Nullable Tensor held, int next) {
        int capacity = Math.max(SMALLEST, Integer.highestOneBit(next) * 2);
        Shape shape = rows.shape().with(2, capacity);
        Tensor room = Tensor.zeros(rows.backend(), rows.dtype(), shape);
        if (held != null) {
            rows.backend().copy(held.slice(2, 0, length), room.slice(2, 0, length));
        }
        return room;
    }
}
