/**
 * What this machine does: the time of a training step by phases, products beside the processor's peak, memory-bound
 * operations beside a plain copy.
 */
@NullMarked
package dev.rankine.cli.bench;

import org.jspecify.annotations.NullMarked;
