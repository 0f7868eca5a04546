/**
 * Matrix decompositions in double precision: Householder QR and the singular values, also of a product of two thin
 * matrices without ever making the product.
 *
 * <p>They run on the host, in one thread and in a fixed order, and work on a {@link dev.rankine.tensor.linalg.Matrix}, which
 * is copied from a tensor and to one.
 */
@NullMarked
package dev.rankine.tensor.linalg;

import org.jspecify.annotations.NullMarked;
