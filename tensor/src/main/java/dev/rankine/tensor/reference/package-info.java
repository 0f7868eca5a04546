/**
 * Plain loops with F64 accumulators: the specification that every back-end is judged by. Written to be read; fast enough
 * for tests and small models.
 */
@NullMarked
package dev.rankine.tensor.reference;

import org.jspecify.annotations.NullMarked;
