/** Files and folders that are there whole or not at all, and sums that tell whether they still are. */
@NullMarked
package dev.rankine.tensor.files;

import org.jspecify.annotations.NullMarked;
