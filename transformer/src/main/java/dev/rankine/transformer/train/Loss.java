package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;

/**
 * The loss of a micro-batch as a sum and what it is a sum over, so that the mean over several micro-batches is exact.
 *
 * @param sum one element
 * @param count how many symbols (or examples) were summed
 */
public record Loss(Variable sum, long count) {}
