package dev.rankine.transformer;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;

/** Forms of a mask that an attention takes: 1 to see, 0 to hide, broadcasting to [B, H, T, S]. */
final class AttentionMasks {
    private AttentionMasks() {}

    /** [B, S] as [B, 1, 1, S]: every head and every query of an example sees the same keys. */
    static Tensor ofKeys(Tensor mask) {
        Shape shape = mask.shape();
        return mask.reshape(Shape.of(shape.dim(0), 1, 1, shape.dim(1)));
    }

    /** A mask that broadcasts to [B, K G, T, S] for G heads of queries that share one of K heads of keys: [B, K, G T, S]. */
    static Tensor shared(Tensor mask, int keyHeads, int sharing) {
        Shape shape = mask.shape();
        if (shape.rank() != 4) {
            throw ShapeMismatch.in("attention", "a mask for shared keys must be [B, H, T, S]", shape);
        }
        int batch = shape.dim(0);
        int queries = shape.dim(2);
        int keys = shape.dim(3);
        int own = shape.dim(1) == 1 ? 1 : keyHeads;
        Tensor apart = mask.reshape(Shape.of(batch, own, shape.dim(1) / own, queries, keys));
        Tensor each = apart.expand(Shape.of(batch, own, sharing, queries, keys));
        return each.reshape(Shape.of(batch, own, sharing * queries, keys));
    }

    /** The mask [..., S] behind {@code rows} places that all see: [..., rows + S]. */
    static Tensor behind(int rows, Tensor mask) {
        if (rows == 0) {
            return mask;
        }
        int joint = rows + mask.shape().dim(-1);
        Tensor longer = mask.result("mask", mask.shape().with(-1, joint));
        mask.backend().fill(longer.slice(-1, 0, rows), 1);
        mask.backend().copy(mask, longer.slice(-1, rows, joint));
        return longer;
    }
}
