/**
 * Optimisers, clipping, the proximal step and learning-rate schedules. Numbers that change from step to step are written
 * into one-element tensors, so that a device can replay a step.
 */
@NullMarked
package dev.rankine.autograd.optim;

import org.jspecify.annotations.NullMarked;
