/** Text as numbers: characters or sub-words, turned into ids and back. */
@NullMarked
package dev.rankine.transformer.text;

import org.jspecify.annotations.NullMarked;
