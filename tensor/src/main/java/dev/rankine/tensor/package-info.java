/**
 * Numbers: tensors over off-heap storage, the pool of a step, and the contract that every back-end fulfils.
 *
 * <p>Start at {@link dev.rankine.tensor.Tensor}; {@link dev.rankine.tensor.Backend} says what a back-end can do and
 * {@link dev.rankine.tensor.Scope} where the memory of temporaries comes from.
 */
@NullMarked
package dev.rankine.tensor;

import org.jspecify.annotations.NullMarked;
