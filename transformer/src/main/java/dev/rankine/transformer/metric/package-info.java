/** Metrics: the numbers by which papers compare models, from predictions and references alone. */
@NullMarked
package dev.rankine.transformer.metric;

import org.jspecify.annotations.NullMarked;
