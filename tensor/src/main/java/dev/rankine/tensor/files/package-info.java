/** Files and folders that are there whole or not at all, sums that tell whether they still are, and files that are read whole. */
@NullMarked
package dev.rankine.tensor.files;

import org.jspecify.annotations.NullMarked;
