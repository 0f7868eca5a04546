package dev.rankine.autograd.op;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The shape check of a mask (1 keeps, 0 leaves out). */
final class Masks {
    private Masks() {}

    /** The mask seen under the shape of what it masks. */
    static @Nullable Tensor expand(String operation, @Nullable Tensor mask, Shape masked) {
        if (mask == null) {
            return null;
        }
        if (!Shape.broadcast(operation, masked, mask.shape()).equals(masked)) {
            throw ShapeMismatch.in(operation, "the mask is larger than what it masks", masked, mask.shape());
        }
        return mask.checkAlive(operation).expand(masked);
    }
}
