/** Known answers and statistics of the random numbers. */
@NullMarked
package dev.rankine.tensor.random;

import org.jspecify.annotations.NullMarked;
