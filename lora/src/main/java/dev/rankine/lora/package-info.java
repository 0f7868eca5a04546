/**
 * Adaptation. Low-rank adapters and the methods that learn how much rank each weight matrix needs.
 */
@NullMarked
package dev.rankine.lora;

import org.jspecify.annotations.NullMarked;
