package dev.rankine.lora;

import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;

/** An adapter of a weight matrix that can be folded into it, so that it costs nothing any more. See {@link Merge}. */
public interface Mergeable extends LinearDelta {
    /** The change of the weight, [O, I]. */
    Tensor delta();

    /** W0 + delta in new persistent memory, [O, I], at least as precise as F32. W0 itself never changes. */
    default Tensor mergedWeight() {
        Tensor w0 = site().weight().data();
        Tensor merged = w0.clone(w0.dtype().computes() ? w0.dtype() : DType.F32);
        merged.backend().zip(Binary.ADD, merged, delta(), merged);
        return merged;
    }
}
