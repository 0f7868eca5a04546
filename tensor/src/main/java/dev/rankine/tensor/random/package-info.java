/** Counter-based random numbers: any number can be had at any time, by any thread, from its place alone. */
@NullMarked
package dev.rankine.tensor.random;

import org.jspecify.annotations.NullMarked;
