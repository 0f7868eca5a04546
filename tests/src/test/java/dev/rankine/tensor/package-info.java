/** Tests of tensors, storage and scopes, and what every back-end is held to. */
@NullMarked
package dev.rankine.tensor;

import org.jspecify.annotations.NullMarked;
