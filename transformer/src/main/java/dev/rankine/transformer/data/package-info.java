/** Data: files of examples, batches of tensors, and the order in which a run sees them. */
@NullMarked
package dev.rankine.transformer.data;

import org.jspecify.annotations.NullMarked;
