/** Training: the loop that reads aloud, the contract of rank controllers, metrics and the run folder. */
@NullMarked
package dev.rankine.transformer.train;

import org.jspecify.annotations.NullMarked;
