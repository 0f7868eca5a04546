/** The operations: one file each, with the formula, the forward pass and the backward pass side by side. */
@NullMarked
package dev.rankine.autograd.op;

import org.jspecify.annotations.NullMarked;
