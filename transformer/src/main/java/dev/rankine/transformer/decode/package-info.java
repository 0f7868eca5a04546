/** Decoding: how a model that scores the next symbol writes whole sequences. */
@NullMarked
package dev.rankine.transformer.decode;

import org.jspecify.annotations.NullMarked;
