/**
 * Numbers. A {@code Tensor} is a shape, strides and a data type over a storage; back-ends compute on it: {@code reference}
 * in plain loops, {@code vector} with the JDK's Vector API. Nothing here knows of derivatives.
 */
@NullMarked
package dev.rankine.tensor;

import org.jspecify.annotations.NullMarked;
