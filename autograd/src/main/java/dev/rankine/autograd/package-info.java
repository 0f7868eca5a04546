/**
 * Derivatives. A {@code Variable} is a tensor that remembers the operation that made it; each operation is one file with
 * its forward and backward pass side by side.
 */
@NullMarked
package dev.rankine.autograd;

import org.jspecify.annotations.NullMarked;
